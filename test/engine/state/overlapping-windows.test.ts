import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { WindowDefinition } from '../../../engine/pipeline/definition.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';
import { calendarGrid } from '../../../engine/window/calendar-grid.ts';
import { arroyo, testOn } from '../../shared-data.ts';
import { ruleOver, run, type SentEvent, standing, type StandingWindow } from './standing-windows.ts';

const minute = 60_000;
const hour = 60 * minute;
const millis = (n: number): Millis => n as Millis;
const hopping = (size: number, every: number): WindowDefinition => ({
  kind: 'hopping',
  size: millis(size),
  every: millis(every),
});
const zone = 'Europe/London';
/** The day before clocks go forward, which has 24 hours. */
const start = Date.parse('2026-03-28T00:00:00Z');

const drawn = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 60 * 60 }).map((i) => start + i * minute),
    total: fc.integer({ min: 0, max: 9 }),
  }),
  { minLength: 1, maxLength: 14 },
);
/** Close to each other, so that windows hold several. */
const dense = drawn.map((events) => events.map(({ at, total }) => ({ at: start + (at - start) / 30, total })));

/** What a window says, worked out anew from all events. */
function said(events: readonly SentEvent[], from: number, to: number, final: boolean): StandingWindow | undefined {
  const held = events.filter(({ at }) => at >= from && at < to);
  const newest = Math.max(...held.map(({ at }) => at));
  if (held.length === 0) return undefined;
  const last = held.filter(({ at }) => at === newest).at(-1)?.total;
  const spent = held.reduce((sum, { total }) => sum + total, 0);
  return { start: from, end: to, values: { n: held.length, spent, newest: last }, at: final ? to : newest };
}

function isTrue({ values }: StandingWindow): boolean {
  return 'n' in values && (values.n === 2 || values.n === 4);
}

/** Windows in order of their ends as they stand where those at most `cooldown` apart are one alert. */
function joined(windows: readonly StandingWindow[], cooldown: number): StandingWindow[] {
  const episodes: StandingWindow[] = [];
  for (const window of windows) {
    const before = episodes.at(-1);
    if (before === undefined || window.end - before.end > cooldown) episodes.push(window);
    else episodes.splice(-1, 1, { ...window, start: before.start });
  }
  return episodes;
}

function hops(events: readonly SentEvent[], size: number, every: number, final: boolean): StandingWindow[] {
  const ends = new Set<number>();
  for (const { at } of events)
    for (let from = Math.floor(at / every) * every; from > at - size; from -= every) ends.add(from + size);
  return [...ends].sort((a, b) => a - b).flatMap((end) => said(events, end - size, end, final) ?? []);
}

testOn(arroyo.impulse)(
  'hopping windows of ten seconds every two are those of Arroyo, from before the first event on',
  () => {
    const rows = (file: string) =>
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const events = rows(arroyo.impulse).map(({ timestamp, counter }) => ({
      at: Date.parse(String(timestamp)),
      total: Number(counter),
    }));
    const pipeline = ruleOver({ window: hopping(10_000, 2_000), emit: 'final', cooldown: 0, allowedLateness: '0s' });
    const sum = (from: number, to: number): number => ((from + to) * (to - from + 1)) / 2;
    expect(
      standing(run(pipeline, events).records).map(({ start: from, end, values }) => ({ from, end, values })),
    ).toEqual(
      rows(arroyo.slidingWindowEnd).map(({ start: from, end, count, min, max }) => ({
        from: Date.parse(`${String(from)}Z`),
        end: Date.parse(`${String(end)}Z`),
        values: { n: count, spent: sum(Number(min), Number(max)), newest: max },
      })),
    );
  },
);

const sizes = fc.constantFrom(
  [10 * minute, 2 * minute],
  [10 * minute, 10 * minute],
  [9 * minute, 6 * minute],
  [7 * minute, minute],
  [hour, 20 * minute],
);

test.each(['changes', 'final'] as const)(
  'what stands of hopping windows is what all events give, in whatever order they come: emit %s',
  (emit) => {
    fc.assert(
      fc.property(
        dense,
        sizes,
        fc.constantFrom(0, 3 * minute, 8 * minute, 40 * minute),
        (events, [size, every], cooldown) => {
          const pipeline = ruleOver({
            window: hopping(size, every),
            having: 'n == 2 || n == 4',
            emit,
            cooldown,
          });
          const windows = hops(events, size, every, emit === 'final').filter(isTrue);
          const { records, late } = run(pipeline, events);
          expect(late).toBe(0);
          expect(standing(records).map(plain)).toEqual(joined(windows, cooldown).map(plain));
        },
      ),
      { numRuns: 300 },
    );
  },
);

/** Of equal times the last that arrived is the newest, whichever order the oracle finds. */
function plain(window: StandingWindow): object {
  return { ...window, values: { ...window.values, newest: undefined } };
}

test.each(['day', 'week'] as const)(
  'results so far of a %s are told at each boundary from its first event on',
  (unit) => {
    fc.assert(
      fc.property(drawn, fc.constantFrom(hour, 5 * hour, 24 * hour), (events, every) => {
        const grid = calendarGrid(unit, zone);
        const window: WindowDefinition = { kind: 'calendar', unit, timezone: zone, every: millis(every) };
        const begins = new Set(events.map(({ at }) => grid.start(at as EpochMillis)));
        const windows = [...begins].flatMap((begin) => {
          const end = grid.end(begin);
          const ends = Array.from({ length: Math.ceil((end - begin) / every) }, (_, k) =>
            Math.min(begin + (k + 1) * every, end),
          );
          return ends.flatMap((boundary) => said(events, begin, boundary, true) ?? []);
        });
        windows.sort((a, b) => a.end - b.end);
        const { records } = run(ruleOver({ window, emit: 'final', cooldown: 0 }), events);
        expect(standing(records).map(plain)).toEqual(windows.map(plain));
        expect(records).toHaveLength(windows.length);
      }),
      { numRuns: 150 },
    );
  },
);

test('as soon as the data says so, results so far are told of steps into which events came', () => {
  fc.assert(
    fc.property(drawn, fc.constantFrom(hour, 7 * hour), (events, every) => {
      const grid = calendarGrid('day', zone);
      const window: WindowDefinition = { kind: 'calendar', unit: 'day', timezone: zone, every: millis(every) };
      const ends = new Map<number, number>();
      for (const { at } of events) {
        const begin = grid.start(at as EpochMillis);
        const step = begin + Math.floor((at - begin) / every) * every;
        ends.set(Math.min(step + every, grid.end(begin)), begin);
      }
      const windows = [...ends].flatMap(([end, begin]) => said(events, begin, end, false) ?? []).filter(isTrue);
      windows.sort((a, b) => a.end - b.end);
      const pipeline = ruleOver({ window, having: 'n == 2 || n == 4', emit: 'changes', cooldown: 0 });
      expect(standing(run(pipeline, events).records).map(plain)).toEqual(windows.map(plain));
    }),
    { numRuns: 200 },
  );
});

test('a day of 25 hours has one boundary of an hour more, and its last window is the day', () => {
  const window: WindowDefinition = { kind: 'calendar', unit: 'day', timezone: zone, every: millis(hour) };
  const day = Date.parse('2026-10-24T23:00:00Z');
  const { records } = run(ruleOver({ window, emit: 'final', cooldown: 0 }), [{ at: day, total: 1 }]);
  expect(records).toHaveLength(25);
  expect(standing(records).at(-1)).toMatchObject({ start: day, end: day + 25 * hour });
});

test('an event that is late for some windows counts for those to come, and what was told stays', () => {
  const pipeline = ruleOver({
    window: hopping(10 * minute, 5 * minute),
    emit: 'final',
    cooldown: 0,
    allowedLateness: '0s',
  });
  const events = [0, 6, 4, 30].map((at) => ({ at: start + at * minute, total: 1 }));
  const { records, late } = run(pipeline, events);
  expect(late).toBe(0);
  expect(standing(records).map(({ end, values }) => [(end - start) / minute, 'n' in values && values.n])).toEqual([
    [5, 1],
    [10, 3],
    [15, 1],
    [35, 1],
    [40, 1],
  ]);
  expect(records.every(({ revision }) => revision === 0)).toBe(true);
});

test('no window is told twice, nor amended once it was told', () => {
  fc.assert(
    fc.property(dense, sizes, (events, [size, every]) => {
      const window = hopping(size, every);
      const { records } = run(
        ruleOver({ window, emit: 'final', cooldown: 0, allowedLateness: '3m', outOfOrderness: '1m' }),
        events,
      );
      expect(records.filter(({ revision }) => revision > 0)).toEqual([]);
      expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
    }),
    { numRuns: 300 },
  );
});
