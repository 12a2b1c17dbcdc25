import fc from 'fast-check';
import { plain, plainSize } from '../../../engine/aggregate/value.ts';
import { Duration, Timestamp } from '../../../engine/expression/operators.ts';

const value = fc.anything({
  key: fc.string({ unit: 'binary' }),
  values: [
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\n\t\b\f\r\\"/', '\u0001\u007f\u2028', '\ud83d\ude00\ud83d', '\ude00€'),
    fc.double(),
    fc.integer(),
    fc.constantFrom(null, undefined, true, false),
    fc.integer({ min: 0, max: 4e12 }).map((millis) => new Timestamp(millis)),
    fc.integer().map((millis) => new Duration(millis)),
  ],
});
const bytesOf = (one: unknown): number => Buffer.byteLength(JSON.stringify(plain(one)));

test('the size of a value is that of its JSON in bytes', () => {
  fc.assert(fc.property(value, (one) => plainSize(one, Number.POSITIVE_INFINITY) === bytesOf(one)));
});

test('whether a value is larger than so many bytes is known, however many', () => {
  fc.assert(fc.property(value, fc.nat(200), (one, most) => plainSize(one, most) > most === bytesOf(one) > most));
});

test('a value that no memory could hold is known to be too large', () => {
  let many: unknown = 'x'.repeat(1000);
  for (let i = 0; i < 50; i++) many = Array.from({ length: 1000 }, () => many).concat([many]);
  expect(plainSize(many, 100_000)).toBeGreaterThan(100_000);
});

test('a value is measured as deep as it is shown', () => {
  for (const depth of [62, 63, 64, 65, 66, 100_000]) {
    const deep: unknown = JSON.parse(`${'['.repeat(depth)}"text"${']'.repeat(depth)}`);
    expect(plainSize(deep, 1000)).toBe(bytesOf(deep));
  }
});
