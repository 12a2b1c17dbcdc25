import fc from 'fast-check';
import type { Accumulator, AccumulatorPlan } from '../../../engine/aggregate/accumulator.ts';
import { createAccumulator } from '../../../engine/aggregate/accumulators.ts';
import type { Order } from '../../../engine/aggregate/order.ts';
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

const plans: readonly (readonly [AccumulatorPlan, fc.Arbitrary<unknown>])[] = [
  [{ kind: 'count' }, anything],
  [{ kind: 'sum' }, amount],
  [{ kind: 'avg' }, amount],
  [{ kind: 'min' }, comparable],
  [{ kind: 'max' }, comparable],
  [{ kind: 'first' }, anything],
  [{ kind: 'last' }, anything],
  [{ kind: 'newest' }, anything],
  [{ kind: 'countDistinct' }, anything],
  [{ kind: 'collect', limit: 3 }, anything],
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

function accumulate(plan: AccumulatorPlan, added: readonly Added[]): Accumulator {
  const accumulator = createAccumulator(plan);
  for (const { value, order } of added) accumulator.add(value, order);
  return accumulator;
}

function stored(accumulator: Accumulator): Json {
  return JSON.parse(JSON.stringify(accumulator.encode())) as Json;
}

function merged(plan: AccumulatorPlan, ...parts: readonly Json[]): Accumulator {
  const accumulator = createAccumulator(plan);
  for (const part of parts) accumulator.absorb(part);
  return accumulator;
}

describe.each(plans)('%j', (plan, value) => {
  test('merging what items hold gives what adding everything gives, in any order and grouping', () => {
    fc.assert(
      fc.property(
        events(value),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 12 }),
        (all, one, other) => {
          const cuts = [Math.min(one, other), Math.max(one, other)] as const;
          const parts = [all.slice(0, cuts[0]), all.slice(cuts[0], cuts[1]), all.slice(cuts[1])].map((part) =>
            stored(accumulate(plan, part)),
          );
          const [a = null, b = null, c = null] = parts;
          const whole = accumulate(plan, all).result();
          expect(merged(plan, a, b, c).result()).toEqual(whole);
          expect(merged(plan, c, b, a).result()).toEqual(whole);
          expect(merged(plan, stored(merged(plan, b, c)), a).result()).toEqual(whole);
          expect(merged(plan, a, stored(accumulate(plan, [])), b, c).result()).toEqual(whole);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('taking out what was added first gives what the others give, or says that it cannot', () => {
    fc.assert(
      fc.property(events(value), fc.integer({ min: 0, max: 12 }), (all, gone) => {
        const sorted = all.toSorted((a, b) => a.order.t - b.order.t);
        const accumulator = accumulate(plan, sorted);
        if (sorted.slice(0, gone).every((one) => accumulator.remove(one.value, one.order))) {
          expect(accumulator.result()).toEqual(accumulate(plan, sorted.slice(gone)).result());
        }
      }),
      { numRuns: 100 },
    );
  });

  test('what is stored is plain JSON', () => {
    fc.assert(
      fc.property(events(value), (all) => {
        const encoded = accumulate(plan, all).encode();
        expect(JSON.parse(JSON.stringify(encoded))).toEqual(encoded);
      }),
      { numRuns: 50 },
    );
  });
});

test('avg prints the decimal quotient', () => {
  const prices = [499.99, 500, 500.01, 511.1, 400];
  const order = { t: 0 as EpochMillis, arrival: 0 as EpochMillis, shard: '', sequenceNumber: '', index: 0 };
  expect(
    accumulate(
      { kind: 'avg' },
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
      accumulate({ kind: 'last' }, [
        { value: 'later', order: other },
        { value: 'x', order },
      ]).result(),
    ).toBe('later');
    expect(
      accumulate({ kind: 'first' }, [
        { value: 'later', order: other },
        { value: 'x', order },
      ]).result(),
    ).toBe('x');
  }
});

test.each(['min', 'max'] as const)('%s takes out one of several equal values without adding up again', (kind) => {
  const order = { t: 0 as EpochMillis, arrival: 0 as EpochMillis, shard: '', sequenceNumber: '', index: 0 };
  const accumulator = accumulate(
    { kind },
    [7, 7].map((value) => ({ value, order })),
  );
  expect([accumulator.remove(7, order), accumulator.result(), accumulator.remove(7, order)]).toEqual([true, 7, false]);
});
