import { Temporal } from 'temporal-polyfill';
import fc from 'fast-check';
import type { CalendarUnit } from '../../../engine/pipeline/definition.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';
import { calendarGrid, longestPeriod, stepGrid } from '../../../engine/window/calendar-grid.ts';

const hour = 3_600_000;
const at = (text: string): EpochMillis => Date.parse(text) as EpochMillis;
const text = (t: number): string => new Date(t).toISOString().replace('.000Z', 'Z');

test.each<[CalendarUnit, string, string, string[]]>([
  [
    'hour',
    'Europe/London',
    '2026-10-25T00:30:00Z',
    ['2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00Z'],
  ],
  ['hour', 'Asia/Kathmandu', '2026-01-10T12:00:00Z', ['2026-01-10T11:15:00Z', '2026-01-10T12:15:00Z']],
  [
    'hour',
    'Australia/Lord_Howe',
    '2026-04-04T14:30:00Z',
    ['2026-04-04T14:00:00Z', '2026-04-04T15:30:00Z', '2026-04-04T16:30:00Z'],
  ],
  [
    'hour',
    'Australia/Lord_Howe',
    '2026-10-03T15:00:00Z',
    ['2026-10-03T14:30:00Z', '2026-10-03T15:30:00Z', '2026-10-03T16:00:00Z'],
  ],
  ['day', 'America/Sao_Paulo', '2017-10-15T12:00:00Z', ['2017-10-15T03:00:00Z', '2017-10-16T02:00:00Z']],
  // Clocks went back from 00:01 to 23:01: the day that had begun goes on.
  ['day', 'America/St_Johns', '2006-10-29T02:45:00Z', ['2006-10-29T02:30:00Z', '2006-10-30T03:30:00Z']],
  ['week', 'Europe/London', '2026-03-29T22:59:59Z', ['2026-03-23T00:00:00Z', '2026-03-29T23:00:00Z']],
  ['week', 'UTC', '1970-01-01T00:00:00Z', ['1969-12-29T00:00:00Z', '1970-01-05T00:00:00Z']],
  ['month', 'Europe/London', '2026-10-31T23:59:59Z', ['2026-09-30T23:00:00Z', '2026-11-01T00:00:00Z']],
  ['month', 'UTC', '2024-02-29T12:00:00Z', ['2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z']],
])('each %s of %s that holds or follows %s begins where the calendar says', (unit, zone, t, boundaries) => {
  const grid = calendarGrid(unit, zone);
  const found = [grid.start(at(t))];
  while (found.length < boundaries.length) found.push(grid.end(found.at(-1) ?? at(t)));
  expect(found.map(text)).toEqual(boundaries);
});

const seed = Number(fc.readConfigureGlobal().seed);
// All that there are take half a minute: one in eight, others for another seed.
const zones = Intl.supportedValuesOf('timeZone').filter((_, i) => i % 8 === seed % 8);
const units: readonly CalendarUnit[] = ['hour', 'day', 'week', 'month'];
const first = Date.parse('1905-01-01');
const last = Date.parse('2040-01-01');

/** Changes of the clocks, with what lies about them, and any other instants. */
function instantsOf(zone: string, seed: number): EpochMillis[] {
  const instants = [first + ((seed * 7_919_777_777) % (last - first))];
  let change = Temporal.Instant.fromEpochMilliseconds(instants[0] ?? 0)
    .toZonedDateTimeISO(zone)
    .getTimeZoneTransition('next');
  for (let i = 0; i < 1 && change !== null; i++) {
    for (const off of [-25 * hour, -hour, -1, 0, 1, hour / 2, hour, 23 * hour])
      instants.push(change.epochMilliseconds + off);
    change = change.getTimeZoneTransition('next');
  }
  return instants as EpochMillis[];
}

test.each(units)('in any zone, each instant is in one %s, and they lie end to end', (unit) => {
  for (const [i, zone] of zones.entries()) {
    const grid = calendarGrid(unit, zone);
    for (const t of instantsOf(zone, i + 1)) {
      const start = grid.start(t);
      const end = grid.end(start);
      const where = `${zone} ${text(t)}: ${text(start)} to ${text(end)}`;
      if (!(start <= t && t < end && end - start <= longestPeriod[unit])) throw new Error(where);
      if (grid.start((end - 1) as EpochMillis) !== start || grid.start(end) !== end) throw new Error(where);
    }
  }
});

test.each(['day', 'week', 'month'] as const)('in any zone, a %s begins with the first instant of its date', (unit) => {
  for (const [i, zone] of zones.entries()) {
    const grid = calendarGrid(unit, zone);
    for (const t of instantsOf(zone, i + 1)) {
      const start = Temporal.Instant.fromEpochMilliseconds(grid.start(t)).toZonedDateTimeISO(zone);
      const begin = start.startOfDay().epochMilliseconds;
      const date = start.toPlainDate();
      if (
        begin !== start.epochMilliseconds ||
        (unit === 'week' && date.dayOfWeek !== 1) ||
        (unit === 'month' && date.day !== 1)
      )
        throw new Error(`${zone} ${text(t)}: ${start.toString()}`);
    }
  }
});

test('in any zone, an hour is one hour of the clock, and begins in full or where clocks change', () => {
  const label = (t: number, zone: string): Temporal.PlainDateTime =>
    Temporal.Instant.fromEpochMilliseconds(t)
      .toZonedDateTimeISO(zone)
      .toPlainDateTime()
      .round({ smallestUnit: 'hour', roundingMode: 'floor' });
  for (const [i, zone] of zones.entries()) {
    const grid = calendarGrid('hour', zone);
    for (const t of instantsOf(zone, i + 1)) {
      const start = grid.start(t);
      const local = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
      const isFull = local.toPlainDateTime().equals(label(start, zone));
      const changes = local.add({ milliseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds === start;
      const isOne = [start, t, grid.end(start) - 1].every((one) => label(one, zone).equals(label(start, zone)));
      if (!isOne || (!isFull && !(changes && !label(start - 1, zone).equals(label(start, zone)))))
        throw new Error(`${zone} ${text(t)}: ${local.toString()}`);
    }
  }
});

test('steps of a day begin with it, and a day of 25 hours has one step of an hour more', () => {
  const grid = stepGrid(calendarGrid('day', 'Europe/London'), hour as Millis);
  const steps = (day: string): number => {
    const begin = calendarGrid('day', 'Europe/London').start(at(day));
    const end = calendarGrid('day', 'Europe/London').end(begin);
    let n = 0;
    for (let t = begin; t < end; t = grid.end(t)) n++;
    return n;
  };
  expect(['2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z', '2026-10-25T12:00:00Z'].map(steps)).toEqual([24, 23, 25]);
});

test('the last step of a period may be shorter, and no step reaches over its end', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(...units),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: first, max: last }),
      (zone, unit, minutes, t) => {
        const periods = calendarGrid(unit, zone);
        const grid = stepGrid(periods, (minutes * 60_000) as Millis);
        const start = grid.start(t as EpochMillis);
        const end = grid.end(start);
        const period = periods.start(t as EpochMillis);
        expect(start <= t && t < end && grid.start((end - 1) as EpochMillis) === start).toBe(true);
        expect((start - period) % (minutes * 60_000)).toBe(0);
        expect(end === start + minutes * 60_000 || end === periods.end(period)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
