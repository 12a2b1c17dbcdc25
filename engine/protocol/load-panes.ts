/** Brings panes from the state table into memory, with all their parts. */
import { paneSortKey, readPaneBody, readPaneSortKey, sortableTime } from '../state/pane-item.ts';
import type { RuleState } from '../state/rule-state.ts';
import { type EpochMillis, endOfTime } from '../time.ts';
import type { Item, ItemKey, ItemStore } from './item.ts';
import { restorePane } from './pane-store.ts';

export interface PaneRequest {
  readonly state: RuleState;
  readonly start: EpochMillis;
}

/** After every part of a pane and writer. */
const pastLastPart = 999_999;

/** Reads panes, in hundreds, each that has more than one part by a query, and restores them into their states. */
export async function loadPanes(store: ItemStore, requests: readonly PaneRequest[], writer: string): Promise<void> {
  if (requests.length === 0) return;
  const first = byKey(await store.get(requests.map(({ state, start }) => paneKey(state, start, writer, 0))));
  await Promise.all(
    requests.map(async ({ state, start }) => {
      const item = first.get(text(paneKey(state, start, writer, 0)));
      if (item === undefined) return restorePane(state, start, []);
      if (!isSealed(item)) return restorePane(state, start, [item]);
      const { pk, sk } = paneKey(state, start, writer, 1);
      const rest = await store.query(pk, sk, paneSortKey(start, writer, pastLastPart));
      return restorePane(state, start, [item, ...upToOpen(rest)]);
    }),
  );
}

function isSealed(item: Item): boolean {
  return readPaneBody(item.body).sealed === true;
}

/**
 * The parts up to the open one. A query is not of one moment: what comes after a part that was read while it was open
 * would say by its progress that entries are known which were put into that part since.
 */
function upToOpen(parts: readonly Item[]): readonly Item[] {
  const open = parts.findIndex((part) => !isSealed(part));
  return open === -1 ? parts : parts.slice(0, open + 1);
}

/** Most panes of a key that are asked for by name; more are found by a query. */
const mostNamed = 8;

/**
 * Brings all panes of owned keys from an instant on into memory: an event changes windows after it, and the episodes
 * that they are in may go on. Nobody wrote a pane that begins after the horizon.
 */
export async function loadPanesFrom(
  store: ItemStore,
  keys: readonly { readonly state: RuleState; readonly from: EpochMillis }[],
  horizon: EpochMillis,
): Promise<void> {
  const named: PaneRequest[] = [];
  const queries: Promise<void>[] = [];
  for (const { state, from } of keys) {
    const { grid } = state.rule;
    const last = Math.min(horizon, (state.loadedFrom ?? endOfTime) - 1);
    const starts: EpochMillis[] = [];
    for (let start = grid.start(from); start <= last && starts.length <= mostNamed; start = grid.end(start))
      starts.push(start);
    if (starts.length <= mostNamed) named.push(...starts.map((start) => ({ state, start })));
    else queries.push(queryPanes(store, state, grid.start(from)));
    state.loadedFrom = grid.start(from);
  }
  await Promise.all([loadPanes(store, named, ''), ...queries]);
}

async function queryPanes(store: ItemStore, state: RuleState, from: EpochMillis): Promise<void> {
  const until = state.loadedFrom ?? endOfTime;
  const parts = new Map<EpochMillis, Item[]>();
  const items = await store.query(
    state.partitionKey,
    sortableTime(from),
    until === endOfTime ? undefined : sortableTime(until),
  );
  for (const item of items) {
    const { start } = readPaneSortKey(item.sk);
    parts.set(start, [...(parts.get(start) ?? []), item]);
  }
  for (const [start, found] of parts) restorePane(state, start, upToOpen(found));
}

function paneKey(state: RuleState, start: EpochMillis, writer: string, part: number): ItemKey {
  return { pk: state.partitionKey, sk: paneSortKey(start, writer, part) };
}

function byKey(items: readonly Item[]): ReadonlyMap<string, Item> {
  return new Map(items.map((item) => [text(item), item]));
}

function text({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}
