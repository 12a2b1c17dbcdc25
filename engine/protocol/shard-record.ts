/**
 * What the state table says of a shard: how far it was read to the end, its newest event, and which process wrote that.
 * A process may trust its memory of the shard's keys only while it is the one that wrote the shard's record last.
 */
import { beginningOfTime, type EpochMillis, type EpochSeconds } from '../time.ts';
import type { Item, ItemKey, ItemStore } from './item.ts';

export interface ShardRecord {
  /** All records up to this sequence number are finished; `nothingFinished` where none is. */
  readonly finished: string;
  /** The largest event time of what is finished; absent while there was none. */
  readonly newest?: EpochMillis;
  /** The largest event time that a pane may hold, where events beyond `finished` were counted for want of time. */
  readonly reach?: EpochMillis;
  /** When the first record that was read had arrived. */
  readonly firstArrival?: EpochMillis;
  /** When a record was last read. */
  readonly readAt: EpochMillis;
  /** When a record with a valid event was last read; absent while there was none. */
  readonly eventAt?: EpochMillis;
  /** The largest time of an event that was put back into the keys that the shard may own; absent while none was. */
  readonly redriven?: EpochMillis;
  /** The process that wrote this. */
  readonly owner: string;
}

export interface StoredShardRecord {
  readonly record: ShardRecord;
  readonly version: number;
}

/** Before every sequence number. */
export const nothingFinished = '';

/** The largest event time that a pane of a shard may hold. */
export function reachOf({ newest = beginningOfTime, reach = newest, redriven = reach }: ShardRecord): EpochMillis {
  return Math.max(reach, redriven) as EpochMillis;
}

const format = 1;
const kept = 366 * 86_400_000;

/** The partition key of the records of a stream's shards; the sort key is the shard's id. */
export function shardRecordKey(stream: string, shard: string): ItemKey {
  return { pk: `@shards#${stream}`, sk: shard };
}

export function shardRecordItem(stream: string, shard: string, record: ShardRecord, version: number): Item {
  const key = shardRecordKey(stream, shard);
  return {
    ...key,
    version,
    body: JSON.stringify({ v: format, ...record }),
    ttl: Math.ceil((record.readAt + kept) / 1000) as EpochSeconds,
  };
}

export function readShardRecord(item: Item): StoredShardRecord {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const { v, ...record } = JSON.parse(item.body) as ShardRecord & { readonly v: number };
  if (v !== format) throw new Error(`a shard is recorded in format ${v}; this version of Weir reads format ${format}`);
  return { record, version: item.version };
}

/** The records of a stream's shards, by the shard's id. */
export async function readShardRecords(store: ItemStore, stream: string): Promise<ReadonlyMap<string, ShardRecord>> {
  const items = await store.query(shardRecordKey(stream, '').pk);
  return new Map(items.map((item) => [item.sk, readShardRecord(item).record]));
}
