/**
 * Windows of several panes, a pane being in several of them: hopping windows, and results so far of calendar periods.
 * A window is the merge of its panes. Windows that events came into are kept merged, so that an event is added to each
 * of them; one with a single pane is that pane.
 */
import type { EpochMillis } from '../time.ts';
import { Aggregation } from './aggregation.ts';
import type { WindowBounds, WindowedRule } from './compiled-rule.ts';
import type { KeyPanes } from './key-panes.ts';
import type { KeyWindows, Schedule, WindowForm } from './key-windows.ts';
import type { Pane } from './pane.ts';
import type { Touch } from './touch.ts';

/** Which windows there are. */
export interface WindowLayout extends Pick<WindowForm, 'firstChanged' | 'pastChanged'> {
  bounds(name: EpochMillis): WindowBounds;
  /** The first name at or after an instant. */
  nameFrom(t: EpochMillis): EpochMillis;
  /** The events of a pane are why there are the windows of its own that are named in [from, to). */
  named(pane: EpochMillis): { readonly from: EpochMillis; readonly to: EpochMillis };
}

export class OverlappingWindows implements KeyWindows {
  readonly schedule: Schedule;
  readonly #layout: WindowLayout;
  readonly #rule: WindowedRule;
  readonly #panes: KeyPanes;
  /** Starts of the panes, ascending; they are found again where there are more. */
  #starts: EpochMillis[] = [];
  /** Windows of more than one pane with events, by name. */
  readonly #merged = new Map<EpochMillis, Aggregation>();

  constructor(layout: WindowLayout, schedule: Schedule, rule: WindowedRule, panes: KeyPanes) {
    this.schedule = schedule;
    this.#layout = layout;
    this.#rule = rule;
    this.#panes = panes;
  }

  add(pane: Pane, touch: Touch): boolean {
    pane.aggregation?.add(touch);
    if (this.#merged.size > 0) for (const name of this.#namesOf(pane.start)) this.#merged.get(name)?.add(touch);
    return false;
  }

  absorbed(pane: Pane): void {
    if (this.#merged.size > 0) for (const name of this.#namesOf(pane.start)) this.#merged.delete(name);
  }

  changed(t: EpochMillis, _pane: EpochMillis, into: Set<EpochMillis>): void {
    for (const name of this.names(this.#layout.firstChanged(t), this.#layout.pastChanged(t))) into.add(name);
  }

  names(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    const names: EpochMillis[] = [];
    const layout = this.#layout;
    let next = from;
    for (const { start, aggregation } of this.#panesIn(layout.bounds(layout.nameFrom(from)).start, to)) {
      if (isEmpty(aggregation)) continue;
      const named = layout.named(start);
      const past = Math.min(named.to, to);
      for (let name = layout.nameFrom(later(next, named.from)); name < past; name = layout.nameFrom(next)) {
        names.push(name);
        next = (name + 1) as EpochMillis;
      }
    }
    return names;
  }

  bounds(name: EpochMillis): WindowBounds {
    return this.#layout.bounds(name);
  }

  has(name: EpochMillis): boolean {
    return this.#window(name) !== undefined;
  }

  results(name: EpochMillis): readonly unknown[] | undefined {
    return this.#window(name)?.results();
  }

  newest(name: EpochMillis): EpochMillis {
    return this.#window(name)?.newest ?? (Number.NEGATIVE_INFINITY as EpochMillis);
  }

  evidence(name: EpochMillis): readonly Touch[] {
    return this.#window(name)?.evidence.touches ?? [];
  }

  keeps(): boolean {
    return false;
  }

  home(name: EpochMillis): EpochMillis {
    const { start, end } = this.#layout.bounds(name);
    let home = start;
    for (const pane of this.#panesIn(start, end)) if (!isEmpty(pane.aggregation)) home = pane.start;
    return home;
  }

  isTold(name: EpochMillis): boolean {
    const { start, end } = this.#layout.bounds(name);
    for (const pane of this.#panesIn(start, end)) if (pane.told !== undefined && pane.told >= end) return true;
    return false;
  }

  forget(frozen: EpochMillis): void {
    this.#starts = [];
    for (const name of this.#merged.keys()) if (this.#layout.bounds(name).end < frozen) this.#merged.delete(name);
  }

  /** The window, where it holds events. */
  #window(name: EpochMillis): Aggregation | undefined {
    const known = this.#merged.get(name);
    if (known !== undefined) return known;
    const { start, end } = this.#layout.bounds(name);
    let only: Aggregation | undefined;
    let merged: Aggregation | undefined;
    for (const { aggregation } of this.#panesIn(start, end)) {
      if (aggregation === undefined || isEmpty(aggregation)) continue;
      if (only === undefined) {
        only = aggregation;
        continue;
      }
      if (merged === undefined) {
        merged = new Aggregation(this.#rule);
        merged.merge(only);
      }
      merged.merge(aggregation);
    }
    // A final result is asked for once.
    if (merged !== undefined && this.#rule.plan.emit !== 'final') this.#merged.set(name, merged);
    return merged ?? only;
  }

  /** Names of all windows that hold a pane. */
  #namesOf(pane: EpochMillis): EpochMillis[] {
    const names: EpochMillis[] = [];
    const past = this.#layout.pastChanged(pane);
    for (let name = this.#layout.firstChanged(pane); name < past; ) {
      names.push(name);
      name = this.#layout.nameFrom((name + 1) as EpochMillis);
    }
    return names;
  }

  /** Panes that begin in [from, to), in order. */
  *#panesIn(from: EpochMillis, to: EpochMillis): Iterable<Pane> {
    if (this.#starts.length !== this.#panes.size) this.#starts = this.#panes.starts();
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? from) < from) low = middle + 1;
      else high = middle;
    }
    for (let start = starts[low]; start !== undefined && start < to; start = starts[++low]) {
      const pane = this.#panes.get(start);
      if (pane !== undefined) yield pane;
    }
  }
}

function isEmpty(aggregation: Aggregation | undefined): boolean {
  return aggregation === undefined || aggregation.newest === Number.NEGATIVE_INFINITY;
}

function later(a: EpochMillis, b: EpochMillis): EpochMillis {
  return a > b ? a : b;
}
