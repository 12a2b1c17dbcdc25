/** Panes in memory from their items, and their items from memory: one per pane, writer and part. */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import { type Episode, newestEpisode } from '../alert/episodes.ts';
import { Aggregation } from '../state/aggregation.ts';
import { encodeGroups, type WindowedRule } from '../state/compiled-rule.ts';
import type { Pane, Part, StoredParts } from '../state/pane.ts';
import {
  absorb,
  decodeAggregation,
  decodeEpisodes,
  decodeTouch,
  encodeAggregation,
  encodeEpisodes,
  type EncodedTouch,
  type PaneBody,
  paneSortKey,
  readPaneBody,
  sealedAbove,
  writePaneBody,
} from '../state/pane-item.ts';
import { takeLog } from '../state/part-cut.ts';
import type { RuleState } from '../state/rule-state.ts';
import { beginningOfTime, type EpochMillis, largest, smallest } from '../time.ts';
import { identityOf } from '../state/touch.ts';
import { changedEpisodes } from './changed-episodes.ts';
import { dueSlot } from './due-slot.ts';
import type { Item } from './item.ts';
import { duePaneTimeToLive, paneTimeToLive } from './retention.ts';

/** An item to be put, with the pane that it holds. */
export interface PanePut {
  readonly state: RuleState;
  readonly start: EpochMillis;
  readonly item: Item;
  readonly sealed: boolean;
  readonly progress: PaneBody['p'];
  /** The identities that it holds of dead letters that were put back, and of results of other rules. */
  readonly ids: readonly string[];
  /** The episodes that it holds. */
  readonly episodes: Part['episodes'];
  /** The entries of the open log that it holds. */
  readonly log: readonly EncodedTouch[];
  /** True where there is more to put, in a next part. */
  readonly rest: boolean;
}

/** Restores one pane from its parts, in order; without any it is new. */
export function restorePane(state: RuleState, start: EpochMillis, parts: readonly Item[]): Pane {
  const pane = state.pane(start);
  const stored: StoredParts = {
    open: newPart(state, pane, parts.length),
    progress: new Map(),
    ids: new Set(),
    dirty: false,
    episodes: new Map(),
  };
  const bodies = parts.map((item) => readPaneBody(item.body));
  bodies.forEach((body, number) => {
    const episodes = decodeEpisodes(body.e);
    merge(state, pane, body);
    mergeProgress(stored.progress, body.p);
    for (const id of body.i ?? []) stored.ids.add(id);
    mergeEpisodes(stored.episodes, episodes);
    if (number < parts.length - 1 || body.sealed === true) return;
    stored.open = {
      number,
      version: parts[number]?.version ?? 0,
      entries: (body.l ?? []).map(decodeTouch),
      episodes: byName(episodes),
      ids: body.i ?? none,
      named: [],
      due: parts[number]?.due?.at,
      applied: undefined,
      ...(pane.aggregation !== undefined && {
        aggregation: parts.length === 1 ? pane.aggregation : decodeAggregation(state.rule, body.a),
      }),
    };
  });
  state.episodes?.restore([...stored.episodes.values()]);
  for (const name of stored.episodes.keys()) if (!state.records.has(name)) state.unread.add(name);
  pane.stored = stored;
  return pane;
}

const none: readonly string[] = [];

function newPart(state: RuleState, pane: Pane, number: number): Part {
  const part: Part = {
    number,
    version: 0,
    entries: [],
    episodes: new Map(),
    ids: none,
    named: [],
    due: undefined,
    applied: undefined,
  };
  if (pane.aggregation === undefined) return part;
  return { ...part, aggregation: number === 0 ? pane.aggregation : new Aggregation(state.rule) };
}

/** Merges what one item holds into a state, whoever wrote it. */
export function merge(state: RuleState, pane: Pane, body: PaneBody): void {
  if (body.noted === true) pane.noted = true;
  if (pane.noted && state.episodes === undefined && !state.records.has(pane.start)) state.unread.add(pane.start);
  if (body.closed === true) pane.closed = true;
  pane.told = largest([pane.told, body.u]);
  pane.born = largest([pane.born, body.b]);
  if (body.a !== undefined && pane.aggregation !== undefined) {
    absorb(pane.aggregation, body.a);
    state.windows.absorbed(pane);
  }
  for (const touch of body.l ?? []) state.windows.add(pane, decodeTouch(touch));
}

function mergeProgress(progress: Map<string, string>, read: PaneBody['p']): void {
  for (const [shard, sequenceNumber] of Object.entries(read)) {
    const known = progress.get(shard);
    if (known === undefined || compareSequenceNumbers(known, sequenceNumber) < 0) progress.set(shard, sequenceNumber);
  }
}

function mergeEpisodes(episodes: StoredParts['episodes'], read: readonly Episode[]): void {
  for (const episode of read) {
    const known = episodes.get(episode.name);
    episodes.set(episode.name, known === undefined ? episode : newestEpisode(known, episode));
  }
}

function byName(episodes: readonly Episode[]): Part['episodes'] {
  return new Map(episodes.map((episode) => [episode.name, episode]));
}

/** True where the pane held this record before the batch: the event is a repeat. */
export function holds(pane: Pane, shard: string, sequenceNumber: string): boolean {
  const known = pane.stored?.progress.get(shard);
  return known !== undefined && compareSequenceNumbers(sequenceNumber, known) <= 0;
}

/**
 * The puts that a state's changes need: of each pane the open part. `shard` is the one whose progress they are; without
 * it progress stays as it is.
 */
export function dirtyPanes(state: RuleState, writer: string, shard: string | undefined, now: EpochMillis): PanePut[] {
  const puts: PanePut[] = [];
  for (const pane of state.panes.values()) {
    const { stored } = pane;
    if (stored === undefined) continue;
    const changed = isOwned(state.rule) ? changedEpisodes(state, pane, stored) : [];
    if (!stored.dirty && changed.length === 0) continue;
    puts.push(putOf(state, pane, stored, { changed, writer, shard, now }));
  }
  return puts;
}

/** Episodes that one part tells anew, at about 60 bytes each; more wait for the next part. */
const mostEpisodes = 500;

function putOf(
  state: RuleState,
  pane: Pane,
  stored: StoredParts,
  {
    changed,
    writer,
    shard,
    now,
  }: {
    readonly changed: readonly Episode[];
    readonly writer: string;
    readonly shard: string | undefined;
    readonly now: EpochMillis;
  },
): PanePut {
  const { rule, partitionKey: pk } = state;
  const { open } = stored;
  const told = changed.slice(0, mostEpisodes).map((episode) => ({ ...episode }));
  const episodes = new Map([...open.episodes, ...byName(told)]);
  const { log, last, waiting } =
    open.aggregation === undefined ? takeLog(open) : { log: [], last: open.applied, waiting: false };
  const rest = waiting || told.length < changed.length;
  const ids = [
    ...open.ids,
    ...open.named.filter((touch) => !open.entries.includes(touch)).map(({ event }) => identityOf(event)),
  ];
  const content: Omit<PaneBody, 'v'> = {
    p: { ...Object.fromEntries(stored.progress), ...(last !== undefined && shard !== undefined && { [shard]: last }) },
    ...(pane.noted && { noted: true }),
    ...(pane.closed && { closed: true }),
    ...(pane.told !== undefined && pane.told > beginningOfTime && { u: pane.told }),
    ...(pane.born !== undefined && pane.born >= pane.start && { b: pane.born }),
    ...(!pk.endsWith(']') && { k: encodeGroups(state.groups) }),
    ...(episodes.size > 0 && { e: encodeEpisodes(episodes.values()) }),
    ...(ids.length > 0 && { i: ids }),
    ...(open.aggregation === undefined ? { l: log } : { a: encodeAggregation(open.aggregation) }),
  };
  const body = writePaneBody(content);
  const sealed = rest || ((rule.grows || ids.length > 0) && body.length > sealedAbove);
  const awaited = state.dueAt(pane);
  // Whoever armed the part for a final result has seen more than this pane: it is not armed for later here.
  const due = awaited !== undefined && rule.plan.emit === 'final' ? smallest([awaited, open.due]) : awaited;
  const item: Item = {
    pk,
    sk: paneSortKey(pane.start, writer, open.number),
    version: open.version + 1,
    body: sealed ? writePaneBody({ ...content, sealed: true }) : body,
    ttl: (due === undefined ? paneTimeToLive : duePaneTimeToLive)(rule.plan, pane.end, now),
    ...(due !== undefined && { due: { slot: dueSlot(rule, pk), at: due } }),
  };
  return { state, start: pane.start, item, sealed, progress: content.p, ids, episodes, log, rest };
}

/** Takes a put that went through into memory. */
export function putDone({ state, start, item, sealed, progress, ids, episodes, log, rest }: PanePut): void {
  const pane = state.panes.get(start);
  const stored = pane?.stored;
  if (pane === undefined || stored === undefined) return;
  for (const [shard, sequenceNumber] of Object.entries(progress)) stored.progress.set(shard, sequenceNumber);
  stored.dirty = rest;
  for (const [name, episode] of episodes) stored.episodes.set(name, episode);
  const { open } = stored;
  open.version = item.version;
  open.due = item.due?.at;
  open.episodes = episodes;
  for (const id of ids) stored.ids.add(id);
  open.ids = ids;
  open.named = open.named.filter((touch) => open.entries.includes(touch));
  // Nothing reads more of an event's fields than what its item holds: a large event need not stay in memory.
  log.forEach(([, , , , fields], i) => {
    const touch = open.entries[i];
    if (touch !== undefined && typeof fields !== 'number') touch.fields = fields;
  });
  if (!sealed) open.applied = undefined;
  else
    stored.open = {
      ...newPart(state, pane, open.number + 1),
      entries: open.entries.slice(log.length),
      named: open.named,
      applied: rest ? open.applied : undefined,
    };
}

/**
 * True where a key's alerts are settled from memory: one shard at a time writes all that they follow from. Of other
 * keys, memory holds only what this shard is going to write.
 */
export function isOwned({ plan }: WindowedRule): boolean {
  return plan.cacheable && plan.emit !== 'final';
}
