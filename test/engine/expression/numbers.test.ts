import * as fc from 'fast-check';
import { evaluate } from './evaluate.ts';

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

test('numbers compute and compare as the JSON numbers that they are, or fail where the result is not finite', () => {
  fc.assert(
    fc.property(number, number, (a, b) => {
      const event = { a, b };
      expect(evaluate('event.a + event.b', event)).toBe(finite(a + b));
      expect(evaluate('event.a - event.b', event)).toBe(finite(a - b));
      expect(evaluate('event.a * event.b', event)).toBe(finite(a * b));
      expect(evaluate('event.a / event.b', event)).toBe(finite(a / b));
      expect(evaluate('event.a % event.b', event)).toBe(finite(a % b));
      expect(evaluate('event.a < event.b', event)).toBe(a < b);
      expect(evaluate('event.a >= event.b', event)).toBe(a >= b);
      expect(evaluate('event.a == event.b', event)).toBe(a === b);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['1 + event.total', 2.5],
  ['event.n % 2', 1],
  ['1 == 1.0', true],
  ['event.n / 2', 3.5],
  ['-event.n', -7],
  ['0x10 + 1', 17],
  ['1e3', 1000],
  ['2 in [1.0, 2.0]', true],
  ['[10, 20][1.0]', 20],
  ['event.n > 6.5 && 6.5 < event.n', true],
])('whole and broken numbers mix freely: %s', (source, expected) => {
  expect(evaluate(source, { total: 1.5, n: 7 })).toBe(expected);
});

test.each([
  '1 / 0',
  '0 / 0',
  '1 % 0',
  '1e308 * 10',
  '-"a"',
  'event.text + 1',
  '1 - event.text',
  'event.text * 2',
  'event.missing + 1',
  '[1][0.5]',
  '[1][-1]',
  '[1][1]',
])('a number that there is not is a failure: %s', (source) => {
  expect(evaluate(source.replace('"a"', 'event.text'), { text: 'a' })).toBeUndefined();
});

test.each([
  ['int(3.9)', 3],
  ['int(-3.9)', -3],
  ['int("42")', 42],
  ['int("4.2")', undefined],
  ['int(1e300)', undefined],
  ['int(timestamp("1970-01-01T00:01:00Z"))', 60],
  ['double("1.5e2")', 150],
  ['double("")', undefined],
  ['double("Infinity")', undefined],
  ['double(" 1")', undefined],
  ['string(0.1 + 0.2)', '0.30000000000000004'],
  ['string(1.0)', '1'],
  ['string(true)', 'true'],
  ['bool("true") && !bool("0")', true],
  ['bool("yes")', undefined],
])('a conversion reads exactly or fails: %s', (source, expected) => {
  expect(evaluate(source)).toBe(expected);
});

test.each([
  ['fixed(2.675, 2)', '2.68'],
  ['fixed(1.005, 2)', '1.01'],
  ['fixed(-2.5, 0)', '-3'],
  ['fixed(-0.001, 2)', '0.00'],
  ['fixed(1900.1, 2)', '1900.10'],
  ['fixed(1e21, 2)', '1e+21'],
  ['fixed(1.5e-7, 8)', '0.00000015'],
  ['fixed(123456789012345.67, 1)', '123456789012345.7'],
  ['fixed(1, 99)', undefined],
  ['fixed(event.text, 2)', undefined],
])('fixed rounds the decimal that is seen, half away from zero: %s', (source, expected) => {
  expect(evaluate(source, { text: 'a' })).toBe(expected);
});

test.each([
  ['math.greatest(1, 2.5, 2)', 2.5],
  ['math.least([3, 1, 2])', 1],
  ['math.greatest([])', undefined],
  ['math.greatest(1, event.text)', undefined],
  ['math.abs(-2)', 2],
  ['math.ceil(1.2)', 2],
  ['math.floor(-1.2)', -2],
  ['math.trunc(-1.2)', -1],
  ['math.round(-2.5)', -3],
  ['math.sign(-9)', -1],
])('math: %s', (source, expected) => {
  expect(evaluate(source, { text: 'a' })).toBe(expected);
});

test('texts are ordered by code point, bools with false first, and nothing else across types', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const points = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) ?? 0);
      const [x, y] = [points(a), points(b)];
      const at = x.findIndex((point, i) => point !== y[i]);
      const less = at < 0 ? x.length < y.length : at < y.length && (x[at] ?? 0) < (y[at] ?? 0);
      expect(evaluate('event.a < event.b', { a, b })).toBe(less);
    }),
  );
  expect(evaluate('event.a < event.b', { a: '\uff5e', b: '😀' })).toBe(true);
  expect(evaluate('false < true')).toBe(true);
  for (const [a, b] of [
    [1, '1'],
    [null, 1],
    [true, 1],
    [[], []],
    [{}, {}],
    ['a', undefined],
  ])
    expect(evaluate('event.a < event.b', { a, b })).toBeUndefined();
});
