/** Windows that are panes: tumbling windows and calendar periods, each named by its start. */
import type { EpochMillis, Millis } from '../time.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import type { WindowBounds } from './compiled-rule.ts';
import type { KeyPanes } from './key-panes.ts';
import type { KeyWindows, WindowForm } from './key-windows.ts';
import type { Pane } from './pane.ts';
import type { Touch } from './touch.ts';

/** `longest` is the length of the longest window. */
export function singlePaneForm(grid: PaneGrid, longest: Millis): WindowForm {
  return {
    grid,
    isLog: false,
    isNamedByPane: true,
    closesByWindow: false,
    longest: 0 as Millis,
    reach: longest,
    firstChanged: (t) => grid.start(t),
    pastChanged: (t) => (grid.start(t) + 1) as EpochMillis,
    since: (name) => name,
    lastEnd: (_, pane) => grid.end(pane),
    isForgotten: ({ start }, frozen) => start < frozen,
    namesOf: ({ start, end }) => ({ first: start, last: grid.start((end - 1) as EpochMillis) }),
    open: (_, panes) => new SinglePaneWindows(grid, panes),
  };
}

class SinglePaneWindows implements KeyWindows {
  readonly #grid: PaneGrid;
  readonly #panes: KeyPanes;

  constructor(grid: PaneGrid, panes: KeyPanes) {
    this.#grid = grid;
    this.#panes = panes;
  }

  add(pane: Pane, touch: Touch): boolean {
    pane.aggregation?.add(touch);
    return false;
  }

  absorbed(): void {
    // A window is its pane: nothing is known of it twice.
  }

  changed(_: EpochMillis, pane: EpochMillis, into: Set<EpochMillis>): void {
    into.add(pane);
  }

  names(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    return this.#panes.starts().filter((start) => start >= from && start < to);
  }

  bounds(name: EpochMillis): WindowBounds {
    return { start: name, end: this.#grid.end(name) };
  }

  has(name: EpochMillis): boolean {
    return this.newest(name) > Number.NEGATIVE_INFINITY;
  }

  results(name: EpochMillis): readonly unknown[] | undefined {
    const aggregation = this.#panes.get(name)?.aggregation;
    return aggregation === undefined || aggregation.newest === Number.NEGATIVE_INFINITY
      ? undefined
      : aggregation.results();
  }

  newest(name: EpochMillis): EpochMillis {
    return this.#panes.get(name)?.aggregation?.newest ?? (Number.NEGATIVE_INFINITY as EpochMillis);
  }

  evidence(name: EpochMillis): readonly Touch[] {
    return this.#panes.get(name)?.aggregation?.evidence.touches ?? [];
  }

  keeps(): boolean {
    return false;
  }

  home(name: EpochMillis): EpochMillis {
    return name;
  }

  isTold(name: EpochMillis): boolean {
    return this.#panes.get(name)?.closed === true;
  }

  forget(): void {
    // What is kept is kept in panes, which go as a whole.
  }
}
