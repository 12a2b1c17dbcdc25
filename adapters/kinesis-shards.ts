/** Kinesis: which shards a stream has, whether one is read to its tip, and whether records keep to partition keys. */
import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  RecordDistributionStrategy,
} from '@aws-sdk/client-kinesis';

const pagesToTip = 5;

export interface StreamShard {
  readonly id: string;
  /** None, one, or after a merge two; parents whose records have all expired are still named. */
  readonly parents: readonly string[];
  readonly closed: boolean;
  /** The first of its hash keys. */
  readonly firstHash: string;
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
