import { createAccumulator } from '../../../engine/aggregate/accumulators.ts';
import { Approximation } from '../../../engine/aggregate/approximation.ts';
import { CountDistinct } from '../../../engine/aggregate/count-distinct.ts';
import { addAll, merge } from './events.ts';

const most = 1000;
const texts = (n: number, prefix = 'customer-'): string[] => Array.from({ length: n }, (_, i) => `${prefix}${i}`);
const valueOf = (counted: CountDistinct): number => {
  const result = counted.result();
  return result instanceof Approximation ? result.value : result;
};

test('so many different values are counted exactly, and one more is counted by a sketch, which says so', () => {
  const counted = addAll(new CountDistinct(most), [...texts(most), ...texts(most)]);
  expect(counted.result()).toBe(most);
  counted.add('one more');
  expect(counted.result()).toEqual(new Approximation(expect.any(Number) as number, 0.017));
});

test.each([
  [1_001, 'a'],
  [2_000, 'b'],
  [5_000, 'c'],
  [10_000, 'd'],
  [12_000, 'e'],
  [30_000, 'f'],
  [100_000, 'g'],
])('of %p different values the sketch knows the number to within three standard errors', (n, prefix) => {
  const counted = addAll(new CountDistinct(most), texts(n, prefix));
  expect(Math.abs(valueOf(counted) - n) / n).toBeLessThan(3 * 0.01625);
});

test('over many sets the errors are as large as it says, and cancel out', () => {
  const errors = Array.from({ length: 60 }, (_, i) => {
    const n = 1_500 + 100 * i;
    return valueOf(addAll(new CountDistinct(most), texts(n, `${i}/`))) / n - 1;
  });
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  expect(Math.abs(mean)).toBeLessThan(0.005);
  expect(deviation).toBeLessThan(0.02);
});

test('the number never falls while values come in', () => {
  const counted = new CountDistinct(most);
  let before = 0;
  for (const text of texts(4_000)) {
    counted.add(text);
    const now = valueOf(counted);
    expect(now).toBeGreaterThanOrEqual(before);
    before = now;
  }
});

test('the state is the same in any order and however it is split', () => {
  const all = texts(2_500);
  const whole = addAll(new CountDistinct(most), all).encode();
  expect(addAll(new CountDistinct(most), [...all.toReversed(), ...all.slice(50)]).encode()).toEqual(whole);
  const parts = [
    [0, 900],
    [700, 1_200],
    [1_100, 2_400],
    [2_300, 2_500],
  ].map(([from, to]) => addAll(new CountDistinct(most), all.slice(from, to)));
  expect(merge(new CountDistinct(most), ...parts).encode()).toEqual(whole);
  expect(merge(new CountDistinct(most), ...parts.toReversed()).encode()).toEqual(whole);
  const [a, b, ...rest] = parts;
  expect(merge(new CountDistinct(most), merge(new CountDistinct(most), ...rest), b!, a!).encode()).toEqual(whole);
});

test('values that are alike in print alone are different ones', () => {
  const values = [1, '1', 'j1', true, 'true', [1], ['1'], { a: 1 }, { a: '1' }, 'x'.repeat(500), 'x'.repeat(501)];
  const again = [1.0, -0, 0, { a: 1 }];
  expect(addAll(new CountDistinct(most), [...values, ...again]).result()).toBe(values.length + 1);
});

test('over a log it stays exact', () => {
  const counted = addAll(createAccumulator({ kind: 'countDistinct' }, false), texts(5_000));
  expect(counted.result()).toBe(5_000);
});

test('whatever the values are, its state takes less than 30 KB', () => {
  const control = Array.from({ length: most }, (_, i) => `${'\u0001'.repeat(20)}${i}`);
  expect(JSON.stringify(addAll(new CountDistinct(most), control).encode()).length).toBeLessThan(30_000);
  expect(JSON.stringify(addAll(new CountDistinct(most), texts(most + 1)).encode()).length).toBeLessThan(5_000);
});
