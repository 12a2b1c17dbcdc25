/**
 * What the state table says of a shard: how far it was read to the end, its newest event, and which process wrote that.
 * A process may trust its memory of the shard's keys only while it is the one that wrote the shard's record last.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import { beginningOfTime, type EpochMillis, type EpochSeconds } from '../time.ts';
import type { Item, ItemKey } from './item.ts';

export interface ShardRecord {
  /** All records up to this sequence number are finished. */
  readonly finished: string;
  /** The largest event time of what is finished; absent while there was none. */
  readonly newest?: EpochMillis;
  /** The largest event time that a pane may hold, where events beyond `finished` were counted for want of time. */
  readonly reach?: EpochMillis;
  /** When a record was last read. */
  readonly readAt: EpochMillis;
  /** When a record with a valid event was last read; absent while there was none. */
  readonly eventAt?: EpochMillis;
  /** The process that wrote this. */
  readonly owner: string;
}

export interface StoredShardRecord {
  readonly record: ShardRecord;
  readonly version: number;
}

/** What a batch has come to. */
export interface ShardProgress {
  /** Absent where nothing of it is finished. */
  readonly finished: string | undefined;
  /** The largest event times of what is finished, and of all that was read. */
  readonly newest: EpochMillis;
  readonly reach: EpochMillis;
  /** When a valid event was read, of what is finished. */
  readonly eventAt: EpochMillis | undefined;
}

/** The record with a batch added, where that is progress; nothing in it goes back. */
export function advancedRecord(
  record: ShardRecord | undefined,
  progress: ShardProgress,
  by: Pick<ShardRecord, 'readAt' | 'owner'>,
): ShardRecord | undefined {
  const { finished } = progress;
  if (finished === undefined) return undefined;
  if (record !== undefined && compareSequenceNumbers(finished, record.finished) <= 0) return undefined;
  const newest = Math.max(progress.newest, record?.newest ?? beginningOfTime) as EpochMillis;
  const reach = Math.max(progress.reach, record?.reach ?? beginningOfTime) as EpochMillis;
  const eventAt = Math.max(progress.eventAt ?? beginningOfTime, record?.eventAt ?? beginningOfTime) as EpochMillis;
  return {
    finished,
    ...by,
    ...(newest !== beginningOfTime && { newest }),
    ...(reach > newest && { reach }),
    ...(eventAt !== beginningOfTime && { eventAt }),
  };
}

/** The largest event time that a pane of a shard may hold. */
export function reachOf({ newest = beginningOfTime, reach = newest }: ShardRecord): EpochMillis {
  return reach;
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
