/**
 * The log of a key for windows that follow from each other: its entries in order, cut into windows from the first on.
 * Windows are found again from where an event came in; those before it stay, and so does what they have added up.
 */
import type { Accumulator } from '../aggregate/accumulator.ts';
import { compareOrder } from '../aggregate/order.ts';
import { beginningOfTime, endOfTime, type EpochMillis, largest, type Millis } from '../time.ts';
import { boundaryAfter, cutAfter } from '../window/chain-reach.ts';
import { firstWith } from './ordered-log.ts';
import type { Touch } from './touch.ts';

export interface Chain {
  /** No window is longer. */
  readonly max: Millis;
  /** The first instant at which an event does not go on from this one. */
  reach(touch: Touch): EpochMillis;
  /** Which event's reach is that of its window. */
  readonly decides: 'first' | 'last';
  /** How much earlier than its reach a window ends. */
  readonly slack: number;
  /** Which of its events alerts show, and are as old as. */
  readonly shows: 'first' | 'newest';
}

/** Sessions merge where the distance is at most the gap, and end that much after their last event. */
export function sessionChain(gap: Millis, max: Millis): Chain {
  return { max, decides: 'last', slack: 1, shows: 'newest', reach: ({ event }) => (event.t + gap + 1) as EpochMillis };
}

/** Windows that end when their first event says; the end stands with each event, after the accumulators' arguments. */
export function untilChain(max: Millis, slot: number, shows: Chain['shows']): Chain {
  return {
    max,
    decides: 'first',
    slack: 0,
    shows,
    reach: ({ event, args }) => Math.min(Number(args[slot]), event.t + max) as EpochMillis,
  };
}

/** Entries [from, to) of the log. */
export interface ChainWindow {
  readonly from: number;
  to: number;
  readonly start: EpochMillis;
  /** No event from then on goes on with it, whatever its reach: it is as long as it may be, or its run is cut. */
  readonly limit: EpochMillis;
  /** When the run of events without a break began that it is in, and how far that reaches with its last event. */
  readonly run: EpochMillis;
  runReach: EpochMillis;
  /** The earliest instant that one of its events would have it end at, were that its first. */
  soonest: EpochMillis;
  /** Of the entries up to `added`. */
  accumulators: Accumulator[] | undefined;
  added: number;
}

export class ChainLog {
  readonly #chain: Chain;
  #entries: Touch[] = [];
  /** Of the first entries, as many as were looked at. */
  #windows: ChainWindow[] = [];

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  get entries(): readonly Touch[] {
    return this.#entries;
  }

  add(touch: Touch): void {
    const entries = this.#entries;
    const last = entries.at(-1);
    if (last === undefined || compareOrder(last.event, touch.event) <= 0) {
      entries.push(touch);
      return;
    }
    const at = this.#position((entry) => compareOrder(entry.event, touch.event) <= 0);
    entries.splice(at, 0, touch);
    // The window that ends right before the new entry may go on with it.
    while ((this.#windows.at(-1)?.to ?? -1) >= at) this.#windows.pop();
  }

  /** All windows, in order. */
  windows(): readonly ChainWindow[] {
    const windows = this.#windows;
    for (let at = windows.at(-1)?.to ?? 0; at < this.#entries.length; at++) {
      const entry = this.#entries[at];
      if (entry === undefined) break;
      const { t } = entry.event;
      const reach = this.#chain.reach(entry);
      const before = windows.at(-1);
      if (before !== undefined && t < this.closes(before)) {
        before.to = at + 1;
        if (reach > before.runReach) before.runReach = reach;
        if (reach < before.soonest) before.soonest = reach;
        continue;
      }
      const goesOn = before !== undefined && t < before.runReach;
      const run = goesOn ? before.run : t;
      windows.push({
        from: at,
        to: at + 1,
        start: t,
        limit: Math.min(t + this.#chain.max, cutAfter(t, run, this.#chain.max)) as EpochMillis,
        run,
        runReach: goesOn && before.runReach > reach ? before.runReach : reach,
        soonest: reach,
        accumulators: undefined,
        added: at,
      });
    }
    return windows;
  }

  /** The window that holds an instant, or the last that begins before it. */
  windowAt(t: EpochMillis): ChainWindow | undefined {
    const windows = this.windows();
    return windows[firstWith(windows.length, (at) => (windows[at]?.start ?? t) > t) - 1];
  }

  /** Windows that begin in [from, to). */
  *between(from: EpochMillis, to: EpochMillis): Iterable<ChainWindow> {
    const windows = this.windows();
    let at = firstWith(windows.length, (i) => (windows[i]?.start ?? from) >= from);
    for (let next = windows[at]; next !== undefined && next.start < to; next = windows[++at]) yield next;
  }

  /** The first instant at which no event can come into a window, given what has come. */
  closes(window: ChainWindow): EpochMillis {
    return Math.min(this.#reach(window), window.limit) as EpochMillis;
  }

  end(window: ChainWindow): EpochMillis {
    return Math.min(this.#reach(window) - this.#chain.slack, window.limit) as EpochMillis;
  }

  /**
   * The first instant after one at which a window may end because of events in [from, to), where what came before them is
   * not known: any of them may be the first of its window, or in a run that is cut. `known` is the end of one that is; of
   * events before `after` all is known.
   */
  soonestEnd(from: EpochMillis, to: EpochMillis, after: EpochMillis, known = endOfTime): EpochMillis | undefined {
    const { max, decides } = this.#chain;
    const since = largest([from, after]);
    const at = this.#position(({ event }) => event.t < since);
    const first = this.#entries[at]?.event.t ?? to;
    let end = first < to ? (Math.min(known, boundaryAfter(first, max)) as EpochMillis) : known;
    if (first < to && decides === 'first')
      for (const window of this.between(this.windowAt(first)?.start ?? first, to)) {
        if (window.start >= end) break;
        if (window.soonest >= end) continue;
        for (const entry of this.#entries.slice(Math.max(window.from, at), window.to))
          if (entry.event.t < to) end = Math.min(end, this.#chain.reach(entry)) as EpochMillis;
      }
    return end === endOfTime ? undefined : end;
  }

  newest({ to }: ChainWindow): EpochMillis {
    return this.#entries[to - 1]?.event.t ?? beginningOfTime;
  }

  /** The distinct event times in [from, to). */
  times(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    const times: EpochMillis[] = [];
    let at = this.#position(({ event }) => event.t < from);
    for (let next = this.#entries[at]; next !== undefined && next.event.t < to; next = this.#entries[++at])
      if (times.at(-1) !== next.event.t) times.push(next.event.t);
    return times;
  }

  /** Drops runs that reach no further than `ended`, and of all others what lies before `frozen`. */
  forget(ended: EpochMillis, frozen: EpochMillis): void {
    const kept = this.windows().find(({ runReach }) => runReach > ended);
    const began = kept === undefined ? this.#entries.length : this.#position(({ event }) => event.t < kept.run);
    const from = Math.max(began, kept === undefined ? 0 : this.#position(({ event }) => event.t < frozen));
    if (from === 0) return;
    this.#entries = this.#entries.slice(from);
    this.#windows = [];
  }

  #reach({ from, to }: ChainWindow): EpochMillis {
    const decides = this.#entries[this.#chain.decides === 'first' ? from : to - 1];
    if (decides === undefined) throw new Error('a window holds the events that it was found by');
    return this.#chain.reach(decides);
  }

  /** The position of the first entry that is not such a one; those before it are. */
  #position(isBefore: (entry: Touch) => boolean): number {
    const entries = this.#entries;
    return firstWith(entries.length, (at) => {
      const entry = entries[at];
      return entry !== undefined && !isBefore(entry);
    });
  }
}
