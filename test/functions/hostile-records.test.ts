/** Ten thousand records as no producer should send them, among good ones, from the bytes of a batch to the alerts. */
import { gzipSync } from 'node:zlib';
import { StreamProcessor } from '../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../engine/time.ts';
import { inputRecords } from '../../functions/input-records.ts';
import { type KinesisRecord, lambdaEvent } from '../../local/kinesis-batch.ts';
import { minute, noon } from '../engine/protocol/batches.ts';
import { Dice } from '../simulation/dice.ts';
import { alertsOf, MemoryWorld } from '../engine/protocol/memory-ports.ts';
import { compiled, withRules } from '../engine/protocol/pipelines.ts';

const windowed = (name: string, group: string, window: string) => `  ${name}:
    from: orders
    groupBy:
      ${group}
    window:
      ${window}
    aggregate:
      n: count()
      spent: sum(event.total)
      kinds: countDistinct(event.kind)
      newest: last(event.kind)
      some: collect(event.total, 3)
    having: n >= 2
    alert:
      severity: low
      title: '{{ n }} for {{ spent }}, last {{ newest }}'
      evidence: 3
      evidenceFields: all
`;
const pipeline = compiled(
  withRules(
    windowed('often', 'customer: event.customer', 'sliding: 10m') +
      windowed('busy', 'kind: event.kind', 'tumbling: 10m') +
      `  big:
    from: orders
    where: event.total > 90
    alert:
      severity: low
      title: '{{ event.customer }} spent {{ event.total }} on {{ event.kind }}'
`,
  ),
);

interface Sent {
  readonly data: Buffer | string;
  readonly key: string;
}

interface Bad extends Sent {
  /** Why it cannot be counted, by one rule at least; absent where it can, as strange as it is. */
  readonly reason?: RegExp;
}

interface Order {
  readonly id: unknown;
  readonly customer: unknown;
  readonly kind: unknown;
  readonly total: unknown;
  readonly at: unknown;
}

type Mutation = (order: Order, dice: Dice) => Bad;

const json = (value: unknown, key: string, reason?: RegExp): Bad => ({
  data: JSON.stringify(value),
  key,
  ...(reason !== undefined && { reason }),
});
const keyOf = ({ customer }: Order): string => String(customer);
const pick = (dice: Dice, ...list: readonly unknown[]): unknown => list[dice.below(list.length)];
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
/** An order with a field whose value is JSON text. */
const withText = (order: Order, name: string, text: string): string => {
  const rest = JSON.stringify(Object.fromEntries(Object.entries(order).filter(([field]) => field !== name)));
  return `${rest.slice(0, -1)},${JSON.stringify(name)}:${text}}`;
};

const mutations: Readonly<Record<string, Mutation>> = {
  truncated: (order, dice) => {
    const text = JSON.stringify(order);
    return { data: text.slice(0, dice.below(text.length)), key: keyOf(order), reason: /^not JSON/ };
  },
  'not UTF-8': (order, dice) => {
    const data = Buffer.from(JSON.stringify(order));
    data[1 + dice.below(data.length - 1)] = Number(pick(dice, 0xff, 0xc0, 0xfe));
    return { data, key: keyOf(order), reason: /^not UTF-8/ };
  },
  compressed: (order) => ({ data: gzipSync(JSON.stringify(order)), key: keyOf(order), reason: /^not UTF-8/ }),
  aggregated: (order) => ({
    data: Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), Buffer.from(JSON.stringify(order))]),
    key: keyOf(order),
    reason: /Kinesis Producer Library/,
  }),
  'no object': (order, dice) => json(pick(dice, 5, null, 'text', true, [order]), keyOf(order), /must be a JSON object/),
  'a field too few': (order, dice) => {
    const field = String(pick(dice, 'id', 'kind', 'total', 'at'));
    return json({ ...order, [field]: undefined }, keyOf(order), /no usable value|eventTime|eventId/);
  },
  'a total of another type': (order, dice) =>
    json({ ...order, total: pick(dice, 'much', {}, [1], true) }, keyOf(order), /no usable value/),
  'a time that is none': (order, dice) =>
    json(
      { ...order, at: pick(dice, 'yesterday', {}, true, 1e300, -1e17, '2026-02-30T00:00:00Z') },
      keyOf(order),
      /^eventTime/,
    ),
  'an id that is none': (order, dice) =>
    json({ ...order, id: pick(dice, null, {}, '', 2 ** 60, 'i'.repeat(2_000)) }, keyOf(order), /^eventId/),
  'another partition key': (order, dice) =>
    json(order, String(pick(dice, 'k', '__proto__', 'k'.repeat(256))), /^partitionKey/),
  'a key of two kilobytes': (order) => {
    const kind = 'k'.repeat(2_048);
    return json({ ...order, kind }, keyOf(order), /larger than/);
  },
  'the year 9999': (order) => json({ ...order, at: '9999-12-31T23:59:59Z' }, keyOf(order), /^eventTime.*later/),
  'the year 1': (order) => json({ ...order, at: '0001-01-01T00:00:00Z' }, keyOf(order)),
  'prototypes as fields': (order, dice) => ({
    data: withText(
      order,
      String(pick(dice, '__proto__', 'constructor', 'toString')),
      '{"customer":"good0","total":1000}',
    ),
    key: keyOf(order),
  }),
  'prototypes as values': (order, dice) => {
    const customer = String(pick(dice, '__proto__', 'constructor', 'hasOwnProperty'));
    return json({ ...order, customer, kind: `bad ${customer}` }, customer);
  },
  'a deep field': (order, dice) => ({
    data: withText(order, 'more', nested(dice.oneIn(50) ? 100_000 : 1_000)),
    key: keyOf(order),
  }),
  'a deep total': (order, dice) => ({
    data: withText(order, 'total', nested(dice.oneIn(50) ? 100_000 : 1_000)),
    key: keyOf(order),
    reason: /no usable value|nested too deeply/,
  }),
  'a deep group': (order, dice) => ({
    data: withText(order, 'kind', nested(dice.oneIn(50) ? 100_000 : 1_000)),
    key: keyOf(order),
    reason: /larger than|no usable value|nested too deeply/,
  }),
  'a huge field': (order, dice) =>
    json(
      { ...order, more: String(pick(dice, 'x', '\u0000', '€')).repeat(dice.oneIn(100) ? 500_000 : 5_000) },
      keyOf(order),
    ),
  'many fields': (order, dice) =>
    json(
      { ...order, ...Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, dice.below(9)])) },
      keyOf(order),
    ),
};

const good = (i: number): Sent => {
  const customer = `good${i % 7}`;
  const order = { id: `g${i}`, customer, kind: `fine${i % 3}`, total: (i * 37) % 100, at: noon + i * 2_000 };
  return { data: JSON.stringify(order), key: customer };
};

/**
 * Sends records in batches to a process of their own, one every five batches anew; the clock goes with them. The first
 * comes alone: rules begin at the oldest event of their first batch, and alerts say whether their windows began before.
 */
async function send(
  records: readonly (Sent & { readonly sequenceNumber: string; readonly at: number })[],
): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  const size = 600;
  let orders = new StreamProcessor(pipeline, 'orders', world.ports(), 'first');
  for (let from = 0, to = 1, batches = 1; from < records.length; from = to, to += size, batches++) {
    if (batches % 5 === 0) orders = new StreamProcessor(pipeline, 'orders', world.ports(), `p${from}`);
    const batch = records.slice(from, to).map(
      ({ data, key, sequenceNumber, at }): KinesisRecord => ({
        SequenceNumber: sequenceNumber,
        ApproximateArrivalTimestamp: at / 1000,
        Data: Buffer.from(data).toString('base64'),
        PartitionKey: key,
      }),
    );
    world.now = (records[from]?.at ?? 0) as EpochMillis;
    const event = lambdaEvent(batch, '0', { streamArn: 'arn:stream', roleArn: 'arn:role', region: 'us-east-1' });
    await orders.process('0', inputRecords('orders', '0', event));
  }
  return world;
}

/** What stands of good events: by customer, by kind, or by event. */
const goodAlerts = (world: MemoryWorld) =>
  alertsOf(world)
    .filter(({ content: { events } }) => /^g\d/.test(events[0]?.id ?? ''))
    .map(({ rule, id, content }) => JSON.stringify([rule, id, content]))
    .toSorted();

test('hostile records change no result of good ones, and each is kept with its reason', async () => {
  const dice = new Dice(20260302);
  const names = Object.keys(mutations);
  const all = Array.from({ length: 12_000 }, (_, i) => {
    const place = { sequenceNumber: String(10_000 + i), at: noon + Math.floor(i / 6) * 2_000 };
    if (i % 6 === 0) return { ...good(i / 6), ...place, isGood: true };
    const order: Order = {
      id: `b${i}`,
      customer: `bad${dice.below(40)}`,
      kind: `bad${dice.below(5)}`,
      total: dice.below(100),
      at: place.at,
    };
    const name = names[i % names.length] ?? '';
    return { ...mutations[name]?.(order, dice), ...place, name, isGood: false } as Bad &
      typeof place & { name: string; isGood: boolean };
  });
  const mixed = await send(all);
  const alone = await send(all.filter(({ isGood }) => isGood));
  expect(goodAlerts(alone).length).toBeGreaterThan(100);
  expect(goodAlerts(mixed)).toEqual(goodAlerts(alone));
  expect(alone.letters.size).toBe(0);

  const reasons = new Map<string, string[]>();
  for (const { lines } of mixed.letters.values())
    for (const line of lines) {
      const { sequenceNumber, reason } = JSON.parse(line) as Readonly<Record<string, string>>;
      reasons.set(sequenceNumber ?? '', [...(reasons.get(sequenceNumber ?? '') ?? []), reason ?? '']);
    }
  const wrong = all.filter((one) => {
    const found = reasons.get(one.sequenceNumber) ?? [];
    const expected = 'reason' in one ? one.reason : undefined;
    return expected === undefined ? found.length > 0 : !found.some((reason) => expected.test(reason));
  });
  expect(wrong.map((one) => ['name' in one ? one.name : 'good', reasons.get(one.sequenceNumber)])).toEqual([]);
  expect(mixed.now).toBeLessThan(noon + 90 * minute);
});
