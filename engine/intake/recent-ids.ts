/**
 * The ids of the events that a shard brought and that were counted within `dedupeWithin` of arrival time. A producer
 * that sends an event again, because no answer came, makes a second record with a number of its own: only the id says
 * that it is the same event (Kinesis: "Handling duplicate records"). A record is a repeat where the last record of its
 * id that was counted arrived no longer than the horizon before it, so what is a repeat follows from the records of the
 * shard in their order. Each record is asked about once; who goes back begins with the ids of before.
 *
 * Ids are known by 64 bits, in a table of open addresses: a quarter of the time that maps of texts take.
 */
import type { EpochMillis, Millis } from '../time.ts';

/** Whoever knows what came before. */
export interface KnownIds {
  /** Whether another record brought this id before; if not, it is remembered. */
  isRepeat(id: string, arrival: EpochMillis, sequenceNumber: string): boolean;
}

/** Arrival times of a shard may run back by so much. */
export const arrivalJitter = 60_000 as Millis;

const fewest = 1024;
/** Nobody's ids stand so close together by chance; those that do by intent are kept apart, so that they cost no more. */
const mostProbes = 64;

export class RecentIds implements KnownIds {
  readonly #within: Millis;
  /** Two numbers a slot; both 0 where it is free. */
  #hashes = new Int32Array(2 * fewest);
  /** When the last counted record of the id arrived. */
  #arrivals = new Float64Array(fewest);
  #used = 0;
  #newest = Number.NEGATIVE_INFINITY;
  /** Those that found no slot near their own. */
  #crowded = new Map<string, number>();

  /** `restored`: hashes of ids that were counted before, by their arrival. */
  constructor(within: Millis, restored: ReadonlyMap<string, EpochMillis> = new Map()) {
    this.#within = within;
    for (const [hash, arrival] of restored) this.#set(halvesOf(hash), arrival);
  }

  isRepeat(id: string, arrival: EpochMillis): boolean {
    const [first, second] = hashOf(id);
    const slot = this.#slot(first, second);
    const known = slot === -1 ? this.#crowded.get(textOf(first, second)) : this.#knownAt(slot);
    if (known !== undefined && arrival - known <= this.#within) return true;
    this.#put(slot, first, second, arrival);
    return false;
  }

  /** For how many ids there is room. */
  get room(): number {
    return this.#arrivals.length;
  }

  #knownAt(slot: number): number | undefined {
    return isFree(this.#hashes, slot) ? undefined : this.#arrivals[slot];
  }

  #set([first, second]: Hash, arrival: number): void {
    this.#put(this.#slot(first, second), first, second, arrival);
  }

  #put(slot: number, first: number, second: number, arrival: number): void {
    if (arrival > this.#newest) this.#newest = arrival;
    if (slot === -1) this.#crowded.set(textOf(first, second), arrival);
    else {
      const hashes = this.#hashes;
      if (isFree(hashes, slot)) this.#used++;
      hashes[2 * slot] = first;
      hashes[2 * slot + 1] = second;
      this.#arrivals[slot] = arrival;
    }
    if (2 * (this.#used + this.#crowded.size) > this.#arrivals.length) this.#sweep();
  }

  /** Where an id is, or has room; -1 where neither is near. */
  #slot(first: number, second: number): number {
    const hashes = this.#hashes;
    const mask = hashes.length / 2 - 1;
    for (let slot = first & mask, probes = 0; probes < mostProbes; slot = (slot + 1) & mask, probes++) {
      if (hashes[2 * slot] === first && hashes[2 * slot + 1] === second) return slot;
      if (isFree(hashes, slot)) return slot;
    }
    return -1;
  }

  /** Drops what nothing can repeat any more, and makes room for as much again as is left. */
  #sweep(): void {
    const hashes = this.#hashes;
    const arrivals = this.#arrivals;
    const oldest = this.#newest - this.#within - arrivalJitter;
    const wanted = (slot: number): boolean => (arrivals[slot] ?? oldest) >= oldest && !isFree(hashes, slot);
    let left = 0;
    for (let slot = 0; slot < arrivals.length; slot++) if (wanted(slot)) left++;
    const crowded = [...this.#crowded].filter(([, arrival]) => arrival >= oldest);
    left += crowded.length;
    let size = fewest;
    while (size < 4 * left) size *= 2;
    this.#hashes = new Int32Array(2 * size);
    this.#arrivals = new Float64Array(size);
    this.#used = 0;
    this.#crowded = new Map();
    for (let slot = 0; slot < arrivals.length; slot++)
      if (wanted(slot)) this.#set([hashes[2 * slot] ?? 0, hashes[2 * slot + 1] ?? 0], arrivals[slot] ?? oldest);
    for (const [hash, arrival] of crowded) this.#set(halvesOf(hash), arrival);
  }
}

/** 64 bits of an id, never all zero: of that a slot is free. */
type Hash = readonly [first: number, second: number];

function isFree(hashes: Int32Array, slot: number): boolean {
  return hashes[2 * slot] === 0 && hashes[2 * slot + 1] === 0;
}

/** Two rounds of multiplying and folding, apart from each other (after cyrb53, public domain). */
function hashOf(id: string): Hash {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  const first = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  const second = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(first ^ (first >>> 13), 3_266_489_909);
  return [first, first === 0 && second === 0 ? 1 : second];
}

/** An id's hash as it is stored. */
export function idHash(id: string): string {
  return textOf(...hashOf(id));
}

function textOf(first: number, second: number): string {
  return (first >>> 0).toString(36).padStart(7, '0') + (second >>> 0).toString(36).padStart(7, '0');
}

function halvesOf(hash: string): Hash {
  return [Number.parseInt(hash.slice(0, 7), 36) | 0, Number.parseInt(hash.slice(7), 36) | 0];
}
