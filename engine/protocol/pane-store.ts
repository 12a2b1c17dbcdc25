/** Panes in memory from their items, and their items from memory: one per pane, writer and part. */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import type { Episode } from '../alert/episodes.ts';
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
  encodeTouch,
  type EncodedTouch,
  type PaneBody,
  paneSortKey,
  readPaneBody,
  sealedAbove,
  writePaneBody,
} from '../state/pane-item.ts';
import type { RuleState } from '../state/rule-state.ts';
import type { Touch } from '../state/touch.ts';
import type { EpochMillis } from '../time.ts';
import { dueSlot } from './due-slot.ts';
import type { Item } from './item.ts';
import { paneTimeToLive } from './retention.ts';

/** An item to be put, with the pane that it holds. */
export interface PanePut {
  readonly state: RuleState;
  readonly start: EpochMillis;
  readonly item: Item;
  readonly sealed: boolean;
  readonly progress: PaneBody['p'];
  /** The episodes that it holds. */
  readonly episodes: StoredParts['episodes'];
  /** How many entries of the open log it holds, and whether there are more. */
  readonly entries: number;
  readonly rest: boolean;
}

/** Restores one pane from its parts, in order; without any it is new. */
export function restorePane(state: RuleState, start: EpochMillis, parts: readonly Item[]): Pane {
  const pane = state.pane(start);
  const stored: StoredParts = {
    open: newPart(state, pane, parts.length),
    progress: new Map(),
    dirty: false,
    episodes: new Map(),
  };
  const bodies = parts.map((item) => readPaneBody(item.body));
  bodies.forEach((body, number) => {
    merge(state, pane, body);
    mergeProgress(stored.progress, body.p);
    if (number < parts.length - 1 || body.sealed === true) return;
    stored.open = {
      number,
      version: parts[number]?.version ?? 0,
      entries: (body.l ?? []).map(decodeTouch),
      applied: undefined,
      ...(pane.aggregation !== undefined && {
        aggregation: parts.length === 1 ? pane.aggregation : decodeAggregation(state.rule, body.a),
      }),
    };
  });
  const episodes = decodeEpisodes(bodies.findLast(({ e }) => e !== undefined)?.e);
  stored.episodes = new Map(episodes.map((episode) => [episode.name, episode]));
  state.episodes?.restore(episodes);
  for (const { name } of episodes) if (!state.records.has(name)) state.unread.add(name);
  pane.stored = stored;
  return pane;
}

function newPart(state: RuleState, pane: Pane, number: number): Part {
  const part: Part = { number, version: 0, entries: [], applied: undefined };
  if (pane.aggregation === undefined) return part;
  return { ...part, aggregation: number === 0 ? pane.aggregation : new Aggregation(state.rule) };
}

/** Merges what one item holds into a state, whoever wrote it. */
export function merge(state: RuleState, pane: Pane, body: PaneBody): void {
  if (body.noted === true) pane.noted = true;
  if (pane.noted && state.episodes === undefined && !state.records.has(pane.start)) state.unread.add(pane.start);
  if (body.closed === true) pane.closed = true;
  if (body.a !== undefined && pane.aggregation !== undefined) absorb(pane.aggregation, body.a);
  for (const touch of body.l ?? []) state.put(pane, decodeTouch(touch));
}

function mergeProgress(progress: Map<string, string>, read: PaneBody['p']): void {
  for (const [shard, sequenceNumber] of Object.entries(read)) {
    const known = progress.get(shard);
    if (known === undefined || compareSequenceNumbers(known, sequenceNumber) < 0) progress.set(shard, sequenceNumber);
  }
}

/** True where the pane held this record before the batch: the event is a repeat. */
export function holds(pane: Pane, shard: string, sequenceNumber: string): boolean {
  const known = pane.stored?.progress.get(shard);
  return known !== undefined && compareSequenceNumbers(sequenceNumber, known) <= 0;
}

/** The puts that a state's changes need: of each pane the open part. */
export function dirtyPanes(state: RuleState, writer: string, shard: string, now: EpochMillis): PanePut[] {
  const puts: PanePut[] = [];
  for (const pane of state.panes.values()) {
    const { stored } = pane;
    if (stored === undefined) continue;
    const changed = isOwned(state.rule) ? changedEpisodes(state, pane, stored) : [];
    if (!stored.dirty && changed.length === 0) continue;
    const episodes = new Map([
      ...stored.episodes,
      ...changed.map((episode) => [episode.name, { ...episode }] as const),
    ]);
    puts.push(putOf(state, pane, stored, { episodes, writer, shard, now }));
  }
  return puts;
}

/**
 * The episodes that the pane's item must tell anew: those whose last true window is in the pane, and those that it tells
 * of though they end earlier now. One that goes on in a later pane is told there; here it stays as it was, so that no
 * order of puts can lose it, and the higher revision is believed. It is told here once, so that whoever reads this put
 * and not yet the later one calls it by its name.
 */
function changedEpisodes(state: RuleState, pane: Pane, { episodes, dirty }: StoredParts): Episode[] {
  return (state.episodes?.all ?? []).filter(({ name, first, last, revision }) => {
    const told = episodes.get(name);
    if (last >= pane.end) return told === undefined && dirty && first < pane.end;
    return (last >= pane.start || told !== undefined) && told?.revision !== revision;
  });
}

function putOf(
  state: RuleState,
  pane: Pane,
  stored: StoredParts,
  {
    episodes,
    writer,
    shard,
    now,
  }: {
    readonly episodes: StoredParts['episodes'];
    readonly writer: string;
    readonly shard: string;
    readonly now: EpochMillis;
  },
): PanePut {
  const { rule, partitionKey: pk } = state;
  const { open } = stored;
  const log = open.aggregation === undefined ? cut(open.entries) : undefined;
  const applied = log?.rest === true ? log.entries.at(-1)?.event.sequenceNumber : open.applied;
  const content: Omit<PaneBody, 'v'> = {
    p: { ...Object.fromEntries(stored.progress), ...(applied !== undefined && { [shard]: applied }) },
    ...(pane.noted && { noted: true }),
    ...(pane.closed && { closed: true }),
    ...(!pk.endsWith(']') && { k: encodeGroups(state.groups) }),
    ...(episodes.size > 0 && { e: encodeEpisodes(episodes.values()) }),
    ...(log !== undefined && { l: log.encoded }),
    ...(open.aggregation !== undefined && { a: encodeAggregation(open.aggregation) }),
  };
  const body = writePaneBody(content);
  const sealed = log?.rest === true || (grows(rule) && body.length > sealedAbove);
  const item: Item = {
    pk,
    sk: paneSortKey(pane.start, writer, open.number),
    version: open.version + 1,
    body: sealed ? writePaneBody({ ...content, sealed: true }) : body,
    ttl: paneTimeToLive(rule.plan, pane.end, now),
    ...(rule.plan.emit === 'final' &&
      !pane.closed && { due: { slot: dueSlot(rule, pk), at: (pane.end + rule.plan.allowedLateness) as EpochMillis } }),
  };
  return {
    state,
    start: pane.start,
    item,
    sealed,
    progress: content.p,
    episodes,
    entries: log?.entries.length ?? 0,
    rest: log?.rest === true,
  };
}

/** DynamoDB takes 400 KB an item. */
const largestLog = 128 * 1024;

/**
 * The entries of an open log that go into one item. Where there are more, they wait for the next part, which is put
 * after this one: each part's progress covers what it and those before it hold. Events of one record stay together.
 */
function cut(entries: readonly Touch[]): {
  readonly entries: readonly Touch[];
  readonly encoded: readonly EncodedTouch[];
  readonly rest: boolean;
} {
  const encoded: EncodedTouch[] = [];
  let size = 0;
  for (const [i, touch] of entries.entries()) {
    if (size > largestLog && touch.event.sequenceNumber !== entries[i - 1]?.event.sequenceNumber)
      return { entries: entries.slice(0, i), encoded, rest: true };
    const one = encodeTouch(touch, true);
    encoded.push(one);
    size += JSON.stringify(one).length;
  }
  return { entries, encoded, rest: false };
}

/** Takes a put that went through into memory. */
export function putDone({ state, start, item, sealed, progress, episodes, entries, rest }: PanePut): void {
  const pane = state.panes.get(start);
  const stored = pane?.stored;
  if (pane === undefined || stored === undefined) return;
  for (const [shard, sequenceNumber] of Object.entries(progress)) stored.progress.set(shard, sequenceNumber);
  stored.dirty = rest;
  stored.episodes = episodes;
  const { open } = stored;
  open.version = item.version;
  if (!sealed) open.applied = undefined;
  else
    stored.open = {
      ...newPart(state, pane, open.number + 1),
      entries: open.entries.slice(entries),
      applied: rest ? open.applied : undefined,
    };
}

/** True where a pane's item grows with its events; others stay small however many come. */
function grows(rule: WindowedRule): boolean {
  return rule.slide !== undefined || rule.plan.accumulators.some(({ kind }) => kind === 'countDistinct');
}

/**
 * True where a key's alerts are settled from memory: one shard at a time writes all that they follow from. Of other
 * keys, memory holds only what this shard is going to write.
 */
export function isOwned({ plan }: WindowedRule): boolean {
  return plan.cacheable && plan.emit !== 'final';
}
