/**
 * Where panes begin and end. A pane is the smallest piece of keyed state: for tumbling and calendar windows it is the
 * window itself (Flink's TumblingEventTimeWindows), for sliding windows a stretch of the key's log as wide as the
 * window, so that a window touches at most two.
 */
import { Temporal } from 'temporal-polyfill';
import type { WindowDefinition } from '../pipeline/definition.ts';
import type { EpochMillis, Millis } from '../time.ts';

export interface PaneGrid {
  /** The start of the pane that holds an instant. */
  start(t: EpochMillis): EpochMillis;
  /** The end, exclusive, of the pane with this start. */
  end(start: EpochMillis): EpochMillis;
}

export function paneGrid(window: WindowDefinition, cooldown: Millis): PaneGrid {
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
  let cachedStart = Number.POSITIVE_INFINITY as EpochMillis;
  let cachedEnd = Number.NEGATIVE_INFINITY as EpochMillis;
  const ends = new Map<EpochMillis, EpochMillis>();
  const look = (t: EpochMillis): void => {
    const day = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(timezone).startOfDay();
    cachedStart = day.epochMilliseconds as EpochMillis;
    cachedEnd = day.add({ days: 1 }).startOfDay().epochMilliseconds as EpochMillis;
    if (ends.size > 1000) ends.clear();
    ends.set(cachedStart, cachedEnd);
  };
  return {
    start(t) {
      if (t < cachedStart || t >= cachedEnd) look(t);
      return cachedStart;
    },
    end(start) {
      const known = ends.get(start);
      if (known !== undefined) return known;
      look(start);
      return cachedEnd;
    },
  };
}
