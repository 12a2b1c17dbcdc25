import fc from 'fast-check';
import { Distribution } from '../../../engine/aggregate/distribution.ts';
import { addAll, merge, noise } from './events.ts';

const most = 1000;
const percents = [0, 1, 5, 25, 50, 75, 90, 95, 99, 99.9, 100];

/** The nearest rank, by sorting. */
function expected(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(Number(((p * values.length) / 100).toFixed(6))) - 1)] ?? Number.NaN;
}

test('up to so many different numbers a percentile is the number of the nearest rank', () => {
  const some = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(some, fc.integer({ min: 0, max: 100_000 }), (values, p) => {
      const distribution = addAll(new Distribution(most), values);
      expect(distribution.percentile(p / 1000)).toBe(expected(values, p / 1000) + 0);
      expect(distribution.error).toBeUndefined();
    }),
  );
});

test.each([
  [7, 100, 7],
  [95, 20, 19],
  [99.9, 1000, 999],
  [29, 100, 29],
  [0, 10, 1],
  [100, 10, 10],
  [50, 4, 2],
  [50, 5, 3],
])('the percentile %p of the numbers 1 to %p is %p', (p, n, rank) => {
  const numbers = Array.from({ length: n }, (_, i) => i + 1);
  expect(addAll(new Distribution(most), numbers).percentile(p)).toBe(rank);
});

test('without a number there is no percentile', () => {
  expect(new Distribution(most).percentile(50)).toBeNull();
});

test('few different numbers stay exact however often they come', () => {
  const stars = addAll(
    new Distribution(most),
    Array.from({ length: 50_000 }, (_, i) => 1 + (i % 5)),
  );
  expect([stars.percentile(20), stars.percentile(20.002), stars.percentile(100), stars.error]).toEqual([
    1,
    2,
    5,
    undefined,
  ]);
});

const random = noise(7);
const spread = (n: number, value: (u: number) => number): number[] => Array.from({ length: n }, () => value(random()));
const samples: readonly (readonly [string, readonly number[], number])[] = [
  ['evenly spread', spread(5_000, (u) => u * 1000), 0.008],
  ['milliseconds to hours', spread(20_000, (u) => Math.exp(u * 15)), 0.008],
  ['of both signs, with zero', [...spread(5_000, (u) => (u - 0.5) ** 3 * 1e6), ...spread(500, () => 0)], 0.008],
  ['over a hundred powers of ten', spread(20_000, (u) => 10 ** (u * 100 - 50)), 0.112],
  ['over all numbers', spread(20_000, (u) => 10 ** (u * 600 - 300)).map((x, i) => (i % 2 ? x : -x)), 0.6],
];

test.each(samples)('numbers %s: a percentile of the sketch is as near as it says', (_, values, error) => {
  const distribution = addAll(new Distribution(most), values);
  expect(distribution.error).toBe(error);
  for (const p of percents) {
    const exact = expected(values, p);
    const relative = Math.abs((distribution.percentile(p) ?? Number.NaN) - exact) / Math.abs(exact || 1);
    expect(relative).toBeLessThanOrEqual(error);
  }
});

test.each(samples)('numbers %s: the state is the same in any order and however it is split', (_, values) => {
  const whole = JSON.stringify(addAll(new Distribution(most), values).encode());
  const backwards = addAll(new Distribution(most), values.toReversed());
  expect(JSON.stringify(backwards.encode())).toBe(whole);
  // Some parts are exact, some are sketches, and of those some are coarser than others.
  const sorted = values.toSorted((a, b) => a - b);
  const parts = [0, 700, 1300, 3200, 3900].map((start, i, all) =>
    addAll(new Distribution(most), sorted.slice(start, all[i + 1])),
  );
  expect(JSON.stringify(merge(new Distribution(most), ...parts).encode())).toBe(whole);
  expect(JSON.stringify(merge(new Distribution(most), ...parts.toReversed()).encode())).toBe(whole);
  const nested = merge(new Distribution(most), merge(new Distribution(most), ...parts.slice(2)), ...parts.slice(0, 2));
  expect(JSON.stringify(nested.encode())).toBe(whole);
});

test('it goes over to a sketch with the first number beyond its bound, whoever has it', () => {
  const numbers = Array.from({ length: most + 1 }, (_, i) => i - 500);
  const [first, second] = [numbers.slice(0, 600), numbers.slice(500)].map((some) =>
    addAll(new Distribution(most), some),
  );
  expect([first?.error, second?.error]).toEqual([undefined, undefined]);
  expect(merge(new Distribution(most), first!, second!).error).toBe(0.008);
  const one = addAll(new Distribution(most), numbers.slice(1));
  expect(one.error).toBeUndefined();
  expect(addAll(one, [numbers[0]]).error).toBe(0.008);
});

test.each([Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 2 ** -1022, 0, -0])(
  'the number %p is shown by a sketch as a number near it',
  (edge) => {
    const distribution = addAll(new Distribution(2), [edge, edge, edge, edge, edge, edge, 1, 2]);
    const shown = distribution.percentile(edge < 0 ? 0 : edge > 3 ? 100 : 50) ?? Number.NaN;
    expect(Number.isFinite(shown)).toBe(true);
    expect(Math.abs(shown - edge)).toBeLessThanOrEqual(Math.max(0.008 * Math.abs(edge), 2 ** -1022));
  },
);

test('however many numbers come, its state takes less than 40 KB', () => {
  const numbers = samples.flatMap(([, values]) => values);
  const often = Array.from({ length: 4 }, () => addAll(new Distribution(most), numbers));
  expect(JSON.stringify(merge(new Distribution(most), ...often).encode()).length).toBeLessThan(40_000);
  const digits = spread(most, (u) => -u * 1e-200);
  expect(JSON.stringify(addAll(new Distribution(most), digits).encode()).length).toBeLessThan(40_000);
});
