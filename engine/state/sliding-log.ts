/**
 * The log of a key for windows (t − size, t]: entries by event time, and accumulators of the window that was asked for
 * last. Events in order move the window on by adding at one end and taking out at the other; only an aggregate that
 * cannot take out, or an event out of order, adds the window up again. Where a window holds a number of events at most,
 * those are its newest.
 */
import type { Accumulator } from '../aggregate/accumulator.ts';
import { compareOrder } from '../aggregate/order.ts';
import type { EpochMillis, Millis } from '../time.ts';
import { resultsOf } from './aggregation.ts';
import { compareEvidence, type EventReference, isSameEvent, type Touch } from './touch.ts';

/** So few entries are added up each time: that costs less than to keep what they add up to, for every key. */
const few = 4;

export class SlidingLog {
  readonly #size: Millis;
  readonly #create: () => Accumulator[];
  readonly #most: number;
  #entries: Touch[] | undefined;
  /** The newest of the entries that came in order since the log was looked at: each refers to the one before. */
  #waiting: Touch | undefined;
  #length = 0;
  /** Of many keys, to ask the newest entry for its time is to fetch three objects more from memory. */
  #newest = Number.NEGATIVE_INFINITY;
  /** What entries[head, tail) add up to, once there are more than a few. */
  #running: Accumulator[] | undefined;
  #head = 0;
  #tail = 0;

  constructor(size: Millis, create: () => Accumulator[], most = Number.POSITIVE_INFINITY) {
    this.#size = size;
    this.#create = create;
    this.#most = most;
  }

  /** How many entries there are. */
  get length(): number {
    return this.#length;
  }

  get entries(): readonly Touch[] {
    return this.#waiting === undefined ? (this.#entries ?? none) : this.#sorted();
  }

  /** All entries, none of which waits any more. */
  #sorted(): Touch[] {
    const waiting: Touch[] = [];
    for (let next = this.#waiting; next !== undefined; next = next.before) waiting.push(next);
    waiting.reverse();
    for (const one of waiting) one.before = undefined;
    this.#waiting = undefined;
    // An array that grows has room for seventeen at once, one that is cut from it for no more than it holds.
    if (this.#entries === undefined) this.#entries = waiting.slice();
    else for (const one of waiting) this.#entries.push(one);
    return this.#entries;
  }

  /** Adds an entry behind those of equal time, or where it matters which come last, in their order; true where it is the newest. */
  insert(touch: Touch): boolean {
    const { t } = touch.event;
    const isTie = t === this.#newest && this.#most < Number.POSITIVE_INFINITY;
    const last = isTie ? this.entries.at(-1) : undefined;
    this.#length++;
    if (last === undefined ? t >= this.#newest : compareOrder(last.event, touch.event) <= 0) {
      this.#newest = t;
      touch.before = this.#waiting;
      this.#waiting = touch;
      return true;
    }
    const entries = this.#sorted();
    let at = this.#firstAfter(t);
    for (let before = entries[at - 1]; this.#most < Number.POSITIVE_INFINITY; before = entries[at - 1]) {
      if (before === undefined || compareOrder(before.event, touch.event) <= 0) break;
      at--;
    }
    entries.splice(at, 0, touch);
    if (at < this.#tail) this.#restart(0);
    return false;
  }

  /** True where the event stands in the log. */
  holds(event: EventReference): boolean {
    const { entries } = this;
    for (let at = this.#firstAfter((event.t - 1) as EpochMillis); entries[at]?.event.t === event.t; at++) {
      const entry = entries[at];
      if (entry !== undefined && isSameEvent(entry.event, event)) return true;
    }
    return false;
  }

  /** The accumulators' results over the window that ends with, and holds, an instant. */
  resultsAt(t: EpochMillis): readonly unknown[] {
    const { entries } = this;
    const from = (t - this.#size) as EpochMillis;
    if (entries.length <= few) return this.#resultsOfFew(t);
    // The running window only moves on: where it holds what is later, or lacks what is not older, it is added up again.
    const newest = entries[this.#tail - 1];
    const excluded = entries[this.#head - 1];
    const lacks = excluded !== undefined && excluded.event.t > from && this.#tail - this.#head < this.#most;
    const passed = (newest !== undefined && newest.event.t > t) || lacks;
    if (passed || this.#head === this.#tail) this.#restart(this.#begin(t));
    let running = this.#include(t);
    for (let oldest = entries[this.#head]; this.#head < this.#tail; oldest = entries[this.#head]) {
      if (oldest === undefined || (oldest.event.t > from && this.#tail - this.#head <= this.#most)) break;
      this.#head++;
      if (removeFrom(running, oldest)) continue;
      this.#restart(this.#begin(t));
      running = this.#include(t);
    }
    return resultsOf(running);
  }

  #resultsOfFew(t: EpochMillis): readonly unknown[] {
    const { entries } = this;
    const accumulators = this.#create();
    let at = this.#begin(t);
    for (let next = entries[at]; next !== undefined && next.event.t <= t; next = entries[++at])
      addTo(accumulators, next);
    return resultsOf(accumulators);
  }

  /** The entries of the window that ends with an instant, oldest first. */
  window(t: EpochMillis): Touch[] {
    return this.entries.slice(this.#begin(t), this.#firstAfter(t));
  }

  /** The newest entries of the window that ends with an instant, as evidence shows them. */
  newestEntries(t: EpochMillis, limit: number): Touch[] {
    const { entries } = this;
    const end = this.#firstAfter(t);
    const begin = this.#begin(t);
    let from = Math.max(begin, end - limit);
    while (from > begin && from < end && entries[from - 1]?.event.t === entries[from]?.event.t) from--;
    // Entries of one time stand in order of arrival: all that share the oldest's are asked which come last.
    return limit === 0 ? [] : entries.slice(from, end).sort(compareEvidence).slice(-limit);
  }

  /** The entries of an instant. */
  at(t: EpochMillis): Touch[] {
    return this.entries.slice(this.#firstAfter((t - 1) as EpochMillis), this.#firstAfter(t));
  }

  /** The distinct event times in [from, to). */
  times(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    const { entries } = this;
    const times: EpochMillis[] = [];
    for (let at = this.#firstAfter((from - 1) as EpochMillis); at < entries.length; at++) {
      const t = entries[at]?.event.t;
      if (t === undefined || t >= to) break;
      if (times.at(-1) !== t) times.push(t);
    }
    return times;
  }

  /** Drops entries at or before an instant. */
  forget(until: EpochMillis): void {
    if (this.#oldest > until) return;
    const kept = this.#newest <= until ? undefined : this.entries.slice(this.#firstAfter(until));
    this.#entries = kept;
    this.#waiting = undefined;
    this.#length = kept?.length ?? 0;
    if (kept === undefined) this.#newest = Number.NEGATIVE_INFINITY;
    this.#restart(0);
  }

  /** The time of the oldest entry; of none, infinity. */
  get #oldest(): number {
    let oldest = this.#entries?.[0];
    if (oldest === undefined) for (let next = this.#waiting; next !== undefined; next = next.before) oldest = next;
    return oldest?.event.t ?? Number.POSITIVE_INFINITY;
  }

  /** Adds entries to the running window until it ends with an instant. */
  #include(t: EpochMillis): Accumulator[] {
    const { entries } = this;
    const running = (this.#running ??= this.#create());
    for (let next = entries[this.#tail]; next !== undefined && next.event.t <= t; next = entries[++this.#tail])
      addTo(running, next);
    return running;
  }

  #restart(at: number): void {
    this.#running = undefined;
    this.#head = at;
    this.#tail = at;
  }

  /** The position of the first entry of the window that ends with an instant. */
  #begin(t: EpochMillis): number {
    const begin = this.#firstAfter((t - this.#size) as EpochMillis);
    return this.#most === Number.POSITIVE_INFINITY ? begin : Math.max(begin, this.#firstAfter(t) - this.#most);
  }

  /** The position of the first entry later than an instant. */
  #firstAfter(t: EpochMillis): number {
    const { entries } = this;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle]?.event.t ?? t) <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const none: readonly Touch[] = [];

function addTo(accumulators: readonly Accumulator[], { args, event }: Touch): void {
  for (let slot = 0; slot < accumulators.length; slot++) {
    const arg = args[slot];
    if (arg !== null) accumulators[slot]?.add(arg, event);
  }
}

/** False where the entry cannot be taken out of all. */
function removeFrom(accumulators: readonly Accumulator[], { args, event }: Touch): boolean {
  let exact = true;
  for (let slot = 0; slot < accumulators.length; slot++) {
    const arg = args[slot];
    if (arg !== null && accumulators[slot]?.remove(arg, event) === false) exact = false;
  }
  return exact;
}
