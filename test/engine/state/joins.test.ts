/** Pairs of events of two streams, and events that have no other. */
import fc from 'fast-check';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute } from '../protocol/batches.ts';
import { compiled, withRules } from '../protocol/pipelines.ts';

const start = Date.parse('2026-03-02T09:00:00Z');

interface Sent {
  readonly stream: 'orders' | 'carts';
  /** Minutes since the start. */
  readonly at: number;
  readonly total?: number;
  readonly customer?: string;
}

function pipelineOf(more: string): ReturnType<typeof compiled> {
  return compiled(
    withRules(`  pairs:
    join:
      left: { from: orders, as: order }
      right: { from: carts, as: cart }
      on: { left: event.customer, right: event.customer }
${more}
    select:
      order: order.id
      cart: cart.id
    alert:
      severity: low
      title: '{{ on }}: {{ order.id }} {{ cart.id }}'`).replaceAll('allowedLateness: 5m', 'allowedLateness: 1d'),
  );
}

function recordsOf(pipeline: ReturnType<typeof compiled>, events: readonly (Sent & { id: string })[]): AlertRecord[] {
  const records: AlertRecord[] = [];
  const run = new InMemoryRun(pipeline, {
    alert: (record) => records.push(record),
    rejected: ({ reason }) => {
      throw new Error(reason);
    },
  });
  const arrival = (start + 100 * minute) as EpochMillis;
  events.forEach(({ stream, id, at, customer = 'ann', total = 1 }, i) => {
    run.process({
      stream,
      shard: '0',
      sequenceNumber: String(100 + i),
      partitionKey: customer,
      arrival,
      event: { id, customer, total, at: start + at * minute },
    });
  });
  run.end();
  const last = new Map(records.map((record) => [record.id, record]));
  return [...last.values()].filter(({ status }) => status !== 'withdrawn');
}

const numbered = (events: readonly Sent[]): (Sent & { id: string })[] =>
  events.map((event, i) => ({ id: `e${i}`, ...event }));

const pairs = (more: string, ...events: readonly Sent[]): unknown[][] =>
  recordsOf(pipelineOf(more.replaceAll(/^/gm, '      ')), numbered(events))
    .map(({ content: { values, at } }) => [values['order'], values['cart'], (at - start) / minute])
    .sort((a, b) => Number(a[2]) - Number(b[2]) || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const order = (at: number, customer?: string): Sent => ({ stream: 'orders', at, ...(customer && { customer }) });
const cart = (at: number, customer?: string): Sent => ({ stream: 'carts', at, ...(customer && { customer }) });

describe('an inner join', () => {
  test('has each pair of a key that is at most `within` apart, whichever comes first', () => {
    expect(pairs('within: 5m', order(0), cart(5), cart(5.001), order(10), cart(6, 'bob'))).toEqual([
      ['e0', 'e1', 5],
      ['e3', 'e1', 10],
      ['e3', 'e2', 10],
    ]);
  });

  test('takes as much before the left event as after it, or what it says', () => {
    const near = [order(10), cart(7), cart(8), cart(10), cart(11), cart(12)];
    expect(pairs('within: { before: 2m, after: 1m }', ...near)).toEqual([
      ['e0', 'e2', 10],
      ['e0', 'e3', 10],
      ['e0', 'e4', 11],
    ]);
    expect(pairs('within: { before: 0s, after: 1m }', ...near)).toEqual([
      ['e0', 'e3', 10],
      ['e0', 'e4', 11],
    ]);
  });
});

describe('an outer join', () => {
  const events = [order(0), cart(20), order(40), cart(42)];

  test('tells of an event of its side alone once no other can come, and not before', () => {
    expect(pairs('within: 5m\ntype: left', ...events)).toEqual([
      ['e0', null, 5],
      ['e2', 'e3', 42],
    ]);
    expect(pairs('within: { before: 1m, after: 5m }\ntype: right', ...events)).toEqual([
      [null, 'e1', 21],
      ['e2', 'e3', 42],
    ]);
    expect(pairs('within: 5m\ntype: full', ...events)).toEqual([
      ['e0', null, 5],
      [null, 'e1', 25],
      ['e2', 'e3', 42],
    ]);
  });

  test('tells of a pair at once', () => {
    const told: string[] = [];
    const run = new InMemoryRun(pipelineOf('      within: 5m\n      type: full'), {
      alert: ({ status, content }) => told.push(`${status} ${content.title}`),
      rejected: ({ reason }) => told.push(reason),
    });
    const send = (stream: string, id: string, at: number): void => {
      const event = { id, customer: 'ann', at: start + at * minute };
      run.process({ stream, shard: '0', sequenceNumber: id, arrival: (start + 60 * minute) as EpochMillis, event });
    };
    send('orders', '1', 0);
    send('carts', '2', 1);
    expect(told).toEqual(['open ann: 1 2']);
    send('orders', '3', 10);
    run.advance((start + 15 * minute) as EpochMillis);
    expect(told).toHaveLength(1);
    run.advance((start + 15 * minute + 1) as EpochMillis);
    expect(told.slice(1)).toEqual(['open ann: 3 (missing)']);
    send('carts', '4', 9);
    expect(told.slice(2).sort()).toEqual(['open ann: 3 4', 'withdrawn ann: 3 (missing)']);
  });
});

test('an event of both sides is a pair with itself where they have one key, and has two keys where they have two', () => {
  const rule = (left: string, right: string): ReturnType<typeof compiled> =>
    compiled(
      withRules(`  pairs:
    join:
      left: { from: orders, as: order }
      right: { from: orders, as: cart }
      on: { left: ${left}, right: ${right} }
      within: 5m
    select: { order: order.id, cart: cart.id }
    alert: { severity: low, title: x }`),
    );
  const values = (left: string, right: string): unknown[] =>
    recordsOf(rule(left, right), [
      { id: 'a', stream: 'orders', at: 0 },
      { id: 'b', stream: 'orders', at: 1 },
    ])
      .map(({ content }) => JSON.stringify([content.values['order'], content.values['cart']]))
      .sort();
  expect(values('event.customer', 'event.customer')).toEqual(['["a","a"]', '["a","b"]', '["b","a"]', '["b","b"]']);
  expect(values('event.id', `'event.id == "b" ? "a" : "none"'`)).toEqual(['["a","b"]']);
});

const drawn = fc.array(
  fc.record({
    stream: fc.constantFrom('orders' as const, 'carts' as const),
    at: fc.integer({ min: 0, max: 30 }),
    customer: fc.constantFrom('ann', 'ann', 'bob'),
  }),
  { maxLength: 12 },
);
const spans = fc.record({ before: fc.integer({ min: 0, max: 6 }), after: fc.integer({ min: 1, max: 6 }) });

test.each(['inner', 'left', 'right', 'full'] as const)(
  'of type %s: what stands is what a loop over all pairs finds, in whatever order events come',
  (type) => {
    fc.assert(
      fc.property(
        drawn.chain((events) =>
          fc.tuple(fc.constant(numbered(events)), fc.shuffledSubarray(numbered(events), { minLength: events.length })),
        ),
        spans,
        ([events, shuffled], { before, after }) => {
          const of = (stream: string): (Sent & { id: string })[] => events.filter((one) => one.stream === stream);
          const isPair = (left: Sent, right: Sent): boolean =>
            left.customer === right.customer && right.at >= left.at - before && right.at <= left.at + after;
          const expected = [
            ...of('orders').flatMap((left) =>
              of('carts').flatMap((right) => (isPair(left, right) ? [[left.id, right.id]] : [])),
            ),
            ...of('orders')
              .filter((left) => ['left', 'full'].includes(type) && !of('carts').some((right) => isPair(left, right)))
              .map(({ id }) => [id, null]),
            ...of('carts')
              .filter((right) => ['right', 'full'].includes(type) && !of('orders').some((left) => isPair(left, right)))
              .map(({ id }) => [null, id]),
          ];
          const pipeline = pipelineOf(`      within: { before: ${before}m, after: ${after}m }\n      type: ${type}`);
          const found = recordsOf(pipeline, shuffled).map(({ content: { values } }) => [
            values['order'],
            values['cart'],
          ]);
          const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
          expect(sorted(found)).toEqual(sorted(expected));
        },
      ),
      { numRuns: 150 },
    );
  },
);
