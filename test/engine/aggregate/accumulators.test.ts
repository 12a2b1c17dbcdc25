import fc from 'fast-check';
import type { Accumulator, AccumulatorPlan } from '../../../engine/aggregate/accumulator.ts';
import { createAccumulator } from '../../../engine/aggregate/accumulators.ts';
import { CountDistinct } from '../../../engine/aggregate/count-distinct.ts';
import { Distribution } from '../../../engine/aggregate/distribution.ts';
import type { Order } from '../../../engine/aggregate/order.ts';
import { Ranked } from '../../../engine/aggregate/ranked.ts';
import type { Json } from '../../../engine/aggregate/value.ts';
import { Duration, Timestamp } from '../../../engine/expression/operators.ts';
import type { EpochMillis } from '../../../engine/time.ts';

interface Added {
  readonly value: unknown;
  readonly order: Order;
}

const amount = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.integer({ min: -9999, max: 9999 }).map((pence) => pence / 100),
);
const comparable = fc.oneof(
  amount,
  fc.constantFrom('a', 'b', 'B', ''),
  fc.integer({ min: -3, max: 3 }).map((millis) => new Timestamp(millis)),
  fc.integer({ min: -3, max: 3 }).map((millis) => new Duration(millis)),
);
const anything = fc.oneof(comparable, fc.boolean(), fc.constantFrom([1, 2], { a: 1 }, { a: 2 }, []));

const ranked = fc.tuple(anything, comparable).map(([value, by]) => new Ranked(value, by));

type Create = () => Accumulator;
const of =
  (plan: AccumulatorPlan): Create =>
  () =>
    createAccumulator(plan);

const overLog =
  (plan: AccumulatorPlan): Create =>
  () =>
    createAccumulator(plan, false);

const overLogs: readonly (readonly [string, Create, fc.Arbitrary<unknown>])[] = [
  ['count over a log', overLog({ kind: 'count' }), anything],
  ['sum over a log', overLog({ kind: 'sum' }), amount],
  ['avg over a log', overLog({ kind: 'avg' }), amount],
  ['min over a log', overLog({ kind: 'min' }), comparable],
  ['max over a log', overLog({ kind: 'max' }), comparable],
  ['first over a log', overLog({ kind: 'first' }), anything],
  ['countDistinct over a log', overLog({ kind: 'countDistinct' }), anything],
  ['collect over a log', overLog({ kind: 'collect', limit: 3 }), anything],
  ['values over a log', overLog({ kind: 'values', limit: 3 }), anything],
  ['top over a log', overLog({ kind: 'top', limit: 3 }), ranked],
  ['argmin over a log', overLog({ kind: 'argmin' }), ranked],
  ['argmax over a log', overLog({ kind: 'argmax' }), ranked],
  ['percentile over a log', overLog({ kind: 'percentile' }), amount],
];

const kinds: readonly (readonly [string, Create, fc.Arbitrary<unknown>])[] = [
  ['count', of({ kind: 'count' }), anything],
  ['sum', of({ kind: 'sum' }), amount],
  ['avg', of({ kind: 'avg' }), amount],
  ['stddev', of({ kind: 'stddev' }), fc.oneof(amount, fc.double({ noNaN: true, noDefaultInfinity: true }))],
  ['min', of({ kind: 'min' }), comparable],
  ['max', of({ kind: 'max' }), comparable],
  ['first', of({ kind: 'first' }), anything],
  ['last', of({ kind: 'last' }), anything],
  ['newest', of({ kind: 'newest' }), anything],
  ['countDistinct', of({ kind: 'countDistinct' }), anything],
  ['countDistinct of more than it keeps', () => new CountDistinct(2), anything],
  ['collect', of({ kind: 'collect', limit: 3 }), anything],
  ['values', of({ kind: 'values', limit: 3 }), anything],
  ['top', of({ kind: 'top', limit: 3 }), ranked],
  ['argmin', of({ kind: 'argmin' }), ranked],
  ['argmax', of({ kind: 'argmax' }), ranked],
  ['percentile', of({ kind: 'percentile' }), amount],
  ['percentile of more than it keeps', () => new Distribution(2), amount],
  ...overLogs,
];

/** Events with few distinct times, each at a place of its own. */
function events(value: fc.Arbitrary<unknown>): fc.Arbitrary<Added[]> {
  const one = fc.record({
    value,
    t: fc.integer({ min: -2, max: 2 }),
    arrival: fc.integer({ min: 0, max: 2 }),
    shard: fc.constantFrom('s/0', 's/1'),
  });
  return fc.array(one, { maxLength: 12 }).map((list) =>
    list.map(({ value: added, t, arrival, shard }, i) => ({
      value: added,
      order: { t: t as EpochMillis, arrival: arrival as EpochMillis, shard, sequenceNumber: String(8 + i), index: 0 },
    })),
  );
}

function accumulate(create: Create, added: readonly Added[]): Accumulator {
  const accumulator = create();
  for (const { value, order } of added) accumulator.add(value, order);
  return accumulator;
}

function stored(accumulator: Accumulator): Json {
  return JSON.parse(JSON.stringify(accumulator.encode())) as Json;
}

function merged(create: Create, ...parts: readonly Json[]): Accumulator {
  const accumulator = create();
  for (const part of parts) accumulator.absorb(part);
  return accumulator;
}

/** All that can be known of an accumulator. */
function shown(accumulator: Accumulator): unknown {
  const result = accumulator.result();
  if (!(result instanceof Distribution)) return [accumulator.encode(), result];
  return [accumulator.encode(), result.error, [0, 5, 50, 99.9, 100].map((p) => result.percentile(p))];
}

describe.each(kinds)('%s', (_, create, value) => {
  test('merging what items hold gives what adding everything gives, in any order and grouping', () => {
    fc.assert(
      fc.property(
        events(value).chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
        ),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 12 }),
        ([all, shuffled], one, other) => {
          const cuts = [Math.min(one, other), Math.max(one, other)] as const;
          const parts = [shuffled.slice(0, cuts[0]), shuffled.slice(cuts[0], cuts[1]), shuffled.slice(cuts[1])].map(
            (part) => stored(accumulate(create, part)),
          );
          const [a = null, b = null, c = null] = parts;
          const whole = shown(accumulate(create, all));
          expect(shown(accumulate(create, shuffled))).toEqual(whole);
          expect(shown(merged(create, a, b, c))).toEqual(whole);
          expect(shown(merged(create, c, b, a))).toEqual(whole);
          expect(shown(merged(create, stored(merged(create, b, c)), a))).toEqual(whole);
          expect(shown(merged(create, a, stored(create()), b, c))).toEqual(whole);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('taking out what was added first gives what the others give, or says that it cannot', () => {
    fc.assert(
      fc.property(events(value), fc.integer({ min: 0, max: 12 }), (all, gone) => {
        const sorted = all.toSorted((a, b) => a.order.t - b.order.t);
        const accumulator = accumulate(create, sorted);
        if (sorted.slice(0, gone).every((one) => accumulator.remove(one.value, one.order))) {
          expect(shown(accumulator)).toEqual(shown(accumulate(create, sorted.slice(gone))));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('what is stored is plain JSON', () => {
    fc.assert(
      fc.property(events(value), (all) => {
        const encoded = accumulate(create, all).encode();
        expect(JSON.parse(JSON.stringify(encoded))).toEqual(encoded);
      }),
      { numRuns: 50 },
    );
  });
});

test.each(overLogs)(
  '%s: what was added first is always taken out, and leaves what the others give',
  (_, create, value) => {
    fc.assert(
      fc.property(events(value), fc.integer({ min: 0, max: 12 }), (all, gone) => {
        const sorted = all.toSorted((a, b) => a.order.t - b.order.t);
        const accumulator = accumulate(create, sorted);
        for (const one of sorted.slice(0, gone)) expect(accumulator.remove(one.value, one.order)).toBe(true);
        expect(shown(accumulator)).toEqual(shown(accumulate(create, sorted.slice(gone))));
      }),
      { numRuns: 200 },
    );
  },
);

test('avg prints the decimal quotient', () => {
  const prices = [499.99, 500, 500.01, 511.1, 400];
  const order = { t: 0 as EpochMillis, arrival: 0 as EpochMillis, shard: '', sequenceNumber: '', index: 0 };
  expect(
    accumulate(
      of({ kind: 'avg' }),
      prices.map((value) => ({ value, order })),
    ).result(),
  ).toBe(482.22);
});

test('last is the latest by event time, then arrival, shard, sequence number and place in the record', () => {
  const order = { t: 5 as EpochMillis, arrival: 7 as EpochMillis, shard: 's/0', sequenceNumber: '99', index: 0 };
  const later = [
    { ...order, t: 6 as EpochMillis, arrival: 0 as EpochMillis },
    { ...order, arrival: 8 as EpochMillis },
    { ...order, shard: 's/1', sequenceNumber: '1' },
    { ...order, sequenceNumber: '100' },
    { ...order, index: 1 },
  ];
  for (const other of later) {
    expect(
      accumulate(of({ kind: 'last' }), [
        { value: 'later', order: other },
        { value: 'x', order },
      ]).result(),
    ).toBe('later');
    expect(
      accumulate(of({ kind: 'first' }), [
        { value: 'later', order: other },
        { value: 'x', order },
      ]).result(),
    ).toBe('x');
  }
});

test.each(['min', 'max'] as const)('%s takes out one of several equal values without adding up again', (kind) => {
  const order = { t: 0 as EpochMillis, arrival: 0 as EpochMillis, shard: '', sequenceNumber: '', index: 0 };
  const accumulator = accumulate(
    of({ kind }),
    [7, 7].map((value) => ({ value, order })),
  );
  expect([accumulator.remove(7, order), accumulator.result(), accumulator.remove(7, order)]).toEqual([true, 7, false]);
});
