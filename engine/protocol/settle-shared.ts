/**
 * Settles the alerts of keys that several shards write, and of owned keys where memory is not to be trusted: read the
 * alert records of the key first, then the panes of all writers, strongly; derive what should stand from both; put the
 * records on their versions; and go round until a round changes nothing. Two writers that each read before their own put would otherwise both see two of three events.
 */
import { alertSortKey, instantOf } from '../state/alert-name.ts';
import { decodeEpisodes, readPaneBody, readPaneSortKey, sortableTime } from '../state/pane-item.ts';
import type { WindowedRule } from '../state/compiled-rule.ts';
import { RuleState } from '../state/rule-state.ts';
import { firstJoined, joinedTo } from '../state/rule-windows.ts';
import { endOfTime, type EpochMillis } from '../time.ts';
import type { AlertStore, Told, Wanted } from './alert-store.ts';
import type { Change } from './batch-fold.ts';
import type { ItemStore } from './item.ts';
import { isOwned, merge } from './pane-store.ts';
import { readRecords, restoreEpisodes, restoreTold, setRecords } from './recorded-episodes.ts';
import { alertKey, wantedOf } from './settle-owned.ts';

const mostRounds = 20;
/** Keys read at the same time. */
const atOnce = 32;

/** A key whose alerts may disagree with its panes. */
export interface Unsettled {
  readonly rule: WindowedRule;
  readonly state: RuleState;
  /** Event times whose windows changed. */
  readonly times: readonly EpochMillis[];
  /** True where whoever put the same events before may still be about to tell what it derived. */
  readonly fences?: boolean;
  /** True where windows after those of `times` may have changed too. */
  readonly onwards?: boolean;
}

export function unsettled({ rule, state, touches, repeats }: Change): Unsettled {
  return { rule, state, times: touches.map(({ touch }) => touch.event.t), fences: repeats };
}

export async function settleShared(alerts: AlertStore, store: ItemStore, changes: readonly Unsettled[]): Promise<Told> {
  const told = { opened: 0, amended: 0, withdrawn: 0 };
  let open = changes.filter(({ rule }) => rule.plan.emit !== 'final');
  for (let round = 0; open.length > 0; round++) {
    if (round === mostRounds)
      throw new Error(
        `other writers changed the same ${open.length} alerts ${mostRounds} times in a row; the batch must come again`,
      );
    const next: Unsettled[] = [];
    for (let at = 0; at < open.length; at += atOnce) {
      const some = open.slice(at, at + atOnce);
      const wanted = await Promise.all(
        some.map(async (change) => {
          const state = new RuleState(change.rule, change.state.groups);
          const found = await derive(alerts, store, change, state);
          if (isOwned(change.rule)) learnRecords(change, state);
          if (round > 0 || change.fences !== true) return found;
          return [...found, ...unnamed(change, state, found)].map((one) => ({ ...one, fences: true }));
        }),
      );
      const changed = new Set<string>();
      const again = ({ key }: Wanted) => changed.add(key.pk);
      const done = await alerts.settle(
        wanted.flat().map((one) => ({
          ...one,
          store: (_, isNew) => {
            if (isNew) again(one);
          },
          lost: () => again(one),
        })),
      );
      told.opened += done.opened;
      told.amended += done.amended;
      told.withdrawn += done.withdrawn;
      next.push(...some.filter(({ state }) => changed.has(state.partitionKey)));
    }
    open = next;
  }
  return told;
}

/**
 * Alerts that nobody knows of, and somebody who was overtaken may be about to open: of windows that events which are there
 * already had made true, and later ones false again. An episode is named by its first window, which another writer may
 * have put less than `cooldown` before. An empty record keeps off only those who read before it was put: the others have
 * its version.
 */
function unnamed({ rule, times, onwards = false }: Unsettled, state: RuleState, found: readonly Wanted[]): Wanted[] {
  if (isOwned(rule)) return [];
  const recorded = [...state.records].flatMap(([name, { record }]) =>
    record === undefined ? [] : [alertSortKey(name)],
  );
  const known = new Set([...found.map(({ key }) => key.sk), ...recorded]);
  const earliest = times.reduce((least, t) => (t < least ? t : least));
  const { windows } = state;
  const from = firstJoined(rule, earliest);
  const latest = times.reduce((most, t) => (t > most ? t : most));
  const to = onwards ? endOfTime : rule.form.pastChanged(latest);
  return (windows.everNamed?.(from, to) ?? windows.names(from, to))
    .flatMap((name) => state.alertNames(name))
    .filter((name) => !known.has(alertSortKey(name)))
    .map((name) => wantedOf(state, { name, content: undefined }));
}

/** The windows that events at these times change. */
function changedNames({ rule, windows }: RuleState, times: readonly EpochMillis[]): ReadonlySet<EpochMillis> {
  const names = new Set<EpochMillis>();
  for (const t of times) windows.changed(t, rule.grid.start(t), names);
  return names;
}

/** What the owner of a key had not read of its records, or has not put itself, it knows now. */
function learnRecords({ state, times }: Unsettled, read: RuleState): void {
  const names = state.episodes?.all.map(({ name }) => name) ?? changedNames(read, times);
  for (const name of names) {
    const recorded = read.records.get(name);
    if (recorded !== undefined) state.records.set(name, recorded);
    state.unread.delete(name);
  }
  if (state.rule.tellsApart) for (const [name, recorded] of read.records) state.records.set(name, recorded);
}

/** What should stand of one key, by all its writers. */
async function derive(
  alerts: AlertStore,
  store: ItemStore,
  { rule, times }: Unsettled,
  state: RuleState,
): Promise<Wanted[]> {
  if (!rule.joins && rule.form.closesByWindow) {
    await readChanged(alerts, store, state, times);
    for (const t of times) state.recheck(t, rule.grid.start(t));
    return state.take().map((desired) => wantedOf(state, desired));
  }
  if (!rule.joins) {
    const starts = [...new Set(times.map((t) => rule.grid.start(t)))];
    setRecords(state, await alerts.read(starts.map((start) => alertKey(state, start))));
    await Promise.all(neighbours(rule, starts).map(({ from, to }) => readPanes(store, state, from, to)));
    for (const start of starts) state.recheck(start, start);
    return state.take().map((desired) => wantedOf(state, desired));
  }
  const earliest = times.reduce((least, t) => (t < least ? t : least));
  await readRecords(alerts, state);
  if (!isOwned(rule)) restoreEpisodes(state);
  const first = rule.form.firstChanged(earliest);
  await readPanes(store, state, panesFrom(rule, first));
  if (state.windows.schedule !== undefined) restoreTold(state);
  const from = await judgeRun(store, state, first);
  const named = new Set(state.episodes?.all.map(({ name }) => name));
  state.deriveFrom(from);
  // The panes of an owned key name its episodes. One that none of them names yet is named and opened by its owner.
  const desired = state
    .take()
    .filter(({ name }) => !isOwned(rule) || named.has(instantOf(name)) || state.records.has(name));
  return desired.map((one) => wantedOf(state, one));
}

/**
 * Judges windows from where the run that an instant belongs to must be derived. A true window before it that is in no
 * known episode was put by another writer, who has not told of it yet: what lies before that one decides as well, and is
 * read too. Else one run could be told in two parts.
 */
export async function judgeRun(store: ItemStore, state: RuleState, first: EpochMillis): Promise<EpochMillis> {
  const { rule } = state;
  for (let from = first; ; ) {
    state.judgeFrom(joinedTo(rule, from));
    const untold = state.episodes?.untoldBefore(from);
    if (untold === undefined) return from;
    const [begin, read] = [panesFrom(rule, untold), panesFrom(rule, from)];
    if (begin < read) await readPanes(store, state, begin, rule.grid.start((read - 1) as EpochMillis));
    from = untold;
  }
}

/** The start of the earliest pane that decides over the windows whose run holds an instant, or may be joined to it. */
export function panesFrom(rule: WindowedRule, name: EpochMillis): EpochMillis {
  return rule.grid.start(rule.form.since(joinedTo(rule, name)));
}

/** Reads the records of all windows that events at these times may change, and then the panes of those. */
async function readChanged(
  alerts: AlertStore,
  store: ItemStore,
  state: RuleState,
  times: readonly EpochMillis[],
): Promise<void> {
  const { form } = state.rule;
  const spans = [...new Set(times.map((t) => form.pastChanged(t)))].map((past) => {
    const within = times.filter((t) => form.pastChanged(t) === past);
    const first = form.firstChanged(within.reduce((least, t) => (t < least ? t : least)));
    return { first, past };
  });
  const records = await Promise.all(
    spans.map(({ first, past }) => alerts.readAll(state.partitionKey, sortableTime(first), sortableTime(past))),
  );
  setRecords(state, records.flat());
  await Promise.all(
    spans.map(({ first, past }) => readPanes(store, state, form.since(first), (past - 1) as EpochMillis)),
  );
}

/** Runs of panes that follow each other, by the starts of the first and the last: each is one query. */
function neighbours(
  { grid }: WindowedRule,
  starts: readonly EpochMillis[],
): { readonly from: EpochMillis; readonly to: EpochMillis }[] {
  const runs: { from: EpochMillis; to: EpochMillis }[] = [];
  for (const start of starts.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && grid.end(run.to) === start) run.to = start;
    else runs.push({ from: start, to: start });
  }
  return runs;
}

/** Merges the panes that begin in [from, to] of every writer into a state; without `to`, all from there on. */
export async function readPanes(
  store: ItemStore,
  state: RuleState,
  from: EpochMillis,
  to?: EpochMillis,
): Promise<void> {
  const items = await store.query(
    state.partitionKey,
    `${sortableTime(from)}#`,
    to === undefined ? undefined : `${sortableTime(to)}#~`,
  );
  for (const item of items) {
    const body = readPaneBody(item.body);
    merge(state, state.pane(readPaneSortKey(item.sk).start), body);
    state.episodes?.restore(decodeEpisodes(body.e));
  }
}
