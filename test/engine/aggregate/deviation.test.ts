import fc from 'fast-check';
import { Deviation } from '../../../engine/aggregate/deviation.ts';
import { addAll } from './events.ts';

const stddev = (values: readonly number[]): number | null => addAll(new Deviation(), values).result();

test.each([
  [[], null],
  [[5], null],
  [[5, 5, 5], 0],
  [[0.1, 0.1, 0.1], 0],
  [[1, 3], Math.SQRT2],
  [[2, 4, 4, 4, 5, 5, 7, 9], Math.sqrt(32 / 7)],
  [[0.3, 0.1, 0.2], 0.1],
  [[-1, 1, -1, 1, 0], 1],
  // In floating point the sum of squares less the square of the sum is 0 here, or below it.
  [[1e9, 1e9 + 1, 1e9 + 2], 1],
  [[1e15 - 2, 1e15 - 1, 1e15], 1],
  [[1e200, 3e200, 2e200], 1e200],
  [[1e-200, 3e-200, 2e-200], 1e-200],
  [[1e300, 1e-300], 1e300 / Math.SQRT2],
] as const)('the standard deviation of the sample %j is %p', (values, expected) => {
  const result = stddev(values);
  if (expected === null) expect(result).toBeNull();
  else expect(Math.abs((result ?? Number.NaN) - expected)).toBeLessThanOrEqual(2.3e-16 * expected);
});

test('it is that of the two passes that floating point needs, and never negative', () => {
  const pence = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((units) => units / 100);
  fc.assert(
    fc.property(fc.array(pence, { minLength: 2, maxLength: 50 }), (values) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const result = stddev(values) ?? Number.NaN;
      expect(result).toBeGreaterThanOrEqual(0);
      expect(Math.abs(result - Math.sqrt(squares / (values.length - 1)))).toBeLessThan(1e-9 * (1 + result));
    }),
  );
});

test('it is the same whatever came and went in between', () => {
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 8 });
  fc.assert(
    fc.property(values, values, (kept, gone) => {
      const both = addAll(new Deviation(), [...gone, ...kept]);
      for (const value of gone) expect(both.remove(value)).toBe(true);
      expect(both.encode()).toEqual(addAll(new Deviation(), kept).encode());
      expect(both.result()).toBe(stddev(kept));
    }),
  );
});
