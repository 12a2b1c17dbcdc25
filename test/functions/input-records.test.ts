import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import type { KinesisStreamEvent } from 'aws-lambda';
import { inputRecords, shardOf } from '../../functions/input-records.ts';

function eventOf(...data: (string | Buffer)[]): KinesisStreamEvent {
  return {
    Records: data.map((one, i) => ({
      awsRegion: 'eu-west-1',
      eventID: `shardId-000000000001:${100 + i}`,
      eventName: 'aws:kinesis:record',
      eventSource: 'aws:kinesis',
      eventSourceARN: 'arn:aws:kinesis:eu-west-1:1:stream/orders',
      eventVersion: '1.0',
      invokeIdentityArn: 'arn:aws:iam::1:role/x',
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: 'ann',
        sequenceNumber: String(100 + i),
        approximateArrivalTimestamp: 1772442000.123,
        data: Buffer.from(one).toString('base64'),
      },
    })),
  };
}

function decoded(data: string | Buffer) {
  const [record] = inputRecords('orders', 'shardId-000000000001', eventOf(data));
  return { event: record?.event, unreadable: record?.unreadable };
}

test('a record has the place, time and data that Kinesis gave it', () => {
  const event = eventOf('{"total":1}');
  expect(shardOf(event)).toBe('shardId-000000000001');
  expect(inputRecords('orders', 'shardId-000000000001', event)).toEqual([
    {
      stream: 'orders',
      shard: 'shardId-000000000001',
      sequenceNumber: '100',
      partitionKey: 'ann',
      arrival: 1772442000123,
      data: 'eyJ0b3RhbCI6MX0=',
      event: { total: 1 },
    },
  ]);
});

test('any JSON is read as it was written, whatever came before it', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.json(),
          fc.string({ unit: 'binary', minLength: 1 }).map((text) => JSON.stringify(text)),
        ),
        { minLength: 1 },
      ),
      (texts) => {
        expect(
          inputRecords('orders', '0', eventOf(...texts)).map(({ event, unreadable }) => [event, unreadable]),
        ).toEqual(texts.map((text) => [JSON.parse(text) as unknown, undefined]));
      },
    ),
    { numRuns: 100 },
  );
});

test('data longer than any before is read whole', () => {
  for (const length of [1000, 100_000, 2_000_000])
    expect(decoded(JSON.stringify('é'.repeat(length))).event).toHaveLength(length);
});

test('a replacement character that the producer wrote is no fault', () => {
  expect(decoded('"\uFFFD"')).toEqual({ event: '\uFFFD', unreadable: undefined });
});

test.each([
  ['a byte that is no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['a cut character', Buffer.concat([Buffer.from('"'), Buffer.from('€').subarray(0, 2), Buffer.from('"')])],
  ['a surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['UTF-16', Buffer.from('{"a":1}\uFFFD\uD83D', 'utf16le')],
])('%s is not UTF-8 text', (_, data) => {
  expect(decoded(data)).toEqual({ event: undefined, unreadable: 'not UTF-8 text' });
});

test.each([
  ['nothing', ''],
  ['white space', ' \n'],
  ['a secret', 'topsecret'],
  ['a long secret', 'topsecret'.repeat(50)],
  ['a cut event', '{"password":"topsecret'],
  ['an event with a cut value', '{"password":topsecret}'],
  ['an event and more', '{"a":1} topsecret'],
  ['two events', '{"a":1}\n{"b":"topsecret"}'],
  ['a comma too many', '{"topsecret":1,}'],
  ['a control character', '{"topsecret":"\u0001"}'],
  ['a bad escape', '{"topsecret":"\\x"}'],
  ['a byte order mark', '\uFEFF{"topsecret":1}'],
  ['single quotes', "{'topsecret':1}"],
  ['a secret with quotes', '"top" secret "topsecret" is not valid JSON, "topsecret"'],
])('%s is not JSON, and the reason does not quote it', (_, data) => {
  const { event, unreadable = '' } = decoded(data);
  expect(event).toBeUndefined();
  expect(unreadable).toMatch(/^not JSON: \S/);
  expect(unreadable).not.toMatch(/top|secret|["'{}]/);
});

test('gzip, as CloudWatch Logs sends it, is said to be no text', () => {
  expect(decoded(gzipSync('{"messageType":"DATA_MESSAGE"}')).unreadable).toBe('not UTF-8 text');
});

test('a record that the Kinesis Producer Library has aggregated says so, and what to do', () => {
  const packed = Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), Buffer.from('{"a":1}')]);
  expect(decoded(packed).unreadable).toMatch(/Kinesis Producer Library.*AggregationEnabled to false/);
  expect(decoded(Buffer.from([0xf3, 0x89, 0x9a])).unreadable).toBe('not UTF-8 text');
});

test('lists, numbers and null are read, and left to the engine', () => {
  expect(inputRecords('orders', '0', eventOf('[1]', '5', 'null', 'true')).map(({ event }) => event)).toEqual([
    [1],
    5,
    null,
    true,
  ]);
});

test('an event without records has no shard', () => {
  expect(shardOf({ Records: [] })).toBe('');
  expect(inputRecords('orders', '', { Records: [] })).toEqual([]);
});
