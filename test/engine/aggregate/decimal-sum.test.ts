import fc from 'fast-check';
import { DecimalSum } from '../../../engine/aggregate/decimal-sum.ts';

/** Exact decimal arithmetic by other means: each number at 15 significant digits, over 10^400. */
const places = 400n;
function exact(value: number): bigint {
  const [mantissa = '', exponent = ''] = value.toExponential(14).split('e');
  const power = places + BigInt(exponent) - 14n;
  return BigInt(mantissa.replace('.', '')) * 10n ** power;
}

function sumOf(values: readonly number[]): DecimalSum {
  const sum = new DecimalSum();
  for (const value of values) sum.add(value);
  return sum;
}

const money = fc.integer({ min: -1e9, max: 1e9 }).map((pence) => pence / 100);
const long = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map((digits) => Number(digits) / 1000);
const any = fc.double({ noNaN: true, min: -1e300, max: 1e300 });
const tiny = fc.double({ noNaN: true, min: -1e-300, max: 1e-300 });
const number = fc.oneof(
  money,
  money,
  fc.integer(),
  fc.maxSafeInteger(),
  long,
  any,
  tiny,
  fc.constantFrom(0, -0, 5e-324, Number.MAX_VALUE, 1e21, 1e-7, 0.1 + 0.2),
);
const numbers = fc.array(number, { maxLength: 12 });

test('a sum is that of exact decimal arithmetic, in any order', () => {
  fc.assert(
    fc.property(numbers, fc.func(fc.integer()), (values, shuffle) => {
      const total = values.reduce((sum, value) => sum + exact(value), 0n);
      const expected = Number(`${total}e-${places}`);
      const other = values.toSorted((a, b) => shuffle(a) - shuffle(b));
      expect(sumOf(values).result() + 0).toBe(expected + 0);
      expect(sumOf(other).result() + 0).toBe(expected + 0);
      expect(sumOf(other).encode()).toBe(sumOf(values).encode());
    }),
    { numRuns: 300 },
  );
});

test('merging sums is adding all that they were added from', () => {
  fc.assert(
    fc.property(numbers, numbers, (some, others) => {
      const merged = sumOf(some);
      merged.absorb(sumOf(others).encode());
      expect(merged.encode()).toBe(sumOf([...some, ...others]).encode());
    }),
    { numRuns: 200 },
  );
});

test('subtracting a number undoes adding it', () => {
  fc.assert(
    fc.property(numbers, numbers, (kept, gone) => {
      const sum = sumOf([...gone, ...kept]);
      for (const value of gone) sum.subtract(value);
      expect(sum.encode()).toBe(sumOf(kept).encode());
      expect(sum.result() + 0).toBe(sumOf(kept).result() + 0);
    }),
    { numRuns: 200 },
  );
});

test.each([
  [[0.1, 0.2], 0.3],
  [[600, 600.1, 700], 1900.1],
  [Array.from({ length: 1_000_000 / 100 }, () => 0.01), 100],
  [[1e15, 0.1, -1e15], 0.1],
  [[9007199254740991, 1, 1], 9007199254740992],
  [[123456789012345.678], 123456789012346],
  [[1e21, 1, -1e21], 1],
])('the sum of %j is %p', (values, total) => {
  expect(sumOf(values).result()).toBe(total);
});

test('a sum that overflows is infinite rather than a failure', () => {
  expect(sumOf([Number.MAX_VALUE, Number.MAX_VALUE]).result()).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  [[2411.1], 5, 482.22],
  [[1], 3, 1 / 3],
  [[2], 3, 2 / 3],
  [[0.1, 0.2], 2, 0.15],
  [[-1], 3, -1 / 3],
  [[1e-20], 3, 1e-20 / 3],
])('%j divided by %p is the nearest number to the exact quotient', (values, count, quotient) => {
  expect(sumOf(values).dividedBy(count)).toBe(quotient);
});
