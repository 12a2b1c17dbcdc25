import fc from 'fast-check';
import type { Accumulator } from '../../../engine/aggregate/accumulator.ts';
import { createAccumulator } from '../../../engine/aggregate/accumulators.ts';
import { compareOrder, type Order } from '../../../engine/aggregate/order.ts';
import { Ranked } from '../../../engine/aggregate/ranked.ts';
import { decodeValue, encodeValue } from '../../../engine/aggregate/value.ts';
import { Duration, Timestamp } from '../../../engine/expression/operators.ts';
import { addAll, place } from './events.ts';

interface Sold {
  readonly product: string;
  readonly price: number;
  readonly order: Order;
}

const sales: fc.Arbitrary<readonly Sold[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 20 })
  .chain((minutes) =>
    fc.tuple(
      ...minutes.map((minute) =>
        fc.record({
          product: fc.constantFrom('tea', 'jam', 'cup', 'pen', 'hat'),
          price: fc.integer({ min: 1, max: 4 }),
          order: fc.constant(place(minute)),
        }),
      ),
    ),
  );

function of(kind: 'values' | 'top' | 'argmin' | 'argmax', sold: readonly Sold[], limit = 1): unknown {
  const accumulator = createAccumulator({ kind, limit });
  for (const { product, price, order } of sold)
    accumulator.add(kind === 'values' ? product : new Ranked(product, price), order);
  return accumulator.result();
}

test('values gives the different values, those that came first first, and of more than n the first n', () => {
  fc.assert(
    fc.property(sales, fc.integer({ min: 1, max: 6 }), (sold, n) => {
      const inOrder = sold.toSorted((a, b) => compareOrder(a.order, b.order)).map(({ product }) => product);
      expect(of('values', sold, n)).toEqual([...new Set(inOrder)].slice(0, n));
    }),
  );
});

test('top gives the values of the n events that rank first, of equal rank the earlier ones', () => {
  fc.assert(
    fc.property(sales, fc.integer({ min: 1, max: 6 }), (sold, n) => {
      const ranked = sold.toSorted((a, b) => b.price - a.price || compareOrder(a.order, b.order));
      expect(of('top', sold, n)).toEqual(ranked.slice(0, n).map(({ product }) => product));
    }),
  );
});

test('argmin and argmax give the value of the earliest event with the least and the greatest rank', () => {
  fc.assert(
    fc.property(sales, (sold) => {
      const inOrder = sold.toSorted((a, b) => compareOrder(a.order, b.order));
      const [least, most] = [-1, 1].map((sign) => Math.max(...sold.map(({ price }) => sign * price)) * sign);
      expect(of('argmin', sold)).toBe(inOrder.find(({ price }) => price === least)?.product ?? null);
      expect(of('argmax', sold)).toBe(inOrder.find(({ price }) => price === most)?.product ?? null);
    }),
  );
});

test('what ranks may be a time, a duration or a text, and comes back from an item as it was', () => {
  for (const by of [new Timestamp(5), new Duration(7), 'b', 3]) {
    const ranked = new Ranked({ $ranked: 'from an event' }, by);
    expect(decodeValue(encodeValue(ranked))).toEqual(ranked);
  }
  const times = [3, 9, 5].map((hour) => new Ranked(`at ${hour}`, new Timestamp(hour * 3_600_000)));
  expect(addAll(createAccumulator({ kind: 'argmax' }), times).result()).toBe('at 9');
});

test.each([['collect'], ['values'], ['top']] as const)('a %s of a thousand values takes 100 bytes for each', (kind) => {
  const accumulator: Accumulator = createAccumulator({ kind, limit: 1000 });
  for (let i = 0; i < 2000; i++) accumulator.add(kind === 'top' ? new Ranked(i, -i) : i, place(i, 1_774_000_000_000));
  expect(JSON.stringify(accumulator.encode()).length).toBeLessThan(115_000);
});
