import { failing, kinesis, MappingUnderTest, numbers } from './mapping-under-test.ts';

let under: MappingUnderTest;

beforeEach(() => {
  under = new MappingUnderTest();
});

afterEach(() => under.mapping?.stop());

test('a record reaches the function in the shape that Lambda gives it', async () => {
  await under.create();
  await under.put(['{"a":1}'], 'customer-1');
  const mapping = await under.start(() => undefined);
  await mapping.waitUntilRead();
  const [record] = under.deliveries[0]!.event.Records;
  const { sequenceNumber, approximateArrivalTimestamp } = record!.kinesis;
  expect(record).toEqual({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'customer-1',
      sequenceNumber: expect.stringMatching(/^\d{56}$/) as string,
      data: Buffer.from('{"a":1}').toString('base64'),
      approximateArrivalTimestamp,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:role',
    awsRegion: 'us-east-1',
    eventSourceARN: 'arn:stream',
  });
  expect(Math.abs(approximateArrivalTimestamp * 1000 - Date.now())).toBeLessThan(60_000);
});

test('a batch holds at most the batch size, and the rest follows in order', async () => {
  await under.create();
  await under.put(numbers(1, 25));
  const mapping = await under.start(() => undefined, { batchSize: 10 });
  await mapping.waitUntilRead();
  expect(under.texts()).toEqual([numbers(1, 10), numbers(11, 20), numbers(21, 25)]);
});

test('a batch holds no more than six megabytes of event', async () => {
  await under.create();
  const large = 'x'.repeat(500_000);
  await under.put(Array.from({ length: 20 }, () => large));
  const mapping = await under.start(() => undefined);
  await mapping.waitUntilRead();
  const sizes = under.deliveries.map(({ event }) => Buffer.byteLength(JSON.stringify(event)));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024);
  // One more record would not have fitted.
  expect(sizes[0]! + sizes[0]! / under.deliveries[0]!.texts.length).toBeGreaterThan(6 * 1024 * 1024);
  expect(under.texts().flat()).toHaveLength(20);
});

test('records that come within the batching window go together, and a full batch waits for nothing', async () => {
  await under.create();
  const mapping = await under.start(() => undefined, {
    batchingWindow: 1000,
    batchSize: 5,
    startingPosition: 'LATEST',
  });
  await under.put(['1']);
  await under.put(['2']);
  await under.put(numbers(3, 8));
  await mapping.waitUntilRead();
  expect(under.texts()).toEqual([numbers(1, 5), numbers(6, 8)]);
});

test('a partial batch response resumes at the lowest number that it names', async () => {
  await under.create();
  await under.put(numbers(1, 10));
  const mapping = await under.start((delivery, invocation) =>
    invocation === 1 ? failing(delivery, '8', '4', '6') : { batchItemFailures: [] },
  );
  await mapping.waitUntilRead();
  expect(under.texts()).toEqual([numbers(1, 10), numbers(4, 10)]);
  expect(mapping.progress).toMatchObject({ records: 10, retries: 1 });
});

test.each([
  ['an unknown identifier', { batchItemFailures: [{ itemIdentifier: 'nobody' }] }],
  ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
  ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
  ['a misspelt key', { batchItemFailures: [{ itemidentifier: '1' }] }],
])('%s fails the whole batch', async (_what, answer) => {
  await under.create();
  await under.put(numbers(1, 3));
  const mapping = await under.start((_delivery, invocation) => (invocation === 1 ? answer : null));
  await mapping.waitUntilRead();
  expect(under.texts()).toEqual([numbers(1, 3), numbers(1, 3)]);
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['an empty object', {}],
  ['an empty list', { batchItemFailures: [] }],
  ['a null list', { batchItemFailures: null }],
])('an answer of %s is success', async (_what, answer) => {
  await under.create();
  await under.put(numbers(1, 3));
  const mapping = await under.start(() => answer);
  await mapping.waitUntilRead();
  expect(under.texts()).toEqual([numbers(1, 3)]);
});

test('a function that throws gets the whole batch again, and later records wait for it', async () => {
  await under.create();
  await under.put(numbers(1, 4));
  const mapping = await under.start(
    (_delivery, invocation) => {
      if (invocation <= 2) throw new Error('a service is down');
      return undefined;
    },
    { batchSize: 2 },
  );
  await mapping.waitUntilRead();
  expect(under.texts()).toEqual([
    ['1', '2'],
    ['1', '2'],
    ['1', '2'],
    ['3', '4'],
  ]);
  expect(under.problems).toEqual(['a service is down', 'a service is down']);
});

test('a batch whose retries are used up goes to the destination with its records, and the shard goes on', async () => {
  await under.create();
  await under.put(numbers(1, 6));
  const mapping = await under.start((delivery) => (delivery.texts.includes('4') ? failing(delivery, '4') : undefined), {
    batchSize: 3,
    retryAttempts: 1,
  });
  await mapping.waitUntilRead();
  expect(under.texts()).toEqual([numbers(1, 3), numbers(4, 6), numbers(4, 6)]);
  expect(under.givenUp).toHaveLength(1);
  expect(under.givenUp[0]).toMatchObject({ condition: 'RetryAttemptsExhausted', shardId: 'shardId-000000000000' });
  expect(under.givenUp[0]!.event).toEqual(under.deliveries[2]!.event);
  expect(mapping.progress).toMatchObject({ records: 6, givenUp: 3 });
});

test('records beyond the age are given up without being delivered', async () => {
  await under.create();
  await under.put(numbers(1, 3));
  const mapping = await under.start(() => undefined, { recordAge: 0 });
  await mapping.waitUntilRead();
  expect(under.deliveries).toEqual([]);
  expect(under.givenUp).toMatchObject([{ condition: 'RecordAgeExceeded', invokeCount: 0 }]);
});

test('from the latest position only what is put after the start is delivered', async () => {
  await under.create();
  await under.put(['before']);
  const mapping = await under.start(() => undefined, { startingPosition: 'LATEST' });
  await under.put(['after']);
  await mapping.waitUntilRead();
  expect(under.texts()).toEqual([['after']]);
});

test('a shard has one batch at a time, and shards do not wait for each other', async () => {
  await under.create(2);
  const inFlight = new Map<string, number>();
  let together = 0;
  let most = 0;
  await under.put(numbers(1, 10), 'a');
  await under.put(numbers(1, 10), 'b');
  await under.put(numbers(1, 10), 'e');
  let meet: (() => void) | undefined;
  const met = new Promise<void>((resolve) => (meet = resolve));
  const mapping = await under.start(
    async ({ shardId }) => {
      inFlight.set(shardId, (inFlight.get(shardId) ?? 0) + 1);
      most = Math.max(most, inFlight.get(shardId)!);
      together = Math.max(
        together,
        [...inFlight.values()].reduce((sum, count) => sum + count, 0),
      );
      if (together === 2) meet?.();
      await met;
      inFlight.set(shardId, inFlight.get(shardId)! - 1);
    },
    { batchSize: 2 },
  );
  await mapping.waitUntilRead();
  expect(new Set(under.deliveries.map(({ shardId }) => shardId)).size).toBe(2);
  expect(most).toBe(1);
  expect(together).toBe(2);
});

test('children are read only when their parent is delivered to its end', async () => {
  await under.create();
  await under.put(numbers(1, 6));
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const mapping = await under.start(({ texts }) => (texts.includes('5') ? held : undefined), { batchSize: 2 });
  await kinesis('SplitShard', {
    StreamName: under.stream,
    ShardToSplit: 'shardId-000000000000',
    NewStartingHashKey: String(2n ** 127n),
  });
  for (const key of ['a', 'b', 'c', 'd', 'e']) await under.put([`after ${key}`], key);
  const read = mapping.waitUntilRead();
  release!();
  await read;
  expect(under.texts().flat().slice(0, 6)).toEqual(numbers(1, 6));
  expect(under.texts().flat().slice(6).sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map((key) => `after ${key}`));
  expect(new Set(under.deliveries.map(({ shardId }) => shardId)).size).toBe(3);
});
