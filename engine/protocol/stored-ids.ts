/**
 * The ids that a shard brought, as items of the state table: one a batch, put before the shard's record says that the
 * batch is finished. A process that begins reads those of the horizon. What is finished has its ids here, and what is not
 * comes again, so each delivery finds the same repeats.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import { arrivalJitter, idHash } from '../intake/recent-ids.ts';
import type { Plan } from '../plan/plan.ts';
import { sortableTime } from '../state/pane-item.ts';
import { beginningOfTime, endOfTime, type EpochMillis, largest, type Millis, smallest } from '../time.ts';
import type { Item, ItemStore } from './item.ts';
import { idsKept, idsTimeToLive } from './retention.ts';

/** An id as a record brought it that was counted. */
export interface BroughtId {
  readonly id: string;
  readonly arrival: EpochMillis;
  readonly sequenceNumber: string;
}

/** Whose ids they are, how long they matter, and how long somebody may ask for them. */
export interface IdsPlace {
  readonly stream: string;
  readonly shard: string;
  readonly within: Millis;
  readonly kept: Millis;
}

/** What is remembered of a stream's ids, of each of its shards; undefined where nothing is. */
export function idsRemembered(plan: Plan, stream: string): Omit<IdsPlace, 'shard'> | undefined {
  const { dedupeWithin: within = 0 as Millis } = plan.streams.find(({ name }) => name === stream) ?? {};
  return within === 0 ? undefined : { stream, within, kept: idsKept(plan, stream, within) };
}

const format = 1;

interface IdsBody {
  readonly v: number;
  /** The last sequence number that an id is of. */
  readonly last: string;
  /** The arrival from which the others are counted. */
  readonly from: EpochMillis;
  /** Hash and milliseconds after `from`, in base 36, parted by blanks: 19 bytes an id. */
  readonly ids: string;
}

const hashLength = 14;

export function idsKey(stream: string, shard: string): string {
  return `@ids#${stream}/${shard}`;
}

/** At the end of the sort key, where the ids are of dead letters that were put back. */
export const ofRedrive = '#redriven';

/**
 * The items of ids, in the order of their records: one, but where arrivals are further apart than the horizon, so that
 * the sort key says within that what an item holds.
 */
export function idsItems(
  { stream, shard, within, kept }: IdsPlace,
  brought: readonly BroughtId[],
  now: EpochMillis,
  suffix: '' | typeof ofRedrive = '',
): Item[] {
  const runs: BroughtId[][] = [];
  let run: BroughtId[] = [];
  let oldest = endOfTime;
  let latest = beginningOfTime;
  for (const one of brought) {
    oldest = Math.min(oldest, one.arrival) as EpochMillis;
    latest = Math.max(latest, one.arrival) as EpochMillis;
    if (run.length === 0 || latest - oldest > within) {
      runs.push((run = []));
      oldest = latest = one.arrival;
    }
    run.push(one);
  }
  return runs.map((ids) => {
    const arrivals = ids.map(({ arrival }) => arrival);
    const newest = largest(arrivals);
    const from = smallest(arrivals) ?? newest;
    const last = ids.at(-1)?.sequenceNumber ?? '';
    const text = ids.map(({ id, arrival }) => idHash(id) + (arrival - from).toString(36)).join(' ');
    const body: IdsBody = { v: format, last, from, ids: text };
    return {
      pk: idsKey(stream, shard),
      sk: `${sortableTime(newest)}#${last}${suffix}`,
      version: 1,
      body: JSON.stringify(body),
      ttl: idsTimeToLive(kept, newest, now),
    };
  });
}

/** The hashes of a shard's ids that arrived from an instant on, by their last arrival, as far as `finished` goes. */
export async function storedIds(
  store: ItemStore,
  place: Pick<IdsPlace, 'stream' | 'shard'>,
  from: EpochMillis,
  finished: string,
): Promise<ReadonlyMap<string, EpochMillis>> {
  const arrivals = new Map<string, EpochMillis>();
  for (const item of await store.query(idsKey(place.stream, place.shard), sortableTime(from))) {
    const { last, ids } = readIds(item);
    // Of a batch that died before it was finished: its records come again, and are no repeats of themselves.
    if (compareSequenceNumbers(last, finished) > 0) continue;
    for (const [hash, arrival] of ids) keepNewest(arrivals, hash, arrival);
  }
  return arrivals;
}

export function keepNewest(arrivals: Map<string, EpochMillis>, hash: string, arrival: EpochMillis): void {
  const known = arrivals.get(hash);
  if (known === undefined || arrival > known) arrivals.set(hash, arrival);
}

/** The ids of records of a shard that arrived in a time, but for those of dead letters that were put back. */
export async function idsBetween(
  store: ItemStore,
  { stream, shard, within }: Omit<IdsPlace, 'kept'>,
  from: EpochMillis,
  to: EpochMillis,
): Promise<(readonly [hash: string, arrival: EpochMillis])[]> {
  // An item holds ids that arrived before what its sort key says, by the horizon at most.
  const until = sortableTime((to + within + arrivalJitter) as EpochMillis);
  const items = await store.query(idsKey(stream, shard), sortableTime(from), until);
  return items.flatMap((item) => (item.sk.endsWith(ofRedrive) ? [] : readIds(item).ids));
}

function readIds(item: Item): {
  readonly last: string;
  readonly ids: (readonly [hash: string, arrival: EpochMillis])[];
} {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const { v, last, from, ids } = JSON.parse(item.body) as IdsBody;
  if (v !== format) throw new Error(`ids are stored in format ${v}; this version of Weir reads format ${format}`);
  return {
    last,
    ids: ids.split(' ').map((one) => {
      const delay = Number.parseInt(one.slice(hashLength), 36);
      return [one.slice(0, hashLength), (from + delay) as EpochMillis] as const;
    }),
  };
}
