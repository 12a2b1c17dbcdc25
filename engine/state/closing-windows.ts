/**
 * What sequences and joins put into a stream: each result once, when no event that may still come can change it. A window
 * is here the instant at which results close, and all that close then; each of them is named by its event.
 */
import { type EpochMillis, largest, type Millis } from '../time.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import type { WindowBounds, WindowedRule } from './compiled-rule.ts';
import { countHeld } from './key-limits.ts';
import type { KeyPanes } from './key-panes.ts';
import type { KeyWindows, Schedule, WindowForm } from './key-windows.ts';
import type { Pane } from './pane.ts';
import { type EventReference, isSameEvent, type Touch } from './touch.ts';

export interface Closing {
  /** It follows from the events before this instant. */
  readonly at: EpochMillis;
  readonly subject: Touch;
  /** The time of the last event that it holds, whose pane notes that it is told. */
  readonly last: EpochMillis;
  readonly bounds: WindowBounds;
  readonly values: readonly unknown[];
}

/** The events of a key in order, and the results that they come to. */
export interface ClosingLog {
  insert(touch: Touch): void;
  /** Those that close in (after, until], given that all events before `until` have come. */
  closing(after: EpochMillis, until: EpochMillis): readonly Closing[];
  /**
   * When something may close after an instant, at the soonest, because of the events of the pane [from, to); undefined:
   * nothing can. Whoever asks may know the events of this pane alone.
   */
  nextClosing(from: EpochMillis, to: EpochMillis, after: EpochMillis): EpochMillis | undefined;
  /** Events of times in [from, to). */
  between(from: EpochMillis, to: EpochMillis): readonly Touch[];
  forget(until: EpochMillis): void;
}

/** `decides`: how long before it closes events decide over a result. */
export function closingForm(
  grid: PaneGrid,
  { reach, decides }: { readonly reach: Millis; readonly decides: Millis },
  logOf: (rule: WindowedRule) => ClosingLog,
): WindowForm {
  return {
    grid,
    isLog: true,
    isNamedByPane: false,
    closesByWindow: true,
    longest: 0 as Millis,
    reach,
    firstChanged: (t) => t,
    pastChanged: (t) => (t + reach + 1) as EpochMillis,
    since: (name) => (name - decides) as EpochMillis,
    // Which results are told must not depend on what else has come: an event comes in time where none of it can have been.
    lastEnd: (t) => (t + 1) as EpochMillis,
    isForgotten: ({ end }, frozen) => end < frozen,
    open: (rule, panes) => new ClosingWindows(rule, panes, logOf(rule)),
  };
}

class ClosingWindows implements KeyWindows {
  readonly schedule: Schedule;
  readonly #rule: WindowedRule;
  readonly #panes: KeyPanes;
  readonly #log: ClosingLog;
  /** Those that were found since the last event came. */
  readonly #found = new Map<EpochMillis, readonly Closing[]>();

  constructor(rule: WindowedRule, panes: KeyPanes, log: ClosingLog) {
    this.#rule = rule;
    this.#panes = panes;
    this.#log = log;
    const { grid } = rule;
    this.schedule = {
      nextEnd: (pane, after) => log.nextClosing(pane, grid.end(pane), after),
      endingIn: (pane, after, until) =>
        this.#find(after, until)
          .filter(([, closings]) => closings.some(({ last }) => grid.start(last) === pane))
          .map(([name]) => name),
      between: (first, last) => this.names(first, (last + 1) as EpochMillis),
    };
  }

  add(pane: Pane, touch: Touch): boolean {
    countHeld(this.#rule, pane, touch);
    this.#found.clear();
    this.#log.insert(touch);
    return false;
  }

  absorbed(): void {
    // A log takes in events one by one.
  }

  changed(t: EpochMillis, _: EpochMillis, into: Set<EpochMillis>): void {
    for (const name of this.names(t, this.#rule.form.pastChanged(t))) into.add(name);
  }

  names(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    return this.#find((from - 1) as EpochMillis, (to - 1) as EpochMillis).map(([name]) => name);
  }

  bounds(name: EpochMillis, subject?: Touch): WindowBounds {
    return this.#of(name, subject)?.bounds ?? { start: name, end: name };
  }

  has(name: EpochMillis): boolean {
    return this.#at(name).length > 0;
  }

  results(name: EpochMillis, subject?: Touch): readonly unknown[] | undefined {
    return this.#of(name, subject)?.values;
  }

  subjects(name: EpochMillis): readonly Touch[] {
    return this.#at(name).map(({ subject }) => subject);
  }

  newest(name: EpochMillis, subject?: Touch): EpochMillis {
    return this.bounds(name, subject).end;
  }

  /** A result in a stream shows no events. */
  evidence(): readonly Touch[] {
    return none;
  }

  keeps(event: EventReference): boolean {
    return this.#log.between(event.t, (event.t + 1) as EpochMillis).some((entry) => isSameEvent(entry.event, event));
  }

  home(name: EpochMillis): EpochMillis {
    return largest(this.#at(name).map(({ last }) => last));
  }

  isTold(name: EpochMillis): boolean {
    return this.#at(name).every(({ last }) => (this.#panes.get(this.#rule.grid.start(last))?.told ?? name - 1) >= name);
  }

  forget(frozen: EpochMillis): void {
    this.#found.clear();
    this.#log.forget(frozen);
  }

  #of(name: EpochMillis, subject: Touch | undefined): Closing | undefined {
    return this.#at(name).find((closing) => subject === undefined || closing.subject === subject);
  }

  #at(name: EpochMillis): readonly Closing[] {
    return this.#found.get(name) ?? this.#find((name - 1) as EpochMillis, name)[0]?.[1] ?? none;
  }

  /** By when they close, in order. */
  #find(after: EpochMillis, until: EpochMillis): (readonly [EpochMillis, readonly Closing[]])[] {
    const found = new Map<EpochMillis, Closing[]>();
    for (const closing of this.#log.closing(after, until)) {
      const same = found.get(closing.at);
      if (same === undefined) found.set(closing.at, [closing]);
      else same.push(closing);
    }
    for (const [at, closings] of found) this.#found.set(at, closings);
    return [...found].sort(([a], [b]) => a - b);
  }
}

const none: readonly never[] = [];
