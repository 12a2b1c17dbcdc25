/**
 * Settles the alerts of keys that several shards write: read the alert records of the key first, then the panes of all
 * writers, strongly; derive what should stand from both; put the records on their versions; and go round until a round
 * changes nothing. Two writers that each read before their own put would otherwise both see two of three events.
 */
import type { Episode } from '../alert/episodes.ts';
import { readPaneBody, readPaneSortKey, readSortableTime, sortableTime } from '../state/pane-item.ts';
import { RuleState } from '../state/rule-state.ts';
import type { EpochMillis } from '../time.ts';
import type { AlertStore, Told, Wanted } from './alert-store.ts';
import type { Change } from './batch-fold.ts';
import type { ItemStore } from './item.ts';
import { merge } from './pane-store.ts';
import { alertKey, wantedOf } from './settle-owned.ts';

const mostRounds = 20;
/** Keys read at the same time. */
const atOnce = 32;

export async function settleShared(alerts: AlertStore, store: ItemStore, changes: readonly Change[]): Promise<Told> {
  const told = { opened: 0, amended: 0, withdrawn: 0 };
  let open = changes.filter(({ rule }) => rule.plan.emit !== 'final');
  for (let round = 0; open.length > 0; round++) {
    if (round === mostRounds) throw new Error(`other writers changed the same ${open.length} alerts ${mostRounds} times in a row; the batch must come again`);
    const next: Change[] = [];
    for (let at = 0; at < open.length; at += atOnce) {
      const some = open.slice(at, at + atOnce);
      const wanted = await Promise.all(some.map((change) => derive(alerts, store, change)));
      const changed = new Set<string>();
      const done = await alerts.settle(wanted.flat().map((one) => ({ ...one, store: () => changed.add(one.key.pk) })));
      told.opened += done.opened;
      told.amended += done.amended;
      told.withdrawn += done.withdrawn;
      next.push(...some.filter(({ state }) => changed.has(state.partitionKey)));
    }
    open = next;
  }
  return told;
}

/** What should stand of one key, by all its writers. */
async function derive(alerts: AlertStore, store: ItemStore, { rule, groups, touches }: Change): Promise<Wanted[]> {
  const state = new RuleState(rule, groups);
  const times = touches.map(({ touch }) => touch.event.t).sort((a, b) => a - b);
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return [];
  const starts = [...new Set(times.map((t) => rule.grid.start(t)))];
  const { cooldown } = rule.plan;
  if (cooldown === 0) {
    for (const { key, recorded } of await alerts.read(starts.map((start) => alertKey(state, start)))) state.records.set(readSortableTime(key.sk), recorded);
    await Promise.all(starts.map((start) => readPanes(store, state, start, start)));
    for (const start of starts) state.recheck(start, start);
    return state.take().map((desired) => wantedOf(state, desired));
  }
  await restoreEpisodes(alerts, state);
  const reach = cooldown + (rule.slide ?? 0);
  await readPanes(store, state, rule.grid.start((first - reach) as EpochMillis), rule.grid.start((last + reach) as EpochMillis));
  state.learn((first - cooldown) as EpochMillis, (last + reach + 1) as EpochMillis);
  state.episodes?.derive(rule.slide === undefined ? rule.grid.start(first) : first);
  state.episodes?.touch(rule.slide === undefined ? rule.grid.start(first) : first, (last + reach) as EpochMillis);
  return state.take().map((desired) => wantedOf(state, desired));
}

/** Merges the panes that begin in [from, to] of every writer into a state. */
export async function readPanes(store: ItemStore, state: RuleState, from: EpochMillis, to: EpochMillis): Promise<void> {
  const items = await store.query(state.partitionKey, `${sortableTime(from)}#`, `${sortableTime(to)}#~`);
  for (const item of items) merge(state, state.pane(readPaneSortKey(item.sk).start), readPaneBody(item.body));
}

/** Learns a key's episodes from the records of its alerts. */
export async function restoreEpisodes(alerts: AlertStore, state: RuleState): Promise<void> {
  for (const { key, recorded } of await alerts.readAll(state.partitionKey)) {
    const name = readSortableTime(key.sk);
    state.records.set(name, recorded);
    const { record } = recorded;
    if (record?.content.window !== undefined) state.episodes?.restore([episodeOf(state, name, record.content.window, record.status !== 'withdrawn')]);
  }
}

/** The episode that an alert's record tells of: its window begins with the first and ends with the last true one. */
function episodeOf({ rule }: RuleState, name: EpochMillis, window: { readonly start: EpochMillis; readonly end: EpochMillis }, standing: boolean): Episode {
  if (rule.slide === undefined) return { name, first: window.start, last: rule.grid.start((window.end - 1) as EpochMillis), standing };
  return { name, first: (rule.window.kind === 'instant' ? window.start : window.start + rule.slide) as EpochMillis, last: window.end, standing };
}

