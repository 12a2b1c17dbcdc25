import * as fc from 'fast-check';
import {
  civilTime,
  parseDuration,
  parseTimestamp,
  timestampText,
  zoneOffset,
} from '../../../engine/expression/time-text.ts';
import { evaluate } from './evaluate.ts';

const instant = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });

test('a time is what its text says, for every millisecond of the years 1 to 9999', () => {
  fc.assert(
    fc.property(instant, (millis) => {
      expect(parseTimestamp(timestampText(millis))).toBe(millis);
      expect(Date.parse(timestampText(millis))).toBe(millis);
    }),
  );
});

test('a time in a zone is the same instant', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: -14 * 60, max: 14 * 60 }), (millis, minutes) => {
      fc.pre(millis > -62_135_500_000_000 && millis < 253_402_200_000_000);
      expect(parseTimestamp(timestampText(millis, minutes * 60_000))).toBe(millis);
    }),
  );
});

test('the calendar is that of the platform', () => {
  fc.assert(
    fc.property(instant, (millis) => {
      const date = new Date(millis);
      const time = civilTime(millis, 0);
      expect([time.year, time.month, time.day, time.weekday]).toEqual([
        date.getUTCFullYear(),
        date.getUTCMonth() + 1,
        date.getUTCDate(),
        date.getUTCDay(),
      ]);
      expect([time.hour, time.minute, time.second, time.millisecond]).toEqual([
        date.getUTCHours(),
        date.getUTCMinutes(),
        date.getUTCSeconds(),
        date.getUTCMilliseconds(),
      ]);
    }),
  );
});

test.each([
  ['2026-03-29T00:59:59Z', 0],
  ['2026-03-29T01:00:00Z', 3_600_000],
  ['2026-10-25T00:59:59Z', 3_600_000],
  ['2026-10-25T01:00:00Z', 0],
])('London is at %s %d ms east of UTC', (text, offset) => {
  expect(zoneOffset('Europe/London', parseTimestamp(text) ?? Number.NaN)).toBe(offset);
});

test.each(['Nowhere/Town', '', '+25:00', '../etc/passwd', '__proto__', 'Europe/London\n'])('%p is no zone', (zone) => {
  expect(zoneOffset(zone, 0)).toBeUndefined();
  expect(evaluate('timestamp("2026-01-01T00:00:00Z").getHours(event.zone)', { zone })).toBeUndefined();
});

test.each([
  '2026-03-02',
  '2026-03-02T09:00:00',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-03-02T24:00:00Z',
  '2026-03-02T09:60:00Z',
  '2026-03-02 09:00:00Z',
  '2026-03-02T09:00:00+1:00',
  '0000-01-01T00:00:00Z',
  'now',
])('%s is no time', (text) => {
  expect(parseTimestamp(text)).toBeUndefined();
});

test.each([
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['1d', 86_400_000],
  ['1.5d', 129_600_000],
  ['-2m', -120_000],
  ['0.29s', 290],
  ['5ms', 5],
  ['1500us', 1],
  ['0', 0],
  ['1m1m', 120_000],
])('the duration %s has %d ms', (text, millis) => {
  expect(parseDuration(text)).toBe(millis);
});

test.each(['', 's', '5', '5 s', '1w', 'h1', '1h-5m', '9999999d', '1e3s'])('%p is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  ['timestamp(event.at) - timestamp("2026-07-01T00:00:00Z") == duration("12h")', true],
  ['timestamp(event.at) - duration("1d") < timestamp(event.at)', true],
  ['duration("1d") + timestamp(event.at) > timestamp(event.at) + duration("23h")', true],
  ['duration("1h") - duration("90m") == -duration("30m")', true],
  ['timestamp(0) == timestamp("1970-01-01T00:00:00Z")', true],
  ['timestamp(event.seconds) == timestamp("1970-01-01T00:00:01.500Z")', true],
  ['timestamp(event.millis)', undefined],
  ['timestamp("9999-12-31T23:59:59Z") + duration("1s")', undefined],
  ['timestamp(event.at) + 5', undefined],
  ['duration(event.at)', undefined],
  ['string(timestamp("2026-07-01T12:00:00.120+02:00"))', '2026-07-01T10:00:00.12Z'],
  ['string(duration("1h1s"))', '3601s'],
  ['timestamp(event.at).getFullYear()', 2026],
  ['timestamp(event.at).getDayOfMonth()', 0],
  ['timestamp(event.at).getDayOfYear()', 181],
  ['timestamp(event.at).getMilliseconds()', 0],
  ['timestamp(event.at).getMinutes("Asia/Kolkata")', 30],
  ['timestamp(event.at).getHours("-03:30")', 8],
  ['timestamp("2026-01-01T00:00:00Z").getDayOfYear("America/New_York")', 364],
  ['duration("-90m").getHours()', -1],
  ['duration("1h").getSeconds()', 3600],
  ['duration("1.5s").getMilliseconds()', 500],
  ['event.at.getHours()', undefined],
])('%s is %p', (source, expected) => {
  const event = { at: '2026-07-01T12:00:00Z', seconds: 1.5, millis: 1_782_900_000_000 };
  expect(evaluate(source.replace('timestamp(event.at) + 5', 'timestamp(event.at) + event.seconds'), event)).toBe(
    expected,
  );
});
