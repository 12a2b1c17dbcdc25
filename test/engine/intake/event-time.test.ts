import fc from 'fast-check';
import { Timestamp } from '../../../engine/expression/operators.ts';
import { readEventTime } from '../../../engine/intake/event-time.ts';

// The first of the file: before it, no day was read.
test('a text that has no day is no instant, also where none was read before', () => {
  expect(readEventTime(`${'\0'.repeat(10)}T09:00:00Z`)).toMatch(/is not ISO-8601 text with a zone/);
});

test.each([
  ['2026-03-02T09:00:00Z', '2026-03-02T09:00:00.000Z'],
  ['2026-03-02T09:00:00.5Z', '2026-03-02T09:00:00.500Z'],
  ['2026-03-02T09:00:00.123Z', '2026-03-02T09:00:00.123Z'],
  ['2026-03-02T09:00:00.123456789Z', '2026-03-02T09:00:00.123Z'],
  ['2026-03-02t09:00:00z', '2026-03-02T09:00:00.000Z'],
  ['2026-03-02 09:00:00Z', '2026-03-02T09:00:00.000Z'],
  ['2026-03-02T09:00Z', '2026-03-02T09:00:00.000Z'],
  ['2026-03-02T09:00:00+01:00', '2026-03-02T08:00:00.000Z'],
  ['2026-03-02T09:00:00-0530', '2026-03-02T14:30:00.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
])('%s is an instant', (text, instant) => {
  expect(readEventTime(text)).toBe(Date.parse(instant));
});

test.each([
  ['no zone', '2026-03-02T09:00:00'],
  ['no time', '2026-03-02'],
  ['an impossible day', '2026-02-30T00:00:00Z'],
  ['an impossible day with an offset', '2026-02-29T00:00:00+01:00'],
  ['the 31st of April', '2026-04-31T09:00:00.000Z'],
  ['a leap day in a year without', '1900-02-29T00:00:00Z'],
  ['an impossible month', '2026-13-01T00:00:00Z'],
  ['hour 24', '2026-03-02T24:00:00Z'],
  ['hour 24 with an offset', '2026-03-02T24:00:00+00:00'],
  ['minute 60', '2026-03-02T09:60:00Z'],
  ['second 60', '2026-03-02T09:00:60Z'],
  ['an offset of 24 hours', '2026-03-02T09:00:00+24:00'],
  ['an offset of 60 minutes', '2026-03-02T09:00:00+01:60'],
  ['an hour for an offset', '2026-03-02T09:00:00+01'],
  ['spaces around it', ' 2026-03-02T09:00:00Z'],
  ['a line break after it', '2026-03-02T09:00:00Z\n'],
  ['year 0', '0000-01-01T00:00:00Z'],
  ['a long year', '+012026-03-02T09:00:00Z'],
  ['a month of year 10000', '+010000-01T09:00:00Z'],
  ['letters among digits', '2026-03-02T09:0a:00Z'],
  ['a point without digits', '2026-03-02T09:00:00.Z'],
  ['a letter in the fraction', '2026-03-02T09:00:00.12xZ'],
  ['digits of another script', '2026-03-02T0٩:00:00Z'],
  ['words', 'yesterday'],
  ['a number as text', '1772442000000'],
  ['empty text', ''],
])('rejects %s', (_, text) => {
  expect(readEventTime('2026-03-02T09:00:00Z')).toBe(Date.parse('2026-03-02T09:00:00Z'));
  expect(readEventTime(text)).toMatch(/is not ISO-8601 text with a zone/);
});

test.each([[1.5], [Number.NaN], [Number.POSITIVE_INFINITY], [1e300], [-1e300], [253402300800000]])(
  'rejects the number %p',
  (value) => {
    expect(readEventTime(value)).toMatch(/is not an epoch in milliseconds/);
  },
);

test.each([[undefined], [null], [true], [{}], [[1]]])('rejects %p', (value) => {
  expect(readEventTime(value)).toMatch(/must be ISO-8601 text with a zone, or epoch milliseconds/);
});

test('epoch milliseconds and timestamps are instants', () => {
  expect(readEventTime(0)).toBe(0);
  expect(readEventTime(-1)).toBe(-1);
  expect(readEventTime(new Timestamp(1772442000000))).toBe(1772442000000);
});

test('what the engine is given is never quoted at length', () => {
  expect(String(readEventTime('x'.repeat(1000))).length).toBeLessThan(150);
});

const epochs = fc.integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') });

test('texts of every form are read as Date.parse reads them, one after the other', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(epochs, fc.integer({ min: 0, max: 3 }))), (list) => {
      for (const [millis, form] of list) {
        const text = new Date(millis).toISOString();
        const written =
          [text, text.replace(/\.\d+/, ''), text.replace('Z', '+00:00'), text.slice(0, 16) + 'Z'][form] ?? text;
        expect(readEventTime(written)).toBe(Date.parse(written));
      }
    }),
    { numRuns: 200 },
  );
});

test('a text that is nearly a time is a time as Date.parse has it, or none', () => {
  const digit = fc.constantFrom('0', '1', '2', '3', '9', ':', '-', 'Z', 'T', '.', ' ', 'x');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 23 }), digit, (place, other) => {
      const text = '2026-03-02T09:15:30.250Z';
      const changed = text.slice(0, place) + other + text.slice(place + 1);
      const read = readEventTime(changed);
      if (typeof read === 'number') expect(read).toBe(Date.parse(changed.replace(' ', 'T')));
    }),
    { numRuns: 300 },
  );
});
