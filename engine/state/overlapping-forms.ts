/** Where the windows lie of which each has several panes. */
import type { EpochMillis, Millis } from '../time.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import type { WindowBounds } from './compiled-rule.ts';
import type { Schedule, WindowForm } from './key-windows.ts';
import { OverlappingWindows, type WindowLayout } from './overlapping-windows.ts';

/**
 * Windows [k · every, k · every + size) from the epoch on (Flink's SlidingEventTimeWindows without an offset), named by
 * their end. There is one wherever it holds an event, also where it began before the first.
 */
export function hoppingForm(grid: PaneGrid, size: Millis, every: Millis): WindowForm {
  const nameFrom = (t: EpochMillis): EpochMillis => (Math.ceil((t - size) / every) * every + size) as EpochMillis;
  const pastChanged = (t: EpochMillis): EpochMillis => (t + size + 1) as EpochMillis;
  const layout: WindowLayout = {
    firstChanged: (t) => nameFrom((t + 1) as EpochMillis),
    pastChanged,
    bounds: (name) => ({ start: (name - size) as EpochMillis, end: name }),
    nameFrom,
    named: (pane) => ({ from: nameFrom((pane + 1) as EpochMillis), to: pastChanged(pane) }),
  };
  return {
    ...formOf(grid, layout),
    isNamedByPane: false,
    reach: (2 * size) as Millis,
    since: (name) => (name - size) as EpochMillis,
    lastEnd: (t) => (Math.floor(t / every) * every + size) as EpochMillis,
    namesOf: ({ start, end }) => ({ first: (start + size) as EpochMillis, last: end }),
  };
}

/**
 * Windows from the start of a calendar period to each of its boundaries, the last of which is its end. Each ends with a
 * pane, a step of the period, and is named by that pane's start. As soon as the data says so, a window is told of where
 * events came in its last step; finally, each that holds events.
 */
export function cumulativeForm(grid: PaneGrid, periods: PaneGrid, longest: Millis): WindowForm {
  const periodEnd = (t: EpochMillis): EpochMillis => periods.end(periods.start(t));
  const layout: WindowLayout = {
    firstChanged: (t) => grid.start(t),
    pastChanged: periodEnd,
    bounds: (name): WindowBounds => ({ start: periods.start(name), end: grid.end(name) }),
    nameFrom(t) {
      const pane = grid.start(t);
      return pane === t ? pane : grid.end(pane);
    },
    named: (pane) => ({ from: pane, to: (pane + 1) as EpochMillis }),
  };
  return {
    ...formOf(grid, layout),
    isNamedByPane: true,
    reach: longest,
    since: (name) => periods.start(name),
    lastEnd: periodEnd,
    // All windows of a period begin together: an episode begins with the one that names it.
    namesOf: ({ end }, name) => {
      const last = grid.start((end - 1) as EpochMillis);
      return { first: name < last ? name : last, last };
    },
  };
}

function formOf(grid: PaneGrid, layout: WindowLayout) {
  return {
    grid,
    isLog: false,
    firstChanged: layout.firstChanged,
    pastChanged: layout.pastChanged,
    isForgotten: ({ start }, frozen) => start < frozen,
    closesByWindow: true,
    longest: 0 as Millis,
    open: (rule, panes) => new OverlappingWindows(layout, scheduleOf(layout), rule, panes),
  } satisfies Partial<WindowForm>;
}

function scheduleOf(layout: WindowLayout): Schedule {
  function* from(first: EpochMillis, past: EpochMillis): Iterable<EpochMillis> {
    for (let name = layout.nameFrom(first); name < past; name = layout.nameFrom((name + 1) as EpochMillis)) yield name;
  }
  return {
    nextEnd(pane, after) {
      for (const name of from(layout.firstChanged(pane), layout.pastChanged(pane))) {
        const { end } = layout.bounds(name);
        if (end > after) return end;
      }
      return undefined;
    },
    endingIn(pane, after, until) {
      const names: EpochMillis[] = [];
      for (const name of from(layout.firstChanged(pane), layout.pastChanged(pane))) {
        const { end } = layout.bounds(name);
        if (end > until) break;
        if (end > after) names.push(name);
      }
      return names;
    },
    between: (first, last) => [...from(first, (last + 1) as EpochMillis)],
  };
}
