/**
 * Where panes begin and end. A pane is the smallest piece of keyed state: for tumbling and calendar windows it is the
 * window itself (Flink's TumblingEventTimeWindows), for sliding windows a stretch of the key's log as wide as the
 * window, so that a window touches at most two.
 */
import { Temporal } from 'temporal-polyfill';
import type { WindowPlan } from '../plan/plan.ts';
import type { EpochMillis, Millis } from '../time.ts';

export interface PaneGrid {
  /** The start of the pane that holds an instant. */
  start(t: EpochMillis): EpochMillis;
  /** The end, exclusive, of the pane with this start. */
  end(start: EpochMillis): EpochMillis;
}

export function paneGrid(window: Exclude<WindowPlan, { readonly kind: 'instant' }>, cooldown: Millis): PaneGrid {
  switch (window.kind) {
    case 'tumbling':
      return fixedGrid(window.size, window.offset);
    case 'sliding':
      return fixedGrid(Math.max(window.size, cooldown), 0);
    case 'calendar':
      return dayGrid(window.timezone);
  }
}

function fixedGrid(size: number, offset: number): PaneGrid {
  return {
    start: (t) => (Math.floor((t - offset) / size) * size + offset) as EpochMillis,
    end: (start) => (start + size) as EpochMillis,
  };
}

const dayGrids = new Map<string, PaneGrid>();

/** One grid for all rules of a time zone: finding a day costs more than all else of an event. */
function dayGrid(timezone: string): PaneGrid {
  const known = dayGrids.get(timezone);
  if (known !== undefined) return known;
  const grid = createDayGrid(timezone);
  dayGrids.set(timezone, grid);
  return grid;
}

/** Days of a time zone: they begin at the first instant of the local date, and have 23 to 25 hours. */
function createDayGrid(timezone: string): PaneGrid {
  let start = Number.POSITIVE_INFINITY as EpochMillis;
  let end = Number.NEGATIVE_INFINITY as EpochMillis;
  let span: OffsetSpan = { from: 0, until: 0, offset: 0 };
  const ends = new Map<EpochMillis, EpochMillis>();
  const look = (t: EpochMillis): void => {
    if (t < span.from || t >= span.until) span = offsetSpan(timezone, t);
    const plain = Math.floor((t + span.offset) / day) * day - span.offset;
    // Far from where the clocks change, days are arithmetic; the calendar is asked about the others.
    if (plain - day >= span.from && plain + 2 * day <= span.until) {
      start = plain as EpochMillis;
      end = (plain + day) as EpochMillis;
    } else {
      const first = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(timezone).startOfDay();
      start = first.epochMilliseconds as EpochMillis;
      end = first.add({ days: 1 }).startOfDay().epochMilliseconds as EpochMillis;
    }
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

const day = 86_400_000;

/** A stretch of time in which a zone's clocks keep their distance from UTC, all in milliseconds. */
interface OffsetSpan {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}

function offsetSpan(timezone: string, t: EpochMillis): OffsetSpan {
  const local = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(timezone);
  // The change before an instant is looked for from the next millisecond on, so that one at the instant is found.
  const before = local.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const after = local.getTimeZoneTransition('next');
  return {
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: after?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: local.offsetNanoseconds / 1e6,
  };
}
