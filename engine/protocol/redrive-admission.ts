/**
 * What may be put back into a pane. An event that is late stays late unless it is asked for; then it counts as if it
 * had come in time, where everything that its windows follow from is certainly kept: from half of the state, an alert
 * would be withdrawn that stands for good reason. A final result is told once and never revised.
 */
import { isLate, lateReason } from '../intake/lateness.ts';
import type { KeyedTouch } from '../intake/receiver.ts';
import { type CompiledRule, isWindowed, type WindowedRule } from '../state/compiled-rule.ts';
import { fullReason } from '../state/key-limits.ts';
import type { KeyedStates } from '../state/keyed-states.ts';
import type { Pane } from '../state/pane.ts';
import { RuleState } from '../state/rule-state.ts';
import { reachBack } from '../state/rule-windows.ts';
import { identityOf } from '../state/touch.ts';
import type { EpochMillis } from '../time.ts';
import { type Admission, type Refusal, refusalOfFull, timeOf } from './admission.ts';
import { latenessKept } from './frontier.ts';
import type { ItemStore } from './item.ts';
import { isOwned } from './pane-store.ts';
import { paneKept } from './retention.ts';
import { readPanes } from './settle-shared.ts';
import type { RuleTime } from './watermarks.ts';

/** Whose panes they are, of keys that several shards write: no shard is called so. */
export const redriveWriter = '@redrive';

export interface RedriveTime {
  /** By the rule's position. */
  readonly times: readonly RuleTime[];
  /** Whether late events are put back too. */
  readonly late: boolean;
  readonly now: EpochMillis;
}

export class RedriveAdmission implements Admission {
  readonly #time: RedriveTime;
  /** Panes of keys that several shards write, as all of them wrote them. */
  readonly #shared = new Map<string, RuleState>();
  readonly #there = new Map<KeyedTouch, boolean>();

  constructor(time: RedriveTime) {
    this.#time = time;
  }

  /** Reads what other writers have put into the panes. */
  async read(
    store: ItemStore,
    rules: readonly (CompiledRule | WindowedRule)[],
    states: KeyedStates,
    touches: readonly KeyedTouch[],
  ): Promise<void> {
    for (const { rule: index, groups, touch } of touches) {
      const rule = rules[index];
      if (!isWindowed(rule) || isOwned(rule)) continue;
      const start = rule.grid.start(touch.event.t);
      const name = paneName(states.state(rule, groups), start);
      if (this.#shared.has(name)) continue;
      const read = new RuleState(rule, groups);
      await readPanes(store, read, start, start);
      this.#shared.set(name, read);
    }
  }

  holds(state: RuleState, pane: Pane, keyed: KeyedTouch): boolean {
    const { event } = keyed.touch;
    const there =
      state.windows.keeps(event) ||
      this.#shared.get(paneName(state, pane.start))?.windows.keeps(event) === true ||
      pane.stored?.ids.has(identityOf(event)) === true;
    // Asked again after a put was lost, the pane may hold what this very call has put.
    if (!this.#there.has(keyed)) this.#there.set(keyed, there);
    return there;
  }

  /** Whether the event was there before anything was put back. */
  wasThere(keyed: KeyedTouch): boolean {
    return this.#there.get(keyed) === true;
  }

  frontier(rule: WindowedRule): EpochMillis {
    return timeOf(rule, this.#time.times).frontier;
  }

  refusal(rule: WindowedRule, pane: Pane, keyed: KeyedTouch): Refusal | undefined {
    const reason = this.#lateReason(rule, pane, keyed);
    if (reason !== undefined) return { kind: 'late', reason };
    const { groups, touch } = keyed;
    // What a shard brought to a log is counted by its name, whoever wrote it: what was too much is not let in this way.
    const shared = this.#shared.get(paneName(new RuleState(rule, groups), pane.start))?.get(pane.start);
    const full = fullReason(rule, pane, touch);
    if (full !== undefined || shared === undefined || shared.aggregation !== undefined) return refusalOfFull(full);
    return refusalOfFull(fullReason(rule, shared, touch));
  }

  #lateReason(rule: WindowedRule, pane: Pane, { groups, touch }: KeyedTouch): string | undefined {
    const { times, late, now } = this.#time;
    const { t } = touch.event;
    const { watermark, frontier, lateness } = timeOf(rule, times);
    const shared = this.#shared.get(paneName(new RuleState(rule, groups), pane.start));
    if (pane.closed || shared?.get(pane.start)?.closed === true) return finalReason;
    if (!isLate(rule, t, pane.start, frontier)) return undefined;
    if (!late) return lateReason(rule, watermark, frontier);
    if (rule.plan.emit === 'final') return finalReason;
    const earliest = rule.grid.end(rule.grid.start(reachBack(rule, t)));
    return earliest + paneKept(rule.plan, latenessKept(rule.plan, lateness, earliest)) > now
      ? undefined
      : deletedReason;
  }
}

const finalReason = 'the final result of its window is told, and is never revised';
const deletedReason = 'it is so late that other events of its windows may have been deleted';

function paneName({ partitionKey }: RuleState, start: EpochMillis): string {
  return `${partitionKey}\n${start}`;
}
