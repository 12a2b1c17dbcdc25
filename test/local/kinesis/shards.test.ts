import {
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  ListShardsCommand,
  type ListShardsCommandInput,
  ListStreamsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis';
import { shard, start, streamUnderTest } from './stream-under-test.ts';

const stream = streamUnderTest();

const half = 2n ** 127n;
const put = (text: string, at: bigint) =>
  stream.client.send(
    new PutRecordCommand({
      StreamName: stream.name,
      PartitionKey: 'k',
      Data: Buffer.from(text),
      ExplicitHashKey: String(at),
    }),
  );
const split = (index: number, at: bigint) =>
  stream.client.send(
    new SplitShardCommand({ StreamName: stream.name, ShardToSplit: shard(index), NewStartingHashKey: String(at) }),
  );
const merge = (one: number, other: number) =>
  stream.client.send(
    new MergeShardsCommand({
      StreamName: stream.name,
      ShardToMerge: shard(one),
      AdjacentShardToMerge: shard(other),
    }),
  );
const list = async (more: Partial<ListShardsCommandInput> = {}) =>
  (await stream.client.send(new ListShardsCommand({ StreamName: stream.name, ...more }))).Shards ?? [];
const ids = async (more: Partial<ListShardsCommandInput> = {}) =>
  (await list(more)).map((each) => Number(each.ShardId?.slice(8)));

test('the shards of a new stream share all hash keys', async () => {
  await stream.create(3);
  const ranges = (await list()).map((each) => each.HashKeyRange!);
  expect(ranges[0]?.StartingHashKey).toBe('0');
  expect(ranges[2]?.EndingHashKey).toBe(String(2n ** 128n - 1n));
  for (const [index, range] of ranges.slice(1).entries())
    expect(BigInt(range.StartingHashKey!)).toBe(BigInt(ranges[index]!.EndingHashKey!) + 1n);
});

test('a split closes its shard, and its children take what comes after', async () => {
  await stream.create(1);
  await put('before', 0n);
  const open = await stream.iterator(shard(0), {});
  stream.now += 1_000;
  await split(0, half);
  expect((await put('low', half - 1n)).ShardId).toBe(shard(1));
  expect((await put('high', half)).ShardId).toBe(shard(2));
  const shards = await list();
  expect(shards.map((each) => [each.ParentShardId, each.AdjacentParentShardId])).toEqual([
    [undefined, undefined],
    [shard(0), undefined],
    [shard(0), undefined],
  ]);
  expect(shards.map((each) => each.SequenceNumberRange?.EndingSequenceNumber !== undefined)).toEqual([
    true,
    false,
    false,
  ]);
  const end = await stream.client.send(new GetRecordsCommand({ ShardIterator: open }));
  expect(end).toMatchObject({ MillisBehindLatest: 0, Records: [{ PartitionKey: 'k' }] });
  expect(end.NextShardIterator).toBeUndefined();
  expect(end.ChildShards).toEqual([
    {
      ShardId: shard(1),
      ParentShards: [shard(0)],
      HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(half - 1n) },
    },
    {
      ShardId: shard(2),
      ParentShards: [shard(0)],
      HashKeyRange: { StartingHashKey: String(half), EndingHashKey: String(2n ** 128n - 1n) },
    },
  ]);
});

test('a merge names both parents, and its sequence numbers are greater than theirs', async () => {
  await stream.create(2);
  const before = [await put('a', 0n), await put('b', half)];
  await merge(1, 0);
  const { SequenceNumber, ShardId } = await put('c', half);
  expect(ShardId).toBe(shard(2));
  for (const each of before) expect(BigInt(SequenceNumber!)).toBeGreaterThan(BigInt(each.SequenceNumber!));
  expect((await list())[2]).toMatchObject({ ParentShardId: shard(0), AdjacentParentShardId: shard(1) });
  expect((await stream.read(shard(1))).ChildShards).toMatchObject([{ ParentShards: [shard(0), shard(1)] }]);
});

test('rejects a split outside of the shard, of a closed shard, and a merge of shards that do not touch', async () => {
  await stream.create(3);
  const invalid = { name: 'InvalidArgumentException' };
  await expect(split(0, 2n ** 128n - 1n)).rejects.toMatchObject(invalid);
  await expect(split(0, 0n)).rejects.toMatchObject(invalid);
  await expect(merge(0, 2)).rejects.toMatchObject(invalid);
  await expect(merge(0, 0)).rejects.toMatchObject(invalid);
  await split(0, 5n);
  await expect(split(0, 5n)).rejects.toMatchObject(invalid);
  await expect(split(9, 5n)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test.each([
  [1, 4],
  [4, 3],
  [3, 7],
])('scaling from %i to %i shards leaves that many of one size', async (from, to) => {
  await stream.create(from);
  await stream.client.send(
    new UpdateShardCountCommand({ StreamName: stream.name, TargetShardCount: to, ScalingType: 'UNIFORM_SCALING' }),
  );
  const starts = (await list({ ShardFilter: { Type: 'AT_LATEST' } }))
    .map((each) => BigInt(each.HashKeyRange!.StartingHashKey!))
    .sort((a, b) => (a < b ? -1 : 1));
  expect(starts).toEqual(Array.from({ length: to }, (_, index) => (2n ** 128n / BigInt(to)) * BigInt(index)));
});

describe('a list of shards', () => {
  test('comes in pages', async () => {
    await stream.create(5);
    const found: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await stream.client.send(
        new ListShardsCommand(
          NextToken === undefined ? { StreamName: stream.name, MaxResults: 2 } : { NextToken, MaxResults: 2 },
        ),
      );
      found.push(...(page.Shards ?? []).map((each) => each.ShardId));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(found).toEqual([0, 1, 2, 3, 4].map(shard));
  });

  test('shows what its filter asks for', async () => {
    await stream.create(2);
    stream.now = start + 10_000;
    await split(0, 5n);
    stream.now = start + 20_000;
    const Timestamp = (at: number) => new Date(start + at);
    expect(await ids()).toEqual([0, 1, 2, 3]);
    expect(await ids({ ShardFilter: { Type: 'AT_LATEST' } })).toEqual([1, 2, 3]);
    expect(await ids({ ShardFilter: { Type: 'AT_TRIM_HORIZON' } })).toEqual([0, 1]);
    expect(await ids({ ShardFilter: { Type: 'FROM_TRIM_HORIZON' } })).toEqual([0, 1, 2, 3]);
    expect(await ids({ ShardFilter: { Type: 'AT_TIMESTAMP', Timestamp: Timestamp(5_000) } })).toEqual([0, 1]);
    expect(await ids({ ShardFilter: { Type: 'FROM_TIMESTAMP', Timestamp: Timestamp(15_000) } })).toEqual([1, 2, 3]);
    expect(await ids({ ShardFilter: { Type: 'AFTER_SHARD_ID', ShardId: shard(1) } })).toEqual([2, 3]);
    expect(await ids({ ExclusiveStartShardId: shard(2) })).toEqual([3]);
  });

  test('forgets a closed shard once its retention is over', async () => {
    await stream.create(1);
    await split(0, half);
    stream.now = start + 24 * 3_600_000 + 1;
    expect(await ids()).toEqual([1, 2]);
  });
});

test('a stream can be described, listed, switched to on-demand and deleted', async () => {
  await stream.create(2);
  const StreamName = stream.name;
  const arn = `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`;
  await expect(stream.create(1)).rejects.toMatchObject({ name: 'ResourceInUseException' });
  await stream.client.send(
    new UpdateStreamModeCommand({ StreamARN: arn, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }),
  );
  const { StreamDescriptionSummary: summary } = await stream.client.send(
    new DescribeStreamSummaryCommand({ StreamName }),
  );
  expect(summary).toMatchObject({
    StreamARN: arn,
    StreamStatus: 'ACTIVE',
    OpenShardCount: 2,
    RetentionPeriodHours: 24,
    StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    StreamCreationTimestamp: new Date(start),
  });
  const { StreamDescription: description } = await stream.client.send(
    new DescribeStreamCommand({ StreamName, Limit: 1 }),
  );
  expect(description).toMatchObject({ HasMoreShards: true, Shards: [{ ShardId: shard(0) }] });
  expect((await stream.client.send(new ListStreamsCommand({}))).StreamNames).toContain(StreamName);
  await stream.client.send(new DeleteStreamCommand({ StreamName }));
  await expect(stream.client.send(new DescribeStreamSummaryCommand({ StreamName }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
