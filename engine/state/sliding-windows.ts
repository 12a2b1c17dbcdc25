/**
 * Windows that end with each event, (t − size, t], found on the key's log and named by their end; of `last`, the newest
 * events of such a window. Where `size` is 1 each instant is a window: alerts of stateless rules that a cooldown joins.
 */
import type { EpochMillis, Millis } from '../time.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import type { WindowBounds, WindowedRule } from './compiled-rule.ts';
import { countHeld } from './key-limits.ts';
import type { KeyPanes } from './key-panes.ts';
import type { KeyWindows, WindowForm } from './key-windows.ts';
import type { Pane } from './pane.ts';
import { SlidingLog } from './sliding-log.ts';
import type { EventReference, Touch } from './touch.ts';

export interface SlidingShape {
  readonly size: Millis;
  /** How long a window is as alerts show it. */
  readonly shown: Millis;
  /** How many events, the newest, a window holds; absent: all. */
  readonly most?: number;
}

export function slidingForm(grid: PaneGrid, shape: SlidingShape): WindowForm {
  const { size, shown } = shape;
  return {
    grid,
    isLog: true,
    isNamedByPane: false,
    closesByWindow: false,
    longest: 0 as Millis,
    reach: (2 * size) as Millis,
    firstChanged: (t) => t,
    pastChanged: (t) => (t + size) as EpochMillis,
    since: (name) => (name - size) as EpochMillis,
    lastEnd: (t) => (t + size) as EpochMillis,
    isForgotten: ({ end }, frozen) => end < frozen,
    namesOf: ({ start, end }) => ({ first: (start + shown) as EpochMillis, last: end }),
    open: (rule, panes) => new SlidingWindows(rule, panes, shape),
  };
}

/** It is the log itself, and does not refer to one: of many keys, each object is one more to be fetched from memory. */
class SlidingWindows extends SlidingLog implements KeyWindows {
  readonly #rule: WindowedRule;
  readonly #panes: KeyPanes;
  readonly #shown: Millis;

  constructor(rule: WindowedRule, panes: KeyPanes, { size, shown, most }: SlidingShape) {
    super(size, rule.createAccumulators, most);
    this.#rule = rule;
    this.#panes = panes;
    this.#shown = shown;
  }

  add(pane: Pane, touch: Touch): boolean {
    countHeld(this.#rule, pane, touch);
    return this.insert(touch);
  }

  absorbed(): void {
    // A log takes in events one by one.
  }

  changed(t: EpochMillis, _: EpochMillis, into: Set<EpochMillis>): void {
    const { form } = this.#rule;
    for (const name of this.names(form.firstChanged(t), form.pastChanged(t))) into.add(name);
  }

  names(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    return this.times(from, to);
  }

  bounds(name: EpochMillis): WindowBounds {
    return { start: (name - this.#shown) as EpochMillis, end: name };
  }

  lacks(events: number): boolean {
    return this.length < events;
  }

  /** Windows are named by their events. */
  has(): boolean {
    return true;
  }

  results(name: EpochMillis): readonly unknown[] {
    return this.resultsAt(name);
  }

  newest(name: EpochMillis): EpochMillis {
    return name;
  }

  evidence(name: EpochMillis): readonly Touch[] {
    return this.newestEntries(name, this.#rule.plan.evidence);
  }

  keeps(event: EventReference): boolean {
    return this.holds(event);
  }

  home(name: EpochMillis): EpochMillis {
    return name;
  }

  isTold(name: EpochMillis): boolean {
    return this.#panes.get(this.#rule.grid.start(name))?.closed === true;
  }
}
