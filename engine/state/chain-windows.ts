/**
 * Windows that follow from each other, found on the key's log and named by the time of their first event: sessions, and
 * windows that end when their first event says.
 */
import type { Emit } from '../pipeline/definition.ts';
import { beginningOfTime, type EpochMillis, instantAfter, largest, type Millis } from '../time.ts';
import { chainChanges, chainDecides, chainReach } from '../window/chain-reach.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import { resultsOf } from './aggregation.ts';
import { type Chain, ChainLog, type ChainWindow } from './chain-log.ts';
import type { WindowBounds, WindowedRule } from './compiled-rule.ts';
import { countHeld } from './key-limits.ts';
import type { KeyPanes } from './key-panes.ts';
import type { KeyWindows, Schedule, WindowForm } from './key-windows.ts';
import type { Pane } from './pane.ts';
import { compareEvidence, type EventReference, isSameEvent, type Touch } from './touch.ts';

export function chainForm(grid: PaneGrid, chain: Chain, emit: Emit): WindowForm {
  const { max } = chain;
  return {
    grid,
    isLog: true,
    isNamedByPane: false,
    closesByWindow: true,
    longest: max,
    reach: chainReach(max),
    firstChanged: (t) => (t - max) as EpochMillis,
    pastChanged: (t) => (t + chainChanges(max) + 1) as EpochMillis,
    since: (name) => (name - chainDecides(max)) as EpochMillis,
    // What is told finally is not revised, and which windows are told must not depend on what else has come: an event
    // comes in time where no window with it can have been told.
    lastEnd: (t) => (t + (emit === 'final' ? 1 : max)) as EpochMillis,
    isForgotten: ({ end }, frozen) => end < frozen,
    namesOf: ({ start, end }) => ({ first: start, last: lastInstant(end) }),
    open: (rule, panes) => new ChainWindows(rule, panes, chain),
  };
}

class ChainWindows implements KeyWindows {
  readonly schedule: Schedule;
  readonly #rule: WindowedRule;
  readonly #panes: KeyPanes;
  readonly #log: ChainLog;
  readonly #max: Millis;
  readonly #showsFirst: boolean;
  /** True where what a window tells is final once no event before its first can come: then it closes with that. */
  readonly #closesWithFirst: boolean;

  constructor(rule: WindowedRule, panes: KeyPanes, chain: Chain) {
    this.#rule = rule;
    this.#panes = panes;
    this.#log = new ChainLog(chain);
    this.#max = chain.max;
    this.#showsFirst = chain.shows === 'first';
    this.#closesWithFirst = this.#showsFirst && rule.plan.emit === 'final';
    const closes = (window: ChainWindow): EpochMillis => this.#closes(window);
    this.schedule = {
      nextEnd: (pane, after) => (this.#closesWithFirst ? this.#firstAfter(pane, after) : this.#nextClose(pane, after)),
      endingIn: (pane, after, until) =>
        this.#of(pane)
          .filter((window) => closes(window) > after && closes(window) <= until)
          .map(({ start }) => start),
      between: (first, last) => this.names(first, (last + 1) as EpochMillis),
    };
  }

  add(pane: Pane, touch: Touch): boolean {
    countHeld(this.#rule, pane, touch);
    this.#log.add(touch);
    return false;
  }

  absorbed(): void {
    // A log takes in events one by one.
  }

  changed(t: EpochMillis, _: EpochMillis, into: Set<EpochMillis>): void {
    for (const name of this.names(this.firstChanged(t), this.#rule.form.pastChanged(t))) into.add(name);
  }

  /** What came before an event decides over it, and not the other way round. */
  firstChanged(t: EpochMillis): EpochMillis {
    return this.#log.windowAt(t)?.start ?? this.#rule.form.firstChanged(t);
  }

  names(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    return [...this.#log.between(from, to)].map(({ start }) => start);
  }

  /** Whoever has seen less may have a window begin with any event. */
  everNamed(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    return this.#log.times(from, to);
  }

  bounds(name: EpochMillis): WindowBounds {
    const window = this.#log.windowAt(name);
    return window === undefined ? { start: name, end: name } : { start: window.start, end: this.#log.end(window) };
  }

  has(name: EpochMillis): boolean {
    return this.#log.windowAt(name) !== undefined;
  }

  results(name: EpochMillis): readonly unknown[] | undefined {
    const window = this.#log.windowAt(name);
    if (window === undefined) return undefined;
    const accumulators = (window.accumulators ??= this.#rule.createAccumulators());
    for (; window.added < window.to; window.added++) {
      const touch = this.#log.entries[window.added];
      if (touch === undefined) break;
      for (let slot = 0; slot < accumulators.length; slot++) {
        const arg = touch.args[slot];
        if (arg !== null) accumulators[slot]?.add(arg, touch.event);
      }
    }
    return resultsOf(accumulators);
  }

  newest(name: EpochMillis): EpochMillis {
    const window = this.#log.windowAt(name);
    if (window === undefined) return name;
    return this.#showsFirst ? window.start : this.#log.newest(window);
  }

  evidence(name: EpochMillis): readonly Touch[] {
    const window = this.#log.windowAt(name);
    const { evidence } = this.#rule.plan;
    if (window === undefined || evidence === 0) return [];
    const { entries } = this.#log;
    if (this.#showsFirst) return entries.slice(window.from, Math.min(window.to, window.from + evidence));
    let from = Math.max(window.from, window.to - evidence);
    // Which of equal times come last is asked of all of them.
    while (from > window.from && entries[from - 1]?.event.t === entries[from]?.event.t) from--;
    return entries.slice(from, window.to).sort(compareEvidence).slice(-evidence);
  }

  keeps(event: EventReference): boolean {
    return this.#log.entries.some((entry) => entry.event.t === event.t && isSameEvent(entry.event, event));
  }

  home(name: EpochMillis): EpochMillis {
    const window = this.#log.windowAt(name);
    return window === undefined ? name : this.#log.newest(window);
  }

  /** One that was told is told of in a pane of its events, of which there are two at most. */
  isTold(name: EpochMillis): boolean {
    const window = this.#log.windowAt(name);
    if (window === undefined) return false;
    const { grid } = this.#rule;
    const homes = [grid.start(window.start), grid.start(this.#log.newest(window))];
    return homes.some((home) => (this.#panes.get(home)?.told ?? beginningOfTime) >= this.#closes(window));
  }

  forget(frozen: EpochMillis): void {
    this.#log.forget((frozen + chainDecides(this.#max)) as EpochMillis, frozen);
  }

  #closes(window: ChainWindow): EpochMillis {
    return this.#closesWithFirst ? instantAfter(window.start) : this.#log.closes(window);
  }

  /** Of whoever knows a pane's events alone, windows may close sooner than he sees. */
  #nextClose(pane: EpochMillis, after: EpochMillis): EpochMillis | undefined {
    return this.#log.soonestEnd(pane, this.#rule.grid.end(pane), after, this.#knownClose(pane, after));
  }

  /** Windows close in their order: those before the one that holds an instant have closed by then. */
  #knownClose(pane: EpochMillis, after: EpochMillis): EpochMillis | undefined {
    const from = largest([this.#log.windowAt(pane)?.start ?? pane, this.#log.windowAt(after)?.start]);
    for (const window of this.#log.between(from, this.#rule.grid.end(pane))) {
      const end = this.#closes(window);
      if (end > after && this.#log.newest(window) >= pane) return end;
    }
    return undefined;
  }

  /** Of whoever knows a pane's events alone, any of them may open a window. */
  #firstAfter(pane: EpochMillis, after: EpochMillis): EpochMillis | undefined {
    const [first] = this.#log.times(largest([pane, after]), this.#rule.grid.end(pane));
    return first === undefined ? undefined : instantAfter(first);
  }

  /** The windows with an event in a pane: none is longer than it. */
  #of(pane: EpochMillis): ChainWindow[] {
    const from = this.#log.windowAt(pane)?.start ?? pane;
    return [...this.#log.between(from, this.#rule.grid.end(pane))].filter((window) => this.#log.newest(window) >= pane);
  }
}

/** The last instant of a window that ends then. */
function lastInstant(end: EpochMillis): EpochMillis {
  return (end - 1) as EpochMillis;
}
