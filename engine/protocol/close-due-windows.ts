/**
 * Emits the final results of windows that share panes, or of which a pane has several. A pane waits for the first window
 * of its events that was not told. Where windows lie as the clock says, only the newest pane of the key goes on waiting
 * once that is: all windows to come that hold an older one hold it too. What was told is noted in the panes, so that no
 * window is told twice, and what comes into a pane later counts for the windows to come.
 */
import type { WindowedRule } from '../state/compiled-rule.ts';
import { instantOf } from '../state/alert-name.ts';
import type { Schedule } from '../state/key-windows.ts';
import {
  type PaneBody,
  readGroups,
  readPaneBody,
  readPaneSortKey,
  sortableTime,
  writePaneBody,
} from '../state/pane-item.ts';
import { RuleState } from '../state/rule-state.ts';
import { joinedTo } from '../state/rule-windows.ts';
import { beginningOfTime, endOfTime, type EpochMillis, largest } from '../time.ts';
import type { KnownAlert, Wanted } from './alert-store.ts';
import type { Closed } from './close-due-panes.ts';
import type { Item, ItemKey } from './item.ts';
import { merge } from './pane-store.ts';
import type { Ports } from './ports.ts';
import type { Outlet } from './result-publisher.ts';
import { duePaneTimeToLive, paneTimeToLive } from './retention.ts';
import { wantedOf } from './settle-owned.ts';
import { restoreEpisodes, setRecords } from './recorded-episodes.ts';
import { judgeRun, panesFrom } from './settle-shared.ts';

/** Keys read at the same time. */
const atOnce = 32;

interface DueKey {
  readonly pk: string;
  /** The earliest pane that is due. */
  readonly from: EpochMillis;
  /** Windows that were told by this call, and perhaps wrongly. */
  readonly doubtful: readonly EpochMillis[];
}

interface ReadPart {
  readonly item: Item;
  readonly start: EpochMillis;
  readonly body: PaneBody;
}

interface ReadKey extends DueKey {
  readonly schedule: Schedule | undefined;
  readonly parts: readonly ReadPart[];
  readonly names: readonly EpochMillis[];
  readonly wanted: readonly Wanted[];
}

export interface DueRule {
  readonly rule: WindowedRule;
  /** Windows that end up to then are past. */
  readonly until: EpochMillis;
}

export async function closeWindows(
  due: DueRule,
  ports: Ports,
  alerts: Outlet,
  keys: readonly ItemKey[],
): Promise<Closed> {
  const total = { closed: 0, alerts: 0 };
  let open = dueKeys(keys);
  while (open.length > 0) {
    const next: DueKey[] = [];
    for (let at = 0; at < open.length; at += atOnce) {
      const some = await readKeys(due, ports, alerts, open.slice(at, at + atOnce));
      const again = new Set<string>();
      const told = await alerts.settle(
        some.flatMap(({ wanted }) =>
          wanted.map((one) => ({
            ...one,
            // What is told before its lateness is over may be disproved by what a shard has put since the panes were read:
            // either that shard sees the record, or this sees its pane.
            ...(due.rule.plan.emit !== 'final' && {
              store: (_: unknown, isNew: boolean) => {
                if (isNew) again.add(one.key.pk);
              },
            }),
            lost: () => again.add(one.key.pk),
          })),
        ),
      );
      const puts = some.flatMap((key) => (again.has(key.pk) ? [] : toldItems(due, ports.now(), key)));
      for (const { item } of await ports.state.put(puts)) again.add(item.pk);
      // A shard that put an event before this left alone what was not told yet, and this has told it without the event.
      for (const key of some) if (tellsAnew(due, key)) again.add(key.pk);
      total.closed += puts.filter((item) => !isDue(due.rule, item, due.until)).length;
      total.alerts += told.opened;
      for (const { pk, from, names } of some) if (again.has(pk)) next.push({ pk, from, doubtful: names });
    }
    open = next;
  }
  return total;
}

function dueKeys(keys: readonly ItemKey[]): DueKey[] {
  const earliest = new Map<string, EpochMillis>();
  for (const { pk, sk } of keys) {
    const { start } = readPaneSortKey(sk);
    const known = earliest.get(pk);
    if (known === undefined || start < known) earliest.set(pk, start);
  }
  return [...earliest].map(([pk, from]) => ({ pk, from, doubtful: [] }));
}

/**
 * Reads keys so that no alert's record is newer than the panes that are told of it: what somebody tells of newer ones
 * is then a conflict. Windows that share no episodes mostly have no record yet, and the panes say which to read: only
 * where there is one, they are read once more after it.
 */
async function readKeys(
  due: DueRule,
  ports: Ports,
  alerts: Outlet,
  keys: readonly DueKey[],
): Promise<readonly ReadKey[]> {
  const { joins } = due.rule;
  const read = await Promise.all(
    keys.map(async (key) => readKey(due, ports, key, joins ? await alerts.readAll(key.pk) : [])),
  );
  if (joins) return read;
  const known = await alerts.read(read.flatMap(({ wanted }) => wanted.map(({ key }) => key)));
  return Promise.all(
    read.map(async (one) => {
      const ofKey = known.filter(({ key }) => key.pk === one.pk);
      return ofKey.length === 0 ? one : readKey(due, ports, one, ofKey);
    }),
  );
}

/** Reads a key's panes strongly, with all writers, and finds what its windows are that are to be told. */
async function readKey(
  { rule, until }: DueRule,
  ports: Ports,
  key: DueKey,
  known: readonly KnownAlert[],
): Promise<ReadKey> {
  const { form } = rule;
  const earliest = form.firstChanged(key.from);
  // Alerts that join are found anew with all that they hold.
  const joinsAnew = rule.joins && rule.plan.emit !== 'final';
  const from = joinsAnew ? panesFrom(rule, earliest) : form.since(form.isLog ? joinedTo(rule, earliest) : earliest);
  const items = await ports.state.query(key.pk, sortableTime(from), joinsAnew ? undefined : sortableTime(until));
  const parts = items.map((item) => ({ item, start: readPaneSortKey(item.sk).start, body: readPaneBody(item.body) }));
  const [first] = parts;
  if (first === undefined) return { ...key, schedule: undefined, parts, names: [], wanted: [] };
  const state = new RuleState(rule, readGroups(key.pk, first.body));
  setRecords(state, known);
  const found = new Set(key.doubtful);
  // Whoever told of one may have died before it looked again.
  if (rule.plan.emit !== 'final')
    for (const [name, { record }] of state.records)
      if (record !== undefined && record.status !== 'withdrawn') found.add(instantOf(name));
  for (const { start, body } of parts) merge(state, state.pane(start), body);
  const { schedule } = state.windows;
  for (const { start, body } of parts)
    for (const name of schedule?.endingIn(start, largest([body.u, body.b]), until) ?? []) found.add(name);
  const names = [...found]
    // Of a window that is earlier, panes are missing here: it was told before this one was due.
    .filter((name) => form.since(name) >= form.since(earliest))
    .filter((name) => key.doubtful.includes(name) || !state.windows.isTold(name))
    .sort((a, b) => a - b);
  if (rule.plan.emit === 'final') {
    if (state.episodes !== undefined) learnTold(state, names);
    state.tell(names);
  } else {
    // A call that was overtaken knows less than the panes do.
    for (const pane of state.panes.values()) pane.told = largest([pane.told, until]);
    if (state.episodes === undefined) state.tell(names);
    else {
      restoreEpisodes(state);
      state.deriveFrom(await judgeRun(ports.state, state, earliest));
    }
  }
  return { ...key, schedule, parts, names, wanted: state.take().map((desired) => wantedOf(state, desired)) };
}

/** Of windows that were told before, the records of the alerts say whether they were true. */
function learnTold(state: RuleState, names: readonly EpochMillis[]): void {
  const [first] = names;
  if (first === undefined) return;
  restoreEpisodes(state);
  const known = joinedTo(state.rule, first);
  for (const { standing, first: begin, last } of state.episodes?.all ?? []) {
    if (!standing || last < known) continue;
    for (const name of state.windows.schedule?.between(largest([begin, known]), last) ?? [])
      state.episodes?.replace(name, (name + 1) as EpochMillis, [name]);
  }
}

/** Whether panes do not say yet what is told by now, though somebody may still put an event into them that changes it. */
function tellsAnew({ rule, until }: DueRule, { parts }: Pick<ReadKey, 'parts'>): boolean {
  if (rule.plan.emit === 'final') return false;
  return parts.some(({ item, body }) => isDue(rule, item, until) && (body.u ?? beginningOfTime) < until);
}

function isDue({ delay }: WindowedRule, { due }: Item, until: EpochMillis): boolean {
  return due !== undefined && due.at <= until + (delay ?? 0);
}

/**
 * The parts that were due, as told: those with no window to come leave the index, and where all share theirs, all but
 * those of the newest pane. What windows to come need is kept however long their streams stand still, and other parts
 * no longer than they must. While somebody must look again, the first stays in the index: whoever tells may die before.
 */
function toldItems({ rule, until }: DueRule, now: EpochMillis, { parts, schedule }: ReadKey): Item[] {
  const { form } = rule;
  const newest = parts.at(-1)?.start;
  const delay = rule.delay ?? 0;
  const nextEnds = new Map(parts.map(({ start }) => [start, schedule?.nextEnd(start, until)]));
  // Parts are in the order of their panes.
  const coming = parts.find(({ start }) => nextEnds.get(start) !== undefined);
  const first = tellsAnew({ rule, until }, { parts }) ? parts.find(({ item }) => isDue(rule, item, until)) : undefined;
  const decides = form.isLog && coming !== undefined ? form.since(form.firstChanged(coming.start)) : endOfTime;
  return parts.flatMap((part) => {
    const { item, start, body } = part;
    const { due, ...rest } = item;
    const next = nextEnds.get(start);
    const end = rule.grid.end(start);
    const isNeeded = next !== undefined || start >= decides;
    const ttl = (isNeeded ? duePaneTimeToLive : paneTimeToLive)(rule.plan, end, now);
    // Without an end that it waits for, a part is only written to be kept no longer than it must.
    if (due === undefined) return isNeeded || item.ttl <= ttl ? [] : [{ ...rest, ttl, version: item.version + 1 }];
    if (!isDue(rule, item, until)) return [];
    // Only what is told finally takes nothing in any more.
    const isOver = rule.plan.emit === 'final' && next === undefined && end <= until;
    const told: PaneBody = { ...body, u: largest([body.u ?? beginningOfTime, until]) };
    const waits = next !== undefined && (form.isLog || start === newest);
    return [
      {
        ...rest,
        ttl,
        version: item.version + 1,
        body: writePaneBody(isOver ? { ...told, closed: true } : told),
        ...(part === first ? { due } : waits && { due: { slot: due.slot, at: (next + delay) as EpochMillis } }),
      },
    ];
  });
}
