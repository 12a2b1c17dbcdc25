/**
 * One pane of one key and rule, as one process holds it. Where state is kept in a table, a pane is stored in parts: the
 * last part is open, those before it are sealed, and each remembers the progress of every shard that wrote to it.
 */
import type { Episode } from '../alert/episodes.ts';
import type { EpochMillis } from '../time.ts';
import { Aggregation } from './aggregation.ts';
import type { WindowedRule } from './compiled-rule.ts';
import type { Touch } from './touch.ts';

export interface Part {
  readonly number: number;
  /** As stored; 0 for a part that was never put. */
  version: number;
  /**
   * Of a window's pane: what this part adds. The same object as the pane's where there is one part.
   */
  readonly aggregation?: Aggregation;
  /** Of a log: its events in order of arrival, those that wait to be put too. */
  entries: Touch[];
  /** The episodes as this part holds them, by name. */
  episodes: ReadonlyMap<EpochMillis, Episode>;
  /** The identities of the dead letters that were put back into this part, and of results of other rules, where it holds no log that tells. */
  ids: readonly string[];
  /** Such events since the part was put. */
  named: Touch[];
  /** When it is due, as stored; undefined: it is not. */
  due: EpochMillis | undefined;
  /** The last sequence number folded since the part was put. */
  applied: string | undefined;
}

export interface Pane {
  readonly start: EpochMillis;
  readonly end: EpochMillis;
  /** All parts merged; undefined for a log, whose entries stand in the key's one log. */
  readonly aggregation: Aggregation | undefined;
  /** How many events the log has, as `key-limits` counts them, of a key that one shard owns; */
  held: number;
  /** and of another key, by who wrote them. */
  heldBy: Map<string, number> | undefined;
  /** Undefined where state lives in memory alone. */
  stored: StoredParts | undefined;
  /** All final results were emitted: nothing is added any more. */
  closed: boolean;
  /** Where it is in several windows: the final results of those that end up to then were emitted; undefined: none. */
  told: EpochMillis | undefined;
  /** When it began, windows that end up to then were past: its events are late for them; undefined: none. */
  born: EpochMillis | undefined;
  /** Alert records may exist. Never cleared. */
  noted: boolean;
}

export function emptyPane(rule: WindowedRule, start: EpochMillis): Pane {
  const aggregation = rule.form.isLog ? undefined : new Aggregation(rule);
  const end = rule.grid.end(start);
  return {
    start,
    end,
    aggregation,
    held: 0,
    heldBy: undefined,
    stored: undefined,
    closed: false,
    told: undefined,
    born: undefined,
    noted: false,
  };
}

export interface StoredParts {
  open: Part;
  /** Of each `<stream>/<shardId>`, the last sequence number that the pane holds, as it was read or last put. */
  readonly progress: Map<string, string>;
  /** The identities of all dead letters that were put back into the pane, and of results of other rules, where it holds no log that tells. */
  readonly ids: Set<string>;
  dirty: boolean;
  /** The newest of each episode that the parts hold, by name. */
  readonly episodes: Map<EpochMillis, Episode>;
}

/** True where nobody has put the pane. */
export function isNew({ open }: StoredParts): boolean {
  return open.number === 0 && open.version === 0;
}
