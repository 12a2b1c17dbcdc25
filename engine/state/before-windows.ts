/**
 * Windows of what was before each event, [t − size, t), found on the key's log and named by the event's time. Events of
 * one time do not see each other, and share a window: which of them a condition is true of is asked of each.
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

export function beforeForm(grid: PaneGrid, size: Millis): WindowForm {
  return {
    grid,
    isLog: true,
    isNamedByPane: false,
    closesByWindow: false,
    longest: 0 as Millis,
    reach: (2 * size) as Millis,
    firstChanged: (t) => t,
    pastChanged: (t) => (t + size + 1) as EpochMillis,
    since: (name) => (name - size) as EpochMillis,
    lastEnd: (t) => (t + size) as EpochMillis,
    isForgotten: ({ end }, frozen) => end < frozen,
    namesOf: ({ start, end }) => ({ first: (start + size) as EpochMillis, last: end }),
    open: (rule, panes) => new BeforeWindows(rule, panes, size),
  };
}

class BeforeWindows implements KeyWindows {
  readonly #rule: WindowedRule;
  readonly #panes: KeyPanes;
  readonly #log: SlidingLog;
  readonly #size: Millis;

  constructor(rule: WindowedRule, panes: KeyPanes, size: Millis) {
    this.#rule = rule;
    this.#panes = panes;
    this.#log = new SlidingLog(size, rule.createAccumulators);
    this.#size = size;
  }

  add(pane: Pane, touch: Touch): boolean {
    countHeld(this.#rule, pane, touch);
    return this.#log.insert(touch);
  }

  absorbed(): void {
    // A log takes in events one by one.
  }

  changed(t: EpochMillis, _: EpochMillis, into: Set<EpochMillis>): void {
    const { form } = this.#rule;
    for (const name of this.names(form.firstChanged(t), form.pastChanged(t))) into.add(name);
  }

  names(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    return this.#log.times(from, to);
  }

  bounds(name: EpochMillis): WindowBounds {
    return { start: (name - this.#size) as EpochMillis, end: name };
  }

  /** A window is named by its event, whether anything was before it or not. */
  has(): boolean {
    return true;
  }

  results(name: EpochMillis): readonly unknown[] {
    return this.#log.resultsAt(before(name));
  }

  subjects(name: EpochMillis): readonly Touch[] {
    return this.#log.at(name);
  }

  newest(name: EpochMillis): EpochMillis {
    return name;
  }

  /** What was before an event, and the event. */
  evidence(name: EpochMillis, subject?: Touch): readonly Touch[] {
    const { evidence } = this.#rule.plan;
    if (subject === undefined || evidence === 0) return this.#log.newestEntries(before(name), evidence);
    return [...this.#log.newestEntries(before(name), evidence - 1), subject];
  }

  keeps(event: EventReference): boolean {
    return this.#log.holds(event);
  }

  home(name: EpochMillis): EpochMillis {
    return name;
  }

  isTold(name: EpochMillis): boolean {
    return this.#panes.get(this.#rule.grid.start(name))?.closed === true;
  }

  forget(frozen: EpochMillis): void {
    this.#log.forget(frozen);
  }
}

/** The last instant before one: a window of it that holds its end holds all that was before. */
function before(t: EpochMillis): EpochMillis {
  return (t - 1) as EpochMillis;
}
