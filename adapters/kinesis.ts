/** Kinesis: which shards a stream has, whether one is read to its tip, and putting records. */
import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
  RecordDistributionStrategy,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { maxAttempts, timeouts } from './client-options.ts';
import { backOff, type Wait, waitWithJitter } from './patience.ts';

const recordsPerCall = 500;
const bytesPerCall = 5 * 1024 * 1024;
const pagesToTip = 5;

export interface StreamShard {
  readonly id: string;
  /** None, one, or after a merge two; parents whose records have all expired are still named. */
  readonly parents: readonly string[];
  readonly closed: boolean;
  /** The first of its hash keys. */
  readonly firstHash: string;
}

export interface NewRecord {
  readonly partitionKey: string;
  /** The hash key of the shard that it is for; absent: that of the partition key. */
  readonly hashKey?: string;
  readonly data: Uint8Array;
}

/** Over HTTP/1.1: the default of this client is HTTP/2, which plain http:// endpoints do not speak. */
export function kinesisClient(): KinesisClient {
  return new KinesisClient({ maxAttempts, requestHandler: new NodeHttpHandler(timeouts) });
}

/** Whether a stream puts records on any shard, whatever their partition keys. It can be switched at any time. */
export async function ignoresPartitionKeys(
  client: KinesisClient,
  streamName: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { StreamDescriptionSummary } = await client.send(
    new DescribeStreamSummaryCommand({ StreamName: streamName }),
    signal === undefined ? {} : { abortSignal: signal },
  );
  return StreamDescriptionSummary?.RecordDistributionStrategy === RecordDistributionStrategy.AUTO;
}

/** The shards of a stream, open or with records that have not expired. */
export async function listShards(client: KinesisClient, streamName: string): Promise<StreamShard[]> {
  const shards: StreamShard[] = [];
  let next: string | undefined;
  do {
    // The token names the stream; Kinesis refuses both together.
    const page = await client.send(
      new ListShardsCommand(next === undefined ? { StreamName: streamName } : { NextToken: next }),
    );
    for (const shard of page.Shards ?? [])
      shards.push({
        id: shard.ShardId ?? '',
        parents: [shard.ParentShardId, shard.AdjacentParentShardId].filter((parent) => parent !== undefined),
        closed: shard.SequenceNumberRange?.EndingSequenceNumber !== undefined,
        firstHash: shard.HashKeyRange?.StartingHashKey ?? '0',
      });
    next = page.NextToken;
  } while (next !== undefined);
  return shards;
}

/**
 * Whether a shard has nothing after this sequence number, or nothing at all where it is undefined. An empty page may
 * come before records; after a few of them that still say that there is more, the answer is no.
 */
export async function tip(
  client: KinesisClient,
  streamName: string,
  shardId: string,
  after: string | undefined,
): Promise<boolean> {
  const start = await client.send(
    new GetShardIteratorCommand({
      StreamName: streamName,
      ShardId: shardId,
      ...(after === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after }),
    }),
  );
  let iterator = start.ShardIterator;
  for (let page = 0; page < pagesToTip; page += 1) {
    if (iterator === undefined) return true;
    const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 1 }));
    if ((answer.Records ?? []).length > 0) return false;
    if (answer.MillisBehindLatest === 0) return true;
    iterator = answer.NextShardIterator;
  }
  return iterator === undefined;
}

/**
 * Puts records in their order, one call after the other. Entries that a call refuses are sent again, in their order,
 * before anything that comes after them.
 */
export async function putRecords(
  client: KinesisClient,
  streamName: string,
  records: readonly NewRecord[],
  wait: Wait = waitWithJitter,
): Promise<void> {
  for (const call of calls(records)) {
    let rest = call;
    for (let attempt = 1; rest.length > 0; attempt += 1) {
      const answer = await client.send(new PutRecordsCommand({ StreamName: streamName, Records: rest }));
      const entries = answer.Records ?? [];
      rest = rest.filter((_, index) => entries[index]?.ErrorCode !== undefined);
      const reason = entries.find((entry) => entry.ErrorCode !== undefined)?.ErrorCode;
      if (rest.length > 0) await backOff(attempt, `putting into ${streamName}: ${reason ?? ''}`, wait);
    }
  }
}

/** The records cut into calls within Kinesis' limits. */
function calls(records: readonly NewRecord[]): PutRecordsRequestEntry[][] {
  const result: PutRecordsRequestEntry[][] = [];
  let bytes = 0;
  for (const { partitionKey, hashKey, data } of records) {
    const size = data.byteLength + Buffer.byteLength(partitionKey);
    const last = result.at(-1);
    const entry = {
      PartitionKey: partitionKey,
      Data: data,
      ...(hashKey !== undefined && { ExplicitHashKey: hashKey }),
    };
    if (last === undefined || last.length === recordsPerCall || bytes + size > bytesPerCall) {
      result.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return result;
}
