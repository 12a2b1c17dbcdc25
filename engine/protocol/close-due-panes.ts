/**
 * Emits the final results of the panes that a rule's watermark has passed: reads them strongly with all their writers,
 * puts and publishes the records, and only then marks the panes closed, on their versions. A pane that somebody wrote
 * to meanwhile is done again.
 */
import type { WindowedRule } from '../state/compiled-rule.ts';
import {
  type PaneBody,
  paneSortKey,
  readGroups,
  readPaneBody,
  readPaneSortKey,
  sortableTime,
  writePaneBody,
} from '../state/pane-item.ts';
import type { Pane } from '../state/pane.ts';
import { RuleState } from '../state/rule-state.ts';
import { type EpochMillis, endOfTime } from '../time.ts';
import type { KnownAlert, Wanted } from './alert-store.ts';
import type { Item, ItemKey } from './item.ts';
import { closeWindows } from './close-due-windows.ts';
import { dueSlotName, dueSlots, perSlot } from './due-slot.ts';
import { merge } from './pane-store.ts';
import type { Ports } from './ports.ts';
import type { Outlet } from './result-publisher.ts';
import { paneTimeToLive } from './retention.ts';
import { wantedOf } from './settle-owned.ts';
import { restoreEpisodes, setRecords } from './recorded-episodes.ts';
import { readPanes } from './settle-shared.ts';
import type { RuleTime } from './watermarks.ts';

export interface Closed {
  readonly closed: number;
  readonly alerts: number;
}

/** Closes what is due page by page, and answers what it closed after each; at the end, whether that is all that is due. */
export async function* closeDuePanes(
  rule: WindowedRule,
  ports: Ports,
  alerts: Outlet,
  writers: readonly string[],
  { watermark, frontier }: RuleTime,
): AsyncGenerator<Closed, boolean> {
  const until = rule.plan.emit === 'final' ? frontier : watermark;
  let slots = Array.from({ length: dueSlots }, (_, slot) => dueSlotName(rule, slot));
  for (let last: string | undefined; slots.length > 0; ) {
    const pages = await Promise.all(slots.map((slot) => ports.state.due(slot, watermark, perSlot)));
    const keys = pages.flat();
    // The index trails the table: pages that come again in the same words have been done.
    const text = JSON.stringify(keys);
    if (keys.length === 0 || text === last) return keys.length === 0;
    last = text;
    yield rule.form.closesByWindow
      ? await closeWindows({ rule, until }, ports, alerts, keys)
      : await closePanes({ rule, until }, ports, alerts, writers, keys);
    // A page that was not full was the last of its slot.
    slots = slots.filter((_, at) => pages[at]?.length === perSlot);
  }
  return true;
}

interface DuePane {
  readonly pk: string;
  readonly start: EpochMillis;
}

interface Due {
  readonly rule: WindowedRule;
  /** Panes that end no later are due. */
  readonly until: EpochMillis;
}

async function closePanes(
  { rule, until }: Due,
  ports: Ports,
  alerts: Outlet,
  writers: readonly string[],
  keys: readonly ItemKey[],
): Promise<Closed> {
  let open = [
    ...new Map(
      keys.map(({ pk, sk }): [string, DuePane] => [
        `${pk}\n${readPaneSortKey(sk).start}`,
        { pk, start: readPaneSortKey(sk).start },
      ]),
    ).values(),
  ];
  const total = { closed: 0, alerts: 0 };
  open.sort((a, b) => a.start - b.start);
  // Panes that somebody else put meanwhile, or closed: what was told of them may be wrong.
  let doubtful: ReadonlySet<string> = new Set();
  while (open.length > 0) {
    // An episode goes on from pane to pane, so a key's panes are closed one after the other.
    const now = !rule.joins ? open : [...new Map(open.toReversed().map((pane) => [pane.pk, pane])).values()];
    // Before the panes: what somebody tells of newer ones meanwhile is then a conflict.
    const known = await readRecords(rule, alerts, now);
    const panes = await readDuePanes(ports, writers, now, doubtful);
    const wanted = (await Promise.all(panes.map((pane) => finish({ rule, until }, ports, pane, known)))).flat();
    const again = new Set<string>();
    const told = await alerts.settle(wanted.map((one) => ({ ...one, lost: () => again.add(one.key.pk) })));
    const settled = panes.filter(({ pk }) => !again.has(pk));
    const conflicts = await ports.state.put(settled.flatMap((pane) => closedItems(rule, ports.now(), pane)));
    const lost = new Set(conflicts.map(({ item }) => `${item.pk}\n${readPaneSortKey(item.sk).start}`));
    for (const { pk, start } of panes) if (again.has(pk)) lost.add(`${pk}\n${start}`);
    total.closed += panes.length - lost.size;
    total.alerts += told.opened;
    open = open.filter((pane) => !now.includes(pane) || lost.has(`${pane.pk}\n${pane.start}`));
    doubtful = lost;
  }
  return total;
}

/** By partition key, the records of the alerts that these panes' windows may be in. */
async function readRecords(
  rule: WindowedRule,
  alerts: Outlet,
  panes: readonly DuePane[],
): Promise<ReadonlyMap<string, readonly KnownAlert[]>> {
  const known = rule.joins
    ? (await Promise.all(panes.map(({ pk }) => alerts.readAll(pk)))).flat()
    : await alerts.read(panes.map(({ pk, start }) => ({ pk, sk: sortableTime(start) })));
  const found = new Map<string, KnownAlert[]>();
  for (const one of known) {
    const ofKey = found.get(one.key.pk);
    if (ofKey === undefined) found.set(one.key.pk, [one]);
    else ofKey.push(one);
  }
  return found;
}

interface ReadPart {
  readonly item: Item;
  readonly body: PaneBody;
}

interface ReadPane extends DuePane {
  readonly parts: readonly ReadPart[];
}

/** Reads the panes with all writers and parts; one that is closed already is left out, unless it is doubtful. */
async function readDuePanes(
  ports: Ports,
  writers: readonly string[],
  panes: readonly DuePane[],
  doubtful: ReadonlySet<string>,
): Promise<ReadPane[]> {
  const found = new Map(panes.map((pane): [string, ReadPart[]] => [`${pane.pk}\n${pane.start}`, []]));
  let open = panes.flatMap(({ pk, start }) => writers.map((writer) => ({ pk, start, writer, part: 0 })));
  while (open.length > 0) {
    const items = await ports.state.get(
      open.map(({ pk, start, writer, part }) => ({ pk, sk: paneSortKey(start, writer, part) })),
    );
    open = items.flatMap((item) => {
      const { start, writer, part } = readPaneSortKey(item.sk);
      const body = readPaneBody(item.body);
      found.get(`${item.pk}\n${start}`)?.push({ item, body });
      return body.sealed === true ? [{ pk: item.pk, start, writer, part: part + 1 }] : [];
    });
  }
  return panes.flatMap(({ pk, start }) => {
    const parts = found.get(`${pk}\n${start}`) ?? [];
    const isOpen = parts.some(({ item, body }) => item.due !== undefined || body.closed !== true);
    return isOpen || doubtful.has(`${pk}\n${start}`) ? [{ pk, start, parts }] : [];
  });
}

/** What should stand of one pane's windows, now that no event can change them. */
async function finish(
  { rule, until }: Due,
  ports: Ports,
  { pk, start, parts }: ReadPane,
  known: ReadonlyMap<string, readonly KnownAlert[]>,
): Promise<Wanted[]> {
  const [first] = parts;
  if (first === undefined) return [];
  const state = new RuleState(rule, readGroups(pk, first.body));
  setRecords(state, known.get(pk) ?? []);
  const pane = state.pane(start);
  for (const { body } of parts) merge(state, pane, body);
  if (state.episodes !== undefined) await readNeighbours(ports, state, { start, until });
  state.finish(pane, endOfTime);
  return state.take().map((desired) => wantedOf(state, desired));
}

/** Where windows join to episodes, what lies before the pane decides too: its panes, and what its alerts' records say. */
async function readNeighbours(
  ports: Ports,
  state: RuleState,
  { start, until }: { readonly start: EpochMillis; readonly until: EpochMillis },
): Promise<void> {
  const { grid, plan, form } = state.rule;
  restoreEpisodes(state);
  await readPanes(
    ports.state,
    state,
    grid.start(form.since((start - plan.cooldown) as EpochMillis)),
    grid.start((start - 1) as EpochMillis),
  );
  state.learn((start - plan.cooldown) as EpochMillis, start);
  // Later panes may be closed by then, or another advance-time is about to, and has told of them: a pane that was written
  // to after it was closed is closed again, and one may be closed twice at the same time.
  const told = Math.max(...(state.episodes?.all ?? []).map(({ standing, last }) => (standing ? last : start)));
  const isDecided = ({ closed, start: begin, end }: Pane): boolean => closed || end <= until || begin <= told;
  const read = new Set(state.panes.starts());
  await readPanes(ports.state, state, grid.end(start));
  for (const pane of state.panes.values())
    if (!read.has(pane.start) && isDecided(pane)) state.learn(pane.start, pane.end);
}

/** The items as closed: nothing is added to their pane any more, and they leave the index. */
function closedItems({ plan, grid }: WindowedRule, now: EpochMillis, { start, parts }: ReadPane): Item[] {
  const ttl = paneTimeToLive(plan, grid.end(start), now);
  return parts.map(({ item: { due: _, ...item }, body }) => ({
    ...item,
    ttl,
    version: item.version + 1,
    body: writePaneBody({ ...body, closed: true }),
  }));
}
