/** Results of windows that other rules count: put into their stream, then noted as told, then marked as complete. */
import { watermarkRecord } from '../../../engine/intake/result-record.ts';
import { ripensIn } from '../../../engine/protocol/ripe-watermarks.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon } from './batches.ts';
import type { Disturbance } from './memory-ports.ts';
import { kindOf, ResultCloud } from './result-cloud.ts';

const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 5`;

const counted = (groupBy: string) => `  counted:
    from: orders
    groupBy:
      ${groupBy}
    window:
      tumbling: 10m
    aggregate:
      n: count()
    into: counts
`;
const hourly = (groupBy: string) => `  hourly:
    from: counts${groupBy}
    window:
      tumbling: 1h
    aggregate:
      results: count()
      orders: sum(event.n)
    emit: changes${alert}
`;
const byCustomer = '\n    groupBy:\n      customer: event.customer';

const fail = (): never => {
  throw new Error('no answer');
};

const rules = `${counted('customer: event.customer')}${hourly(byCustomer)}`;
const given: readonly Given[] = [
  { minute: 1 },
  { minute: 2 },
  { minute: 3, customer: 'bob' },
  { minute: 15 },
  { minute: 65 },
  { minute: 95, customer: 'bob' },
];
const expected = [
  { customer: 'ann', results: 1, orders: 1 },
  { customer: 'ann', results: 2, orders: 3 },
  { customer: 'bob', results: 1, orders: 1 },
  { customer: 'bob', results: 1, orders: 1 },
];

test('a rule counts the results of another', async () => {
  const cloud = new ResultCloud(rules);
  await cloud.orders(...given);
  await cloud.settle(96);
  expect(cloud.standing).toEqual(expected);
  expect(cloud.events).toHaveLength(5);
  expect([...cloud.world.letters]).toEqual([]);
});

test('a result is not put into the stream while somebody may still add to its window', async () => {
  const cloud = new ResultCloud(rules);
  await cloud.orders({ minute: 1 }, { minute: 40 });
  await cloud.advance(40);
  await cloud.advance(40 + ripensIn / minute - 0.01);
  expect(cloud.events).toHaveLength(0);
  await cloud.advance(40 + ripensIn / minute);
  expect(cloud.events).toMatchObject([{ kind: 'event', rule: 'counted', revision: 0, value: { n: 1 } }]);
});

describe.each([
  ['one shard owns each key', rules],
  ['several shards write a key', `${counted('customer: event.customer')}${hourly('')}`],
  [
    'the readers keep a log',
    rules.replace('tumbling: 1h', 'sliding: 2h').replace('emit: changes', 'having: orders > 3'),
  ],
])('a run that dies (%s)', (_, text) => {
  let perfect: Promise<object[]> | undefined;
  const standing = async () => {
    const cloud = new ResultCloud(text);
    await cloud.orders(...given);
    await cloud.settle(96);
    return cloud.standing;
  };

  test.each([
    ['before results are put', { put: (moment: string) => moment === 'before' && fail() }],
    ['after results are put', { put: (moment: string) => moment === 'after' && fail() }],
    [
      'before it notes that they are told',
      { disturb: ({ on, operation }: Parameters<Disturbance>[0]) => on === 'state' && operation === 'put' && fail() },
    ],
  ])('%s neither loses nor doubles any', async (_moment, crash) => {
    perfect ??= standing();
    const cloud = new ResultCloud(text);
    await cloud.orders(...given);
    await cloud.advance(96);
    let isPut = false;
    const late = (call: Parameters<Disturbance>[0]) => {
      if (isPut && 'disturb' in crash) crash.disturb(call);
    };
    const at = 96 + ripensIn / minute;
    await expect(
      cloud.advance(at, {
        disturb: late,
        put: (moment) => {
          isPut = true;
          if ('put' in crash) crash.put(moment);
        },
      }),
    ).rejects.toThrow('no answer');
    await cloud.readResults();
    // Long after what a stream remembers of ids.
    await cloud.settle(at + 300);
    expect(cloud.standing).toEqual(await perfect);
    expect([...cloud.world.letters]).toEqual([]);
  });
});

test('results come again after a crash while they are read', async () => {
  const cloud = new ResultCloud(rules);
  await cloud.orders(...given);
  await cloud.advance(96);
  await cloud.advance(96 + ripensIn / minute);
  for (const moment of ['before', 'after'] as const)
    await expect(
      cloud.readResults((call) => {
        if (call.operation === 'put' && call.moment === moment) fail();
      }),
    ).rejects.toThrow('no answer');
  await cloud.settle(100);
  expect(cloud.standing).toEqual(expected);
});

test('the watermark of results waits until all that are due are put, and for every shard', async () => {
  const cloud = new ResultCloud(rules);
  cloud.results.set('1', []);
  await cloud.orders(...given);
  const { watermarks } = await cloud.advance(96);
  expect(watermarks['hourly']).toBe('none');
  await cloud.advance(96 + ripensIn / minute);
  for (const records of cloud.results.values()) expect(kindOf(records.at(-1)?.event)).toBe('watermark');
  const before = await cloud.advance(100);
  expect(before.watermarks['hourly']).toBe('none');
  await cloud.readResults();
  const after = await cloud.advance(101);
  // 13:35, when the last order came, less outOfOrderness and allowedLateness.
  expect(after.watermarks['hourly']).toBe('2026-03-02T13:28:00.000Z');
  await cloud.settle(102);
  expect(cloud.standing).toEqual(expected);
});

test('what a rule in shadow finds reaches rules in shadow, and nobody else', async () => {
  const shadow = (text: string): string => text.replace('    from:', '    mode: shadow\n    from:');
  const cloud = new ResultCloud(shadow(counted('customer: event.customer')) + shadow(hourly(byCustomer)));
  await cloud.orders(...given);
  await cloud.settle(96);
  expect(cloud.standing).toEqual(expected);
  expect(cloud.inShadow).toHaveLength(5);
  expect(cloud.events).toEqual([]);
  expect(cloud.world.messages).toEqual([]);

  const unread = new ResultCloud(shadow(counted('customer: event.customer')));
  await unread.orders(...given);
  await unread.settle(96);
  const kinds = [...unread.results.values()].flat().map(({ event }) => kindOf(event));
  expect(new Set(kinds)).toEqual(new Set(['watermark']));
});

test('revisions that lie in the stream from before its rule told finally are no results', async () => {
  const cloud = new ResultCloud(rules);
  const revised = { kind: 'event', rule: 'counted', stream: 'counts', id: 'before', revision: 3, status: 'amended' };
  const event = { ...revised, key: { customer: 'ann' }, value: { customer: 'ann', n: 9 }, at: '2026-03-02T12:05:00Z' };
  const place = { stream: 'counts', shard: '0', sequenceNumber: '1', partitionKey: 'x', arrival: cloud.world.now };
  cloud.results.get('0')?.push({ ...place, event });
  await cloud.orders(...given);
  await cloud.settle(96);
  expect(cloud.standing).toEqual(expected);
  expect([...cloud.world.letters]).toEqual([]);
});

test('the letter of a result that came late is put back once, as that of an event', async () => {
  const cloud = new ResultCloud(rules);
  await cloud.orders(...given);
  // More is said than was put.
  const said = watermarkRecord('counts', (noon + 180 * minute) as EpochMillis);
  const place = { stream: 'counts', shard: '0', sequenceNumber: '1', arrival: cloud.world.now };
  cloud.results.get('0')?.push({ ...place, event: said });
  await cloud.readResults();
  await cloud.settle(96);
  expect(cloud.standing).toEqual([]);
  const { letters } = await cloud.putBack();
  expect(letters.map(({ putBack }) => putBack)).toEqual(Array(5).fill(['hourly']));
  expect(cloud.standing).toEqual(expected);
  const again = await cloud.putBack();
  expect(again.letters.map(({ alreadyThere }) => alreadyThere)).toEqual(Array(5).fill(['hourly']));
  expect(cloud.standing).toEqual(expected);
});

test('where no event can come any more, results of results come to their end', async () => {
  const cloud = new ResultCloud(rules.replace('emit: changes', 'emit: final'));
  await cloud.orders(...given);
  for (let round = 0; round < 4; round++) {
    await cloud.advance(96, { to: 'end' });
    await cloud.readResults();
  }
  expect(cloud.standing).toEqual(expected);
});
