import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { offerRecords, putRecords } from '../../adapters/kinesis.ts';
import { listShards } from '../../adapters/kinesis-shards.ts';
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

test('a record that is for a shard goes there, whatever its partition key', async () => {
  await stream.create(2);
  const hashes = (await listShards(stream.client, stream.name)).map(({ firstHash }) => firstHash);
  const all = hashes.map((hashKey, at) => ({ partitionKey: 'one', hashKey, data: Buffer.from(String(at)) }));
  await putRecords(stream.client, stream.name, all);
  expect(await stream.texts(shard(0))).toEqual(['0']);
  expect(await stream.texts(shard(1))).toEqual(['1']);
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

test('records that are offered are put once, and it is said of each call which it refused', async () => {
  await stream.create(1);
  refuseSomeOnce();
  const reasons: (readonly (string | undefined)[])[] = [];
  for await (const some of offerRecords(stream.client, stream.name, records(numbers(503)))) reasons.push(some);
  const refused = numbers(500).filter((_, index) => index % 3 === 0);
  expect(reasons.map(({ length }) => length)).toEqual([500, 3]);
  expect(reasons.flat().flatMap((reason, index) => (reason === undefined ? [] : [String(index)]))).toEqual(refused);
  expect(await stream.texts(shard(0))).toEqual(numbers(503).filter((one) => !refused.includes(one)));
});
