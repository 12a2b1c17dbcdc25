/**
 * Keys that many shards write. Were each batch of each shard to read the panes of all of them, fifty shards would read
 * two and a half thousand panes a second and race for one alert; so a batch only marks the key, and advance-time
 * settles the marked keys every few seconds. A mark is put after the panes that it stands for, and only where the key is
 * not marked already. Who settles says so in the mark before reading the panes: whoever puts a pane after that finds no
 * mark that covers it, marks the key anew, and the mark is not cleared, for its version is another. Whoever took a mark
 * and did not clear it may still be about to tell what it derived: the mark says so until the key is settled by another.
 */
import { decodeValue, type Json } from '../aggregate/value.ts';
import { encodeGroups, type WindowedRule } from '../state/compiled-rule.ts';
import { RuleState } from '../state/rule-state.ts';
import type { EpochMillis } from '../time.ts';
import type { AlertStore, Told } from './alert-store.ts';
import { dueSlot, dueSlotName, dueSlots, perSlot } from './due-slot.ts';
import type { Item, ItemKey, ItemStore } from './item.ts';
import type { Ports } from './ports.ts';
import { paneTimeToLive } from './retention.ts';
import { settleShared, type Unsettled } from './settle-shared.ts';
import { lastInstant } from './watermarks.ts';

/** So many writers settle a key themselves. */
export const mostSettlers = 8;

const format = 1;
/** Panes that one mark names; a batch that would name more settles its key itself. */
const mostTimes = 5_000;
const mostRounds = 20;

interface Mark {
  readonly v: number;
  readonly is: 'marked' | 'merging' | 'merged';
  /** What is to be settled: pane starts, or the time from which on, where windows join. */
  readonly times: readonly EpochMillis[];
  readonly groups: readonly Json[];
  /** True where somebody who was overtaken may still be about to tell of these times. */
  readonly fences?: boolean;
}

/** True where a batch only marks a key. */
export function isCrowded({ plan }: WindowedRule, writers: number): boolean {
  return plan.writer === 'shard' && plan.emit !== 'final' && writers > mostSettlers;
}

/** Marks keys whose panes were put; answers those that the batch must settle itself. */
export async function markKeys(store: ItemStore, now: EpochMillis, keys: readonly Unsettled[]): Promise<Unsettled[]> {
  const known = byKey(await store.get(keys.map(({ state }) => markKey(state))));
  const unmarked: Unsettled[] = [];
  let open = [...keys];
  for (let round = 0; open.length > 0; round++) {
    if (round === mostRounds) return [...unmarked, ...open];
    const puts = new Map<string, { readonly item: Item; readonly key: Unsettled }>();
    for (const key of open) {
      const name = textOf(markKey(key.state));
      const next = marked(known.get(name), key, now);
      if (next === 'too many') unmarked.push(key);
      else if (next !== 'covered') puts.set(name, { item: next, key });
    }
    open = [];
    for (const { item, current } of await store.put([...puts.values()].map((put) => put.item))) {
      if (current === undefined) known.delete(textOf(item));
      else known.set(textOf(item), current);
      const lost = puts.get(textOf(item));
      if (lost !== undefined) open.push(lost.key);
    }
  }
  return unmarked;
}

function marked(
  item: Item | undefined,
  { rule, state, times, fences = false }: Unsettled,
  now: EpochMillis,
): Item | 'covered' | 'too many' {
  const mark = item && readMark(item);
  const before = mark === undefined || mark.is === 'merged' ? [] : mark.times;
  const covers = rule.joins
    ? (t: EpochMillis) => before.some((from) => from <= t)
    : (t: EpochMillis) => before.includes(rule.grid.start(t));
  const fenced = mark !== undefined && mustFence(mark);
  if (mark?.is === 'marked' && times.every(covers) && (fenced || !fences)) return 'covered';
  const all = rule.joins
    ? [Math.min(...before, ...times) as EpochMillis]
    : [...new Set([...before, ...times.map((t) => rule.grid.start(t))])];
  if (all.length > mostTimes) return 'too many';
  const next = { is: 'marked', times: all, groups: encodeGroups(state.groups), fences: fenced || fences } as const;
  return markItem(rule, state, next, item, now);
}

/** Whether somebody may still be at work on what a mark tells of. */
function mustFence({ is, fences = false }: Mark): boolean {
  return is === 'merging' || fences;
}

/** Settles the marked keys of a rule. */
export async function settleMarked(
  rule: WindowedRule,
  ports: Ports,
  alerts: AlertStore,
): Promise<Told & { readonly merged: number }> {
  const total = { opened: 0, amended: 0, withdrawn: 0, merged: 0 };
  const seen = new Set<string>();
  for (let slots = Array.from({ length: dueSlots }, (_, slot) => slotName(rule, slot)); slots.length > 0; ) {
    const pages = await Promise.all(slots.map((slot) => ports.state.due(slot, lastInstant, perSlot)));
    // What is marked again meanwhile, or is still in the index, has its turn in a few seconds.
    const keys = pages.flat().filter((key) => !seen.has(textOf(key)));
    for (const key of keys) seen.add(textOf(key));
    const done = await settleKeys(rule, ports, alerts, keys);
    for (const what of ['opened', 'amended', 'withdrawn', 'merged'] as const) total[what] += done[what];
    slots = keys.length === 0 ? [] : slots.filter((_, at) => pages[at]?.length === perSlot);
  }
  return total;
}

async function settleKeys(
  rule: WindowedRule,
  ports: Ports,
  alerts: AlertStore,
  keys: readonly ItemKey[],
): Promise<Told & { readonly merged: number }> {
  const { state: store } = ports;
  const found = (await store.get(keys)).flatMap((item) => {
    const mark = readMark(item);
    if (mark.is === 'merged') return [];
    const state = new RuleState(rule, mark.groups.map(decodeValue));
    const fences = mustFence(mark);
    return [
      {
        rule,
        state,
        mark,
        times: mark.times,
        fences,
        // A mark of windows that join tells only where they begin.
        onwards: rule.joins,
        item: markItem(rule, state, { ...mark, is: 'merging', fences }, item, ports.now()),
      },
    ];
  });
  const lost = new Set((await store.put(found.map(({ item }) => item))).map(({ item }) => item));
  const taken = found.filter(({ item }) => !lost.has(item));
  const told = await settleShared(alerts, store, taken);
  await store.put(
    taken.map(({ item, state, mark }) =>
      markItem(rule, state, { ...mark, is: 'merged', times: [], fences: false }, item, ports.now()),
    ),
  );
  return { ...told, merged: taken.length };
}

function markKey({ partitionKey }: RuleState): ItemKey {
  return { pk: `@merge#${partitionKey}`, sk: 'key' };
}

function markItem(
  rule: WindowedRule,
  state: RuleState,
  { is, times, groups, fences = false }: Omit<Mark, 'v'>,
  before: Item | undefined,
  now: EpochMillis,
): Item {
  return {
    ...markKey(state),
    version: (before?.version ?? 0) + 1,
    body: JSON.stringify({ v: format, is, times, groups, ...(fences && { fences }) }),
    ttl: paneTimeToLive(rule.plan, now, now),
    ...(is !== 'merged' && { due: { slot: `@merge#${dueSlot(rule, state.partitionKey)}`, at: now } }),
  };
}

function slotName(rule: WindowedRule, slot: number): string {
  return `@merge#${dueSlotName(rule, slot)}`;
}

function readMark(item: Item): Mark {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const mark = JSON.parse(item.body) as Mark;
  if (mark.v !== format)
    throw new Error(`a key is marked in format ${mark.v}; this version of Weir reads format ${format}`);
  return mark;
}

function byKey(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [textOf(item), item]));
}

function textOf({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}
