import { createHash } from 'node:crypto';
import {
  GetRecordsCommand,
  IncreaseStreamRetentionPeriodCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { shard, start, streamUnderTest } from './stream-under-test.ts';

const stream = streamUnderTest();

const put = (text: string, key = 'k', ExplicitHashKey?: string) =>
  stream.client.send(
    new PutRecordCommand({
      StreamName: stream.name,
      PartitionKey: key,
      Data: Buffer.from(text),
      ...(ExplicitHashKey !== undefined && { ExplicitHashKey }),
    }),
  );
const putAll = (texts: readonly string[], key = 'k') =>
  stream.client.send(
    new PutRecordsCommand({
      StreamName: stream.name,
      Records: texts.map((text) => ({ PartitionKey: key, Data: Buffer.from(text) })),
    }),
  );
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

test('a shard gives back what was put, in the order of its growing sequence numbers of 56 digits', async () => {
  await stream.create(1);
  const { Records: answers, FailedRecordCount } = await putAll(numbers(500), 'ключ "\n');
  expect(FailedRecordCount).toBe(0);
  const { Records: records } = await stream.read(shard(0));
  expect(records?.map((record) => Buffer.from(record.Data!).toString())).toEqual(numbers(500));
  const sequence = records!.map((record) => record.SequenceNumber!);
  expect(sequence).toEqual(answers?.map((answer) => answer.SequenceNumber));
  expect(sequence).toEqual([...new Set(sequence)].sort());
  expect(sequence.every((number) => /^[1-9]\d{55}$/.test(number))).toBe(true);
  expect(records?.[0]).toMatchObject({ PartitionKey: 'ключ "\n', ApproximateArrivalTimestamp: new Date(start) });
});

test('the MD5 of its key says which shard takes a record, an explicit hash key says it louder', async () => {
  await stream.create(4);
  const quarter = 2n ** 126n;
  for (const key of ['a', 'b', 'c', 'd', 'e', 'é', '1']) {
    const hash = BigInt(`0x${createHash('md5').update(key).digest('hex')}`);
    expect((await put('x', key)).ShardId).toBe(shard(Number(hash / quarter)));
    expect((await put('x', key, String(quarter * 2n))).ShardId).toBe(shard(2));
    expect((await put('x', key, String(quarter * 2n - 1n))).ShardId).toBe(shard(1));
  }
});

describe('an iterator', () => {
  test('begins at, after, or before what it names', async () => {
    await stream.create(1);
    const { Records: answers } = await putAll(numbers(5));
    const third = { StartingSequenceNumber: answers?.[2]?.SequenceNumber };
    expect(await stream.texts(shard(0), { ShardIteratorType: 'AT_SEQUENCE_NUMBER', ...third })).toEqual([
      '2',
      '3',
      '4',
    ]);
    expect(await stream.texts(shard(0), { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', ...third })).toEqual(['3', '4']);
    expect(await stream.texts(shard(0), { ShardIteratorType: 'TRIM_HORIZON' })).toEqual(numbers(5));
    expect(await stream.texts(shard(0), { ShardIteratorType: 'LATEST' })).toEqual([]);
  });

  test('at a time begins with the first record that arrived then or later', async () => {
    await stream.create(1);
    for (const at of [0, 10, 10, 20]) {
      stream.now = start + at;
      await put(String(at));
    }
    const from = (at: number) =>
      stream.texts(shard(0), { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(start + at) });
    expect(await from(-5)).toEqual(['0', '10', '10', '20']);
    expect(await from(10)).toEqual(['10', '10', '20']);
    expect(await from(11)).toEqual(['20']);
    expect(await from(21)).toEqual([]);
  });

  test('goes on where the page before ended, and finds what is put meanwhile', async () => {
    await stream.create(1);
    await putAll(numbers(3));
    const latest = await stream.iterator(shard(0), { ShardIteratorType: 'LATEST' });
    const first = await stream.read(shard(0), {}, 2);
    expect(first.Records).toHaveLength(2);
    await put('3');
    const next = async (ShardIterator: string | undefined) =>
      stream.client.send(new GetRecordsCommand({ ShardIterator }));
    const second = await next(first.NextShardIterator);
    expect(second.Records).toHaveLength(2);
    expect((await next(second.NextShardIterator)).Records).toEqual([]);
    expect((await next(latest)).Records).toHaveLength(1);
  });

  test('expires after five minutes', async () => {
    await stream.create(1);
    const ShardIterator = await stream.iterator(shard(0), {});
    stream.now += 300_001;
    await expect(stream.client.send(new GetRecordsCommand({ ShardIterator }))).rejects.toMatchObject({
      name: 'ExpiredIteratorException',
    });
  });

  test('rejects a sequence number of another shard, and tokens that are none', async () => {
    await stream.create(2);
    const { SequenceNumber } = await put('x', 'k', '0');
    const invalid = { name: 'InvalidArgumentException' };
    await expect(
      stream.iterator(shard(1), { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: SequenceNumber }),
    ).rejects.toMatchObject(invalid);
    await expect(stream.client.send(new GetRecordsCommand({ ShardIterator: 'x' }))).rejects.toMatchObject(invalid);
  });
});

test('a page says how far behind it is, and 0 only where nothing is left', async () => {
  await stream.create(1);
  await putAll(numbers(3));
  stream.now += 4_000;
  await put('late');
  expect((await stream.read(shard(0), {}, 3)).MillisBehindLatest).toBe(4_000);
  expect((await stream.read(shard(0), {}, 4)).MillisBehindLatest).toBe(0);
  stream.now = start;
  expect((await stream.read(shard(0), {}, 3)).MillisBehindLatest).toBeGreaterThan(0);
});

test('a page ends before ten megabytes', async () => {
  await stream.create(1);
  for (let index = 0; index < 12; index += 1) await put('x'.repeat(1_000_000));
  const page = await stream.read(shard(0));
  expect(page.Records).toHaveLength(10);
  expect(page.MillisBehindLatest).toBeGreaterThan(0);
});

test('records are gone after the retention of the stream', async () => {
  await stream.create(1);
  await put('old');
  stream.now += 3_600_000;
  await put('new');
  stream.now = start + 24 * 3_600_000 + 1;
  expect(await stream.texts(shard(0))).toEqual(['new']);
  await stream.client.send(
    new IncreaseStreamRetentionPeriodCommand({ StreamName: stream.name, RetentionPeriodHours: 48 }),
  );
  stream.now += 20 * 3_600_000;
  expect(await stream.texts(shard(0))).toEqual(['new']);
});

test('rejects what is beyond the limits of Kinesis, whole', async () => {
  await stream.create(1);
  const invalid = { name: 'ValidationException' };
  await expect(putAll(numbers(501))).rejects.toMatchObject(invalid);
  await expect(putAll([])).rejects.toMatchObject(invalid);
  await expect(putAll(['x', 'x'.repeat(1024 * 1024)])).rejects.toMatchObject(invalid);
  await expect(putAll(Array.from({ length: 11 }, () => 'x'.repeat(1_000_000)))).rejects.toMatchObject({
    name: 'InvalidArgumentException',
  });
  await expect(put('x', 'k'.repeat(257))).rejects.toMatchObject(invalid);
  await expect(put('x', 'k', String(2n ** 128n))).rejects.toThrow();
  await expect(stream.read(shard(0), {}, 10_001)).rejects.toMatchObject(invalid);
  expect(await stream.texts(shard(0))).toEqual([]);
});

test('rejects streams and shards that do not exist', async () => {
  const absent = { name: 'ResourceNotFoundException' };
  await expect(put('x')).rejects.toMatchObject(absent);
  await stream.create(1);
  await expect(stream.read(shard(1))).rejects.toMatchObject(absent);
});
