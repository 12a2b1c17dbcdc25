/**
 * The ids of the events that a shard brought within `dedupeWithin` of arrival time. A producer that sends an event again,
 * because no answer came, makes a second record with a number of its own: only the id says that it is the same event
 * (Kinesis: "Handling duplicate records"). What one shard brings comes in one order however it is delivered, so the same
 * record is the repeat each time.
 */
import type { EpochMillis, Millis } from '../time.ts';

/** An id as the shard brought it first. */
export interface BroughtId {
  readonly id: string;
  readonly arrival: EpochMillis;
  readonly sequenceNumber: string;
}

export class RecentIds {
  readonly #within: Millis;
  /** Two stretches of arrival, each as long as the horizon: the older is dropped whole. */
  #newer = new Map<string, BroughtId>();
  #older = new Map<string, BroughtId>();
  #newerSince = Number.NEGATIVE_INFINITY;
  readonly #restored: Map<string, EpochMillis>;
  readonly #restoredUntil: number;
  readonly #tell: ((brought: BroughtId) => void) | undefined;

  /** `restored`: hashes of ids that earlier processes saw, by their arrival; `tell` is told what each record brings. */
  constructor(
    within: Millis,
    restored: ReadonlyMap<string, EpochMillis> = new Map(),
    tell?: (brought: BroughtId) => void,
  ) {
    this.#within = within;
    this.#restored = new Map(restored);
    this.#restoredUntil = [...restored.values()].reduce((latest, at) => Math.max(latest, at + within), 0);
    this.#tell = tell;
  }

  /** Whether another record brought this id before; if not, it is remembered. */
  isRepeat(id: string, arrival: EpochMillis, sequenceNumber: string): boolean {
    this.#turn(arrival);
    const known = this.#newer.get(id) ?? this.#older.get(id);
    if (known !== undefined && arrival - known.arrival <= this.#within) {
      // A record that was read before and not finished comes again: it is no repeat of itself.
      if (known.sequenceNumber !== sequenceNumber) return true;
      this.#tell?.(known);
      return false;
    }
    if (this.#restored.size > 0) {
      const before = this.#restored.get(idHash(id));
      if (before !== undefined && arrival - before <= this.#within) return true;
    }
    const brought = { id, arrival, sequenceNumber };
    this.#newer.set(id, brought);
    this.#tell?.(brought);
    return false;
  }

  #turn(arrival: EpochMillis): void {
    if (this.#restored.size > 0 && arrival > this.#restoredUntil) this.#restored.clear();
    if (arrival - this.#newerSince <= this.#within) return;
    this.#older = arrival - this.#newerSince <= 2 * this.#within ? this.#newer : new Map<string, BroughtId>();
    this.#newer = new Map();
    this.#newerSince = arrival;
  }
}

/** 64 bits of an id: two rounds of multiplying and folding, apart from each other (after cyrb53, public domain). */
export function idHash(id: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  const first = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  const second = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(first ^ (first >>> 13), 3_266_489_909);
  return (first >>> 0).toString(36).padStart(7, '0') + (second >>> 0).toString(36).padStart(7, '0');
}
