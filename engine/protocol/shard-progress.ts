/** How a shard's record goes on: it begins before the first batch is worked on, and says of each how far it has come. */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import type { ItemStore } from './item.ts';
import { isByRedrive } from './shard-memories.ts';
import {
  nothingFinished,
  readShardRecord,
  type ShardRecord,
  shardRecordItem,
  type StoredShardRecord,
} from './shard-record.ts';

/** Puts the record of a shard that nobody has read before, unless somebody else has meanwhile. */
export async function beginShard(
  store: ItemStore,
  stream: string,
  shard: string,
  {
    arrival,
    now,
    owner,
  }: { readonly arrival: EpochMillis | undefined; readonly now: EpochMillis; readonly owner: string },
): Promise<void> {
  const firstArrival = arrival !== undefined && { firstArrival: arrival };
  const record: ShardRecord = { finished: nothingFinished, readAt: now, owner, ...firstArrival };
  await store.put([shardRecordItem(stream, shard, record, 1)]);
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
function advancedRecord(
  record: ShardRecord,
  progress: ShardProgress,
  by: Pick<ShardRecord, 'readAt' | 'owner'>,
): ShardRecord | undefined {
  const { finished } = progress;
  if (finished === undefined || compareSequenceNumbers(finished, record.finished) <= 0) return undefined;
  const newest = Math.max(progress.newest, record.newest ?? beginningOfTime) as EpochMillis;
  const reach = Math.max(progress.reach, record.reach ?? beginningOfTime) as EpochMillis;
  const eventAt = Math.max(progress.eventAt ?? beginningOfTime, record.eventAt ?? beginningOfTime) as EpochMillis;
  return {
    finished,
    ...by,
    ...(record.firstArrival !== undefined && { firstArrival: record.firstArrival }),
    ...(newest !== beginningOfTime && { newest }),
    ...(reach > newest && { reach }),
    ...(eventAt !== beginningOfTime && { eventAt }),
    ...(record.redriven !== undefined && { redriven: record.redriven }),
  };
}

/** Records how far a batch has come, unless somebody has come further; answers whether, and what others have recorded since. */
export async function recordProgress(
  store: ItemStore,
  stream: string,
  shard: string,
  stored: StoredShardRecord,
  progress: ShardProgress,
  by: Pick<ShardRecord, 'readAt' | 'owner'>,
): Promise<{ readonly written: boolean; readonly other: ShardRecord | undefined }> {
  let other: ShardRecord | undefined;
  for (let current = stored; ; ) {
    const record = advancedRecord(current.record, progress, by);
    if (record === undefined) return { written: false, other };
    const [conflict] = await store.put([shardRecordItem(stream, shard, record, current.version + 1)]);
    if (conflict?.current === undefined) return { written: conflict === undefined, other };
    current = readShardRecord(conflict.current);
    other = current.record;
    if (isByRedrive(other)) return { written: false, other };
  }
}
