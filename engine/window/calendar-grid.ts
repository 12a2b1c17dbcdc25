/**
 * Hours, days, weeks and months of a time zone as panes. A day begins at the first instant of its local date (some
 * midnights do not exist, some come twice), a week with its Monday, a month with its first. An hour begins where the
 * clock shows a full one, and where a change of the clocks leads into another one: an hour that comes twice is two.
 */
// Function by function: all of Temporal would be a quarter of what a function of Lambda loads of Weir.
import * as Instant from 'temporal-polyfill/fns/Instant';
import * as PlainDate from 'temporal-polyfill/fns/PlainDate';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';
import type { CalendarUnit } from '../pipeline/definition.ts';
import type { EpochMillis, Millis } from '../time.ts';
import type { PaneGrid } from './pane-grid.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** No period is longer: clocks go back by an hour at most times, and by a day where a country changes sides. */
export const longestPeriod: Readonly<Record<CalendarUnit, Millis>> = {
  hour: (2 * hour) as Millis,
  day: (2 * day) as Millis,
  week: (8 * day) as Millis,
  month: (32 * day) as Millis,
};

interface Period {
  readonly start: number;
  readonly end: number;
}

const grids = new Map<string, PaneGrid>();

/** One grid for all rules of a unit and a time zone: finding a period costs more than all else of an event. */
export function calendarGrid(unit: CalendarUnit, timezone: string): PaneGrid {
  const name = `${unit} ${timezone}`;
  const known = grids.get(name);
  if (known !== undefined) return known;
  const grid = gridOf(
    unit === 'hour' ? hoursOf(timezone) : unit === 'day' ? daysOf(timezone) : datesOf(unit, timezone),
  );
  grids.set(name, grid);
  return grid;
}

/** Steps of elapsed time from the start of each period on; the last may be shorter. */
export function stepGrid(periods: PaneGrid, every: Millis): PaneGrid {
  return {
    start(t) {
      const begin = periods.start(t);
      return (begin + Math.floor((t - begin) / every) * every) as EpochMillis;
    },
    end: (start) => Math.min(start + every, periods.end(periods.start(start))) as EpochMillis,
  };
}

function gridOf(find: (t: number) => Period): PaneGrid {
  let start = Number.POSITIVE_INFINITY as EpochMillis;
  let end = Number.NEGATIVE_INFINITY as EpochMillis;
  const ends = new Map<EpochMillis, EpochMillis>();
  const look = (t: EpochMillis): void => {
    const found = find(t);
    start = found.start as EpochMillis;
    end = found.end as EpochMillis;
    if (ends.size > 1000) ends.clear();
    ends.set(start, end);
  };
  return {
    start(t) {
      if (t < start || t >= end) look(t);
      return start;
    },
    end(from) {
      const known = ends.get(from);
      if (known !== undefined) return known;
      look(from);
      return end;
    },
  };
}

/** Far from where the clocks change, days are arithmetic; the calendar is asked about the others. */
function daysOf(timezone: string): (t: number) => Period {
  const spanAt = offsetSpans(timezone);
  const ofCalendar = datesOf('day', timezone);
  return (t) => {
    const span = spanAt(t);
    const start = floorTo(day, t, span);
    return start - day >= span.from && start + 2 * day <= span.until ? { start, end: start + day } : ofCalendar(t);
  };
}

function datesOf(unit: 'day' | 'week' | 'month', timezone: string): (t: number) => Period {
  const begin = (date: PlainDate.Record): number => PlainDate.toZonedDateTime(date, timezone).epochMilliseconds;
  const add = { day: PlainDate.addDays, week: PlainDate.addWeeks, month: PlainDate.addMonths }[unit];
  return (t) => {
    const date = ZonedDateTime.toPlainDate(zoned(t, timezone));
    let first =
      unit === 'month'
        ? PlainDate.withDayOfMonth(date, 1)
        : unit === 'week'
          ? PlainDate.subtractDays(date, PlainDate.dayOfWeek(date) - 1)
          : date;
    const next = (): PlainDate.Record => (first = add(first, 1));
    let start = begin(first);
    // Where clocks go back over midnight, the end of a date comes again after the next has begun.
    for (;;) {
      const end = begin(next());
      if (end > t) return { start, end };
      start = end;
    }
  };
}

function hoursOf(timezone: string): (t: number) => Period {
  const spanAt = offsetSpans(timezone);
  /** True where a change of the clocks leads from one hour into another, or to the beginning of one. */
  const isBoundary = (change: number): boolean => {
    const before = change - 1 + spanAt(change - 1).offset;
    const after = change + spanAt(change).offset;
    return after % hour === 0 || Math.floor(before / hour) !== Math.floor(after / hour);
  };
  return (t) => {
    let span = spanAt(t);
    let start = floorTo(hour, t, span);
    while (start < span.from && !isBoundary(span.from)) {
      const { from } = span;
      span = spanAt(from - 1);
      start = floorTo(hour, from - 1, span);
    }
    start = Math.max(start, span.from);
    span = spanAt(t);
    let end = floorTo(hour, t, span) + hour;
    while (end >= span.until && !isBoundary(span.until)) {
      const { until } = span;
      span = spanAt(until);
      end = floorTo(hour, until, span) + hour;
    }
    end = Math.min(end, span.until);
    return { start, end };
  };
}

/** A stretch of time in which a zone's clocks keep their distance from UTC, all in milliseconds. */
interface OffsetSpan {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}

function floorTo(size: number, t: number, { offset }: OffsetSpan): number {
  return Math.floor((t + offset) / size) * size - offset;
}

/** Looks spans up; the one that was asked for last is known. */
function offsetSpans(timezone: string): (t: number) => OffsetSpan {
  let span: OffsetSpan = { from: 0, until: 0, offset: 0 };
  return (t) => {
    if (t < span.from || t >= span.until) span = offsetSpan(timezone, t);
    return span;
  };
}

function offsetSpan(timezone: string, t: number): OffsetSpan {
  const local = zoned(t, timezone);
  // The change before an instant is looked for from the next millisecond on, so that one at the instant is found.
  const before = ZonedDateTime.getTimeZoneTransition(ZonedDateTime.addMilliseconds(local, 1), 'previous');
  const after = ZonedDateTime.getTimeZoneTransition(local, 'next');
  return {
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: after?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: ZonedDateTime.offsetNanoseconds(local) / 1e6,
  };
}

function zoned(t: number, timezone: string): ZonedDateTime.Record {
  return Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(t), timezone);
}
