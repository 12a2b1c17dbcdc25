/** Events of a key in order: by time, then as compareOrder says. */
import { compareOrder } from '../aggregate/order.ts';
import type { EpochMillis } from '../time.ts';
import { appended } from './short-list.ts';
import type { Touch } from './touch.ts';

export class OrderedLog {
  #entries: Touch[] | undefined;

  get length(): number {
    return this.#entries?.length ?? 0;
  }

  at(position: number): Touch | undefined {
    return this.#entries?.[position];
  }

  /** Adds an event; answers its position. */
  add(touch: Touch): number {
    const entries = this.#entries;
    const last = entries?.[entries.length - 1];
    if (entries === undefined || last === undefined || compareOrder(last.event, touch.event) <= 0) {
      this.#entries = appended(entries, touch);
      return this.#entries.length - 1;
    }
    const at = firstWith(entries.length, (i) => {
      const entry = entries[i];
      return entry !== undefined && compareOrder(entry.event, touch.event) > 0;
    });
    entries.splice(at, 0, touch);
    return at;
  }

  /** The position of the first event at an instant or later. */
  position(t: EpochMillis): number {
    return firstWith(this.length, (i) => (this.at(i)?.event.t ?? t) >= t);
  }

  /** Events of times in [from, to). */
  between(from: EpochMillis, to: EpochMillis): readonly Touch[] {
    return this.#entries?.slice(this.position(from), this.position(to)) ?? none;
  }

  /** Drops what lies before an instant; answers how many events that were. */
  forget(until: EpochMillis): number {
    const gone = this.position(until);
    if (gone > 0) this.#entries = this.#entries?.slice(gone);
    return gone;
  }
}

/** The times of events in order, each once. */
export function distinctTimes(touches: readonly Touch[]): EpochMillis[] {
  const times: EpochMillis[] = [];
  for (const { event } of touches) if (times.at(-1) !== event.t) times.push(event.t);
  return times;
}

const none: readonly Touch[] = [];

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
