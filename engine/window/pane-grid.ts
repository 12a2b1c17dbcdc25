/**
 * Where panes begin and end. A pane is the smallest piece of keyed state: for tumbling and calendar windows it is the
 * window itself (Flink's TumblingEventTimeWindows); for hopping ones as long as their windows begin and end in whole
 * panes, and for calendar windows with steps a step; for sliding windows a stretch of the key's log as wide as the
 * window, so that a window touches at most two, and so for all that are found in a log.
 */
import { joinReach } from '../plan/join-plan.ts';
import type { WindowPlan } from '../plan/plan.ts';
import type { EpochMillis, Millis } from '../time.ts';
import { calendarGrid, stepGrid } from './calendar-grid.ts';

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
    case 'hopping':
      return fixedGrid(greatestCommonDivisor(window.size, window.every), 0);
    case 'sliding':
    case 'before':
      return fixedGrid(Math.max(window.size, cooldown), 0);
    case 'last':
    case 'sequence':
      return fixedGrid(Math.max(window.within, cooldown), 0);
    case 'join':
      return fixedGrid(Math.max(joinReach(window), cooldown), 0);
    case 'session':
    case 'until':
      return fixedGrid(Math.max(window.max, cooldown), 0);
    case 'calendar': {
      const periods = calendarGrid(window.unit, window.timezone);
      return window.every === undefined ? periods : stepGrid(periods, window.every);
    }
  }
}

function fixedGrid(size: number, offset: number): PaneGrid {
  return {
    start: (t) => (Math.floor((t - offset) / size) * size + offset) as EpochMillis,
    end: (start) => (start + size) as EpochMillis,
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
