import { PutRecordsCommand, SplitShardCommand } from '@aws-sdk/client-kinesis';
import { listShards, putRecords, tip } from '../../adapters/kinesis.ts';
import { shard, streamUnderTest } from '../local/kinesis/stream-under-test.ts';

const stream = streamUnderTest();

const records = (texts: readonly string[]) => texts.map((text) => ({ partitionKey: 'k', data: Buffer.from(text) }));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

/** In the next call every third entry is refused, as a shard does that is asked too much. */
function refuseSomeOnce(): void {
  let armed = true;
  stream.client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!armed || context.commandName !== PutRecordsCommand.name) return next(args);
      armed = false;
      const { Records } = args.input as { Records: object[] };
      const taken = Records.filter((_, index) => index % 3 !== 0);
      const result = await next({ ...args, input: { ...args.input, Records: taken } });
      const answers = [...(result.output as { Records: object[] }).Records];
      const merged = Records.map((_, index) =>
        index % 3 === 0 ? { ErrorCode: 'ProvisionedThroughputExceededException' } : answers.shift(),
      );
      return { ...result, output: { ...result.output, FailedRecordCount: 1, Records: merged } };
    },
    { step: 'initialize', name: 'refuse', override: true },
  );
}

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

test('a record that is for a shard goes there, whatever its partition key', async () => {
  await stream.create(2);
  const hashes = (await listShards(stream.client, stream.name)).map(({ firstHash }) => firstHash);
  const all = hashes.map((hashKey, at) => ({ partitionKey: 'one', hashKey, data: Buffer.from(String(at)) }));
  await putRecords(stream.client, stream.name, all);
  expect(await stream.texts(shard(0))).toEqual(['0']);
  expect(await stream.texts(shard(1))).toEqual(['1']);
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

test('records are put in their order, in as many calls as it takes', async () => {
  await stream.create(1);
  const large = Array.from({ length: 7 }, (_, index) => `${index}${'x'.repeat(1_000_000)}`);
  await putRecords(stream.client, stream.name, records([...numbers(1_200), ...large]));
  expect(await stream.texts(shard(0))).toEqual([...numbers(1_200), ...large]);
});

test('refused entries alone are put again, in their order, before what comes after', async () => {
  await stream.create(1);
  refuseSomeOnce();
  await putRecords(stream.client, stream.name, records(numbers(503)));
  const first = numbers(500);
  expect(await stream.texts(shard(0))).toEqual([
    ...first.filter((_, index) => index % 3 !== 0),
    ...first.filter((_, index) => index % 3 === 0),
    '500',
    '501',
    '502',
  ]);
});
