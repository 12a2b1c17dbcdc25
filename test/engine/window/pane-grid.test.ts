import { Temporal } from 'temporal-polyfill';
import fc from 'fast-check';
import type { WindowPlan } from '../../../engine/plan/plan.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';
import { paneGrid } from '../../../engine/window/pane-grid.ts';

const hour = 3_600_000;
const at = (text: string): EpochMillis => Date.parse(text) as EpochMillis;
const days = (timezone: string) => paneGrid({ kind: 'calendar', unit: 'day', timezone }, 0 as Millis);

test.each([
  ['an ordinary day', 'Europe/London', '2026-01-10T12:00:00Z', '2026-01-10T00:00:00Z', '2026-01-11T00:00:00Z'],
  ['a day of 23 hours', 'Europe/London', '2026-03-29T12:00:00Z', '2026-03-29T00:00:00Z', '2026-03-29T23:00:00Z'],
  ['a day of 25 hours', 'Europe/London', '2026-10-25T23:30:00Z', '2026-10-24T23:00:00Z', '2026-10-26T00:00:00Z'],
  [
    'a day that begins at 01:00',
    'America/Sao_Paulo',
    '2017-10-15T12:00:00Z',
    '2017-10-15T03:00:00Z',
    '2017-10-16T02:00:00Z',
  ],
  [
    'the day before it',
    'America/Sao_Paulo',
    '2017-10-15T02:59:59.999Z',
    '2017-10-14T03:00:00Z',
    '2017-10-15T03:00:00Z',
  ],
  [
    'a day in which 23:00 comes twice',
    'America/Sao_Paulo',
    '2018-02-18T02:30:00Z',
    '2018-02-17T02:00:00Z',
    '2018-02-18T03:00:00Z',
  ],
  ['a day that begins at 01:00', 'Asia/Beirut', '2022-03-27T10:00:00Z', '2022-03-26T22:00:00Z', '2022-03-27T21:00:00Z'],
  [
    'a day in which 00:00 comes twice',
    'America/Havana',
    '2026-11-01T04:30:00Z',
    '2026-11-01T04:00:00Z',
    '2026-11-02T05:00:00Z',
  ],
  [
    'the day before one that does not exist',
    'Pacific/Apia',
    '2011-12-30T09:00:00Z',
    '2011-12-29T10:00:00Z',
    '2011-12-30T10:00:00Z',
  ],
  [
    'the day after one that does not exist',
    'Pacific/Apia',
    '2011-12-30T10:00:00Z',
    '2011-12-30T10:00:00Z',
    '2011-12-31T10:00:00Z',
  ],
  [
    'a day half an hour off',
    'Australia/Lord_Howe',
    '2026-04-05T12:00:00Z',
    '2026-04-04T13:00:00Z',
    '2026-04-05T13:30:00Z',
  ],
  ['a day before 1970', 'UTC', '1969-12-31T23:59:59.999Z', '1969-12-31T00:00:00Z', '1970-01-01T00:00:00Z'],
])('%s in %s begins and ends with the local date', (_, zone, t, start, end) => {
  const grid = days(zone);
  expect(new Date(grid.start(at(t))).toISOString()).toBe(new Date(start).toISOString());
  expect(new Date(grid.end(at(start))).toISOString()).toBe(new Date(end).toISOString());
});

test('a day begins with the instant that its predecessor ends with', () => {
  const grid = days('Europe/London');
  expect(grid.start((at('2026-03-29T23:00:00Z') - 1) as EpochMillis)).toBe(at('2026-03-29T00:00:00Z'));
  expect(grid.start(at('2026-03-29T23:00:00Z'))).toBe(at('2026-03-29T23:00:00Z'));
});

const zones = fc.constantFrom(
  'UTC',
  'Europe/London',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Africa/Monrovia',
);
const windows: fc.Arbitrary<Exclude<WindowPlan, { kind: 'instant' }>> = fc.oneof(
  zones.map((timezone): Exclude<WindowPlan, { kind: 'instant' }> => ({ kind: 'calendar', unit: 'day', timezone })),
  fc.tuple(fc.integer({ min: 1, max: 100 }), fc.nat(99)).map(
    ([size, offset]): Exclude<WindowPlan, { kind: 'instant' }> => ({
      kind: 'tumbling',
      size: (size * hour) as Millis,
      offset: ((offset % size) * hour) as Millis,
    }),
  ),
  fc
    .integer({ min: 1, max: 100 })
    .map((size): Exclude<WindowPlan, { kind: 'instant' }> => ({ kind: 'sliding', size: size as Millis })),
);
const instants = fc
  .integer({ min: Date.parse('1950-01-01'), max: Date.parse('2040-01-01') })
  .map((t) => t as EpochMillis);

test('panes are half-open, hold each instant once, and lie end to end', () => {
  fc.assert(
    fc.property(windows, fc.array(instants, { minLength: 1, maxLength: 5 }), (window, times) => {
      const grid = paneGrid(window, 0 as Millis);
      for (const t of times) {
        const start = grid.start(t);
        const end = grid.end(start);
        expect(start <= t && t < end).toBe(true);
        expect(grid.start(start)).toBe(start);
        expect(grid.start((end - 1) as EpochMillis)).toBe(start);
        expect(grid.start(end)).toBe(end);
        expect(grid.end(paneGrid(window, 0 as Millis).start(t))).toBe(end);
      }
    }),
    { numRuns: 200 },
  );
});

test('a pane of sliding windows is as wide as the window or the cooldown', () => {
  const grid = paneGrid({ kind: 'sliding', size: 10 as Millis }, 25 as Millis);
  expect([grid.start(-1 as EpochMillis), grid.end(-25 as EpochMillis)]).toEqual([-25, 0]);
});

test('days are those of the calendar, in whatever order they are asked for', () => {
  fc.assert(
    fc.property(zones, fc.array(instants, { minLength: 1, maxLength: 8 }), (timezone, times) => {
      const grid = days(timezone);
      for (const t of times) {
        const day = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(timezone).startOfDay();
        expect(grid.start(t)).toBe(day.epochMilliseconds);
        expect(grid.end(grid.start(t))).toBe(day.add({ days: 1 }).startOfDay().epochMilliseconds);
      }
    }),
    { numRuns: 200 },
  );
});
