/** Events of a key in order: by time, then as compareOrder says. */
import { compareOrder } from '../aggregate/order.ts';
import type { EpochMillis } from '../time.ts';
import type { Touch } from './touch.ts';

export class OrderedLog {
  #entries: Touch[] | undefined;
  /** The newest of the events that came in order since the log was looked at: each refers to the one before. */
  #waiting: Touch | undefined;
  #length = 0;
  /** Of many keys, to ask the newest event for its time is to fetch several objects more from memory. */
  #newest = Number.NEGATIVE_INFINITY;

  get length(): number {
    return this.#length;
  }

  at(position: number): Touch | undefined {
    return this.#sorted()[position];
  }

  /** Adds an event; answers its position. */
  insert(touch: Touch): number {
    const { t } = touch.event;
    const isTie = t === this.#newest;
    const last = isTie ? (this.#waiting ?? this.#entries?.at(-1)) : undefined;
    if (last === undefined ? t > this.#newest : compareOrder(last.event, touch.event) <= 0) {
      this.#newest = t;
      touch.before = this.#waiting;
      this.#waiting = touch;
      return this.#length++;
    }
    const entries = this.#sorted();
    const at = firstWith(entries.length, (i) => {
      const entry = entries[i];
      return entry !== undefined && compareOrder(entry.event, touch.event) > 0;
    });
    entries.splice(at, 0, touch);
    this.#length++;
    return at;
  }

  /** The position of the first event at an instant or later. */
  position(t: EpochMillis): number {
    if (t > this.#newest) return this.#length;
    // Most are asked whether there is anything before an instant, and nothing is.
    if (t <= this.#oldest) return 0;
    return firstWith(this.#length, (i) => (this.at(i)?.event.t ?? t) >= t);
  }

  /** Events of times in [from, to). */
  between(from: EpochMillis, to: EpochMillis): readonly Touch[] {
    return this.#sorted().slice(this.position(from), this.position(to));
  }

  /** Drops what lies before an instant. */
  forget(until: EpochMillis): void {
    const gone = this.position(until);
    if (gone === 0) return;
    const isEmpty = gone === this.#length;
    this.#entries = isEmpty ? undefined : this.#sorted().slice(gone);
    this.#waiting = undefined;
    this.#length -= gone;
    if (isEmpty) this.#newest = Number.NEGATIVE_INFINITY;
  }

  /** The time of the oldest event; of none, infinity. */
  get #oldest(): number {
    let oldest = this.#entries?.[0];
    if (oldest === undefined) for (let next = this.#waiting; next !== undefined; next = next.before) oldest = next;
    return oldest?.event.t ?? Number.POSITIVE_INFINITY;
  }

  /** All events, none of which waits any more. */
  #sorted(): Touch[] {
    if (this.#waiting === undefined) return (this.#entries ??= []);
    const waiting: Touch[] = [];
    for (let next: Touch | undefined = this.#waiting; next !== undefined; next = next.before) waiting.push(next);
    waiting.reverse();
    for (const one of waiting) one.before = undefined;
    this.#waiting = undefined;
    // An array that grows has room for seventeen at once, one that is cut from it for no more than it holds.
    if (this.#entries === undefined || this.#entries.length === 0) this.#entries = waiting.slice();
    else for (const one of waiting) this.#entries.push(one);
    return this.#entries;
  }
}

/** The times of events in order, each once. */
export function distinctTimes(touches: readonly Touch[]): EpochMillis[] {
  const times: EpochMillis[] = [];
  for (const { event } of touches) if (times.at(-1) !== event.t) times.push(event.t);
  return times;
}

/** The first of so many positions that is so, all after it being so too. */
export function firstWith(length: number, isSo: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isSo(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
