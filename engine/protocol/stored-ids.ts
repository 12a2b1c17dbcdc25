/**
 * The ids that a shard brought, as items of the state table: one a batch, put before the shard's record says that the
 * batch is finished. A process that begins reads those of the horizon. What is finished has its ids here, and what is not
 * comes again, so each delivery finds the same repeats.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import { type BroughtId, idHash } from '../intake/recent-ids.ts';
import { sortableTime } from '../state/pane-item.ts';
import { type EpochMillis, largest, type Millis, smallest } from '../time.ts';
import type { Item, ItemStore } from './item.ts';
import { idsTimeToLive } from './retention.ts';

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

function idsKey(stream: string, shard: string): string {
  return `@ids#${stream}/${shard}`;
}

/** The item of a batch's ids, in the order of its records. */
export function idsItem(
  stream: string,
  shard: string,
  brought: readonly [BroughtId, ...BroughtId[]],
  within: Millis,
  now: EpochMillis,
): Item {
  const arrivals = brought.map(({ arrival }) => arrival);
  const from = smallest(arrivals) ?? now;
  const newest = largest(arrivals);
  const { sequenceNumber: last } = brought.at(-1) ?? brought[0];
  const ids = brought.map(({ id, arrival }) => idHash(id) + (arrival - from).toString(36)).join(' ');
  const body: IdsBody = { v: format, last, from, ids };
  return {
    pk: idsKey(stream, shard),
    sk: `${sortableTime(newest)}#${last}`,
    version: 1,
    body: JSON.stringify(body),
    ttl: idsTimeToLive(within, newest, now),
  };
}

/** The hashes of the ids that shards brought from an instant of arrival on, by their arrival, as far as they are finished. */
export async function storedIds(
  store: ItemStore,
  stream: string,
  shards: readonly { readonly id: string; readonly finished: string }[],
  from: EpochMillis,
): Promise<Map<string, EpochMillis>> {
  const arrivals = new Map<string, EpochMillis>();
  await Promise.all(
    shards.map(async ({ id: shard, finished }) => {
      for (const item of await store.query(idsKey(stream, shard), sortableTime(from))) {
        const { last, from: base, ids } = readIds(item);
        // Of a batch that died before it was finished: its records come again, and are no repeats of themselves.
        if (compareSequenceNumbers(last, finished) > 0) continue;
        for (const one of ids.split(' ')) {
          const hash = one.slice(0, hashLength);
          const arrival = base + Number.parseInt(one.slice(hashLength), 36);
          arrivals.set(hash, Math.max(arrival, arrivals.get(hash) ?? arrival) as EpochMillis);
        }
      }
    }),
  );
  return arrivals;
}

function readIds(item: Item): IdsBody {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const body = JSON.parse(item.body) as IdsBody;
  if (body.v !== format)
    throw new Error(`ids are stored in format ${body.v}; this version of Weir reads format ${format}`);
  return body;
}
