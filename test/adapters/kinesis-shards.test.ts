import { SplitShardCommand } from '@aws-sdk/client-kinesis';
import { putRecords } from '../../adapters/kinesis.ts';
import { listShards, tip } from '../../adapters/kinesis-shards.ts';
import { shard, streamUnderTest } from '../local/kinesis/stream-under-test.ts';

const stream = streamUnderTest();

const records = (texts: readonly string[]) => texts.map((text) => ({ partitionKey: 'k', data: Buffer.from(text) }));

test('shards are listed with their parents, whether they are closed, and where their hash keys begin', async () => {
  await stream.create(2);
  await stream.client.send(
    new SplitShardCommand({ StreamName: stream.name, ShardToSplit: shard(0), NewStartingHashKey: '5' }),
  );
  expect(await listShards(stream.client, stream.name)).toEqual([
    { id: shard(0), parents: [], closed: true, firstHash: '0' },
    { id: shard(1), parents: [], closed: false, firstHash: String(2n ** 127n) },
    { id: shard(2), parents: [shard(0)], closed: false, firstHash: '0' },
    { id: shard(3), parents: [shard(0)], closed: false, firstHash: '5' },
  ]);
});

test('more shards than a page holds are all listed', async () => {
  await stream.create(1_001);
  expect(await listShards(stream.client, stream.name)).toHaveLength(1_001);
});

test('a shard is at its tip where nothing comes after', async () => {
  await stream.create(1);
  const at = (after?: string) => tip(stream.client, stream.name, shard(0), after);
  expect(await at()).toBe(true);
  await putRecords(stream.client, stream.name, records(['a', 'b']));
  const [first, second] = (await stream.read(shard(0))).Records!.map((record) => record.SequenceNumber);
  expect(await at()).toBe(false);
  expect(await at(first)).toBe(false);
  expect(await at(second)).toBe(true);
});

test('a closed shard is at its tip once all of it is read', async () => {
  await stream.create(1);
  await putRecords(stream.client, stream.name, records(['a']));
  const { SequenceNumber } = (await stream.read(shard(0))).Records![0]!;
  await stream.client.send(
    new SplitShardCommand({ StreamName: stream.name, ShardToSplit: shard(0), NewStartingHashKey: '5' }),
  );
  expect(await tip(stream.client, stream.name, shard(0), undefined)).toBe(false);
  expect(await tip(stream.client, stream.name, shard(0), SequenceNumber)).toBe(true);
});
