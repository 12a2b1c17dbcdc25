/**
 * What `percentile` keeps: how often each number was there. Up to a number of different ones it is exact; with one more
 * it counts by buckets that grow with their numbers, as DDSketch does, so that the error is relative: within the bucket
 * of the right rank no number is further from the one that is shown.
 *
 * The buckets are the leading bits of the number itself: a power of two is cut into 2^`bits` equal ones. Where the
 * numbers fall into too many buckets, neighbours are joined in pairs, all of them, until they fit (as UDDSketch does).
 * More numbers never take fewer buckets, so how fine they are follows from the set of numbers alone.
 */
import type { Accumulator } from './accumulator.ts';
import { isList, type Json } from './value.ts';

/** Of a positive number, the buckets of a power of two: an error of 1 / 129 at most. */
const finest = 6;
const mostBuckets = 2048;
/** Bits of the leading half of a number that say sign and power of two, and that are left for buckets. */
const leadingBits = 20;

export class Distribution implements Accumulator {
  /** Ascending: numbers, or of a sketch their buckets. */
  #keys: number[] = [];
  #times: number[] = [];
  #n = 0;
  /** Bits that tell the buckets of a power of two apart; below 0 a bucket has several powers. Undefined: exact. */
  #bits: number | undefined;
  readonly #mostExact: number;
  constructor(mostExact: number) {
    this.#mostExact = mostExact;
  }

  add(value: unknown): void {
    // Minus zero is zero.
    this.#add(this.#keyOf(Number(value) + 0), 1);
    this.#fit();
  }

  remove(value: unknown): boolean {
    if (this.#bits !== undefined) return false;
    const key = Number(value) + 0;
    const at = this.#firstFrom(key);
    const times = this.#times[at] ?? 0;
    if (times > 1) this.#times[at] = times - 1;
    else {
      this.#keys.splice(at, 1);
      this.#times.splice(at, 1);
    }
    this.#n--;
    return true;
  }

  #keyOf(value: number): number {
    return this.#bits === undefined ? value : bucketOf(value, this.#bits);
  }

  #add(key: number, times: number): void {
    const at = this.#firstFrom(key);
    this.#n += times;
    if (this.#keys[at] === key) this.#times[at] = (this.#times[at] ?? 0) + times;
    else {
      this.#keys.splice(at, 0, key);
      this.#times.splice(at, 0, times);
    }
  }

  /** The position of the first key that is not less. */
  #firstFrom(key: number): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? key) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Keeps what it has within its bound. */
  #fit(): void {
    if (this.#bits === undefined && this.#keys.length > this.#mostExact) this.#coarsen(finest);
    while (this.#bits !== undefined && this.#keys.length > mostBuckets) this.#coarsen(this.#bits - 1);
  }

  /** Goes over to buckets, or to coarser ones. */
  #coarsen(bits: number): void {
    const [keys, times, before] = [this.#keys, this.#times, this.#bits];
    this.#keys = [];
    this.#times = [];
    this.#bits = bits;
    keys.forEach((key, i) => {
      const bucket = before === undefined ? bucketOf(key, bits) : joined(key, before - bits);
      // Keys come in ascending order, so buckets do.
      const last = this.#keys.length - 1;
      if (this.#keys[last] === bucket) this.#times[last] = (this.#times[last] ?? 0) + (times[i] ?? 0);
      else {
        this.#keys.push(bucket);
        this.#times.push(times[i] ?? 0);
      }
    });
  }

  absorb(encoded: Json): void {
    if (!isList(encoded)) return;
    const [keys, times, bits = null] = encoded;
    if (!isList(keys) || !isList(times)) return;
    if (typeof bits === 'number' && (this.#bits === undefined || this.#bits > bits)) this.#coarsen(bits);
    let key = 0;
    keys.forEach((step, i) => {
      key = typeof bits === 'number' ? key + Number(step) : Number(step);
      this.#add(
        typeof bits === 'number' ? joined(key, bits - (this.#bits ?? bits)) : this.#keyOf(key),
        Number(times[i]),
      );
    });
    this.#fit();
  }

  /** Numbers as they are; buckets by the distance from the one before, which is short. */
  encode(): Json {
    if (this.#bits === undefined) return [[...this.#keys], [...this.#times]];
    return [this.#keys.map((key, i) => key - (this.#keys[i - 1] ?? 0)), [...this.#times], this.#bits];
  }

  /** Itself: what is asked of it is `percentile`. */
  result(): this {
    return this;
  }

  /** How far a percentile is off at most, relative to it; undefined where it is exact. */
  get error(): number | undefined {
    if (this.#bits === undefined) return undefined;
    const width = 2 ** -this.#bits;
    // Of a bucket from 1 to 1 + width; one that has several powers of two is from 1 to a power of two.
    const end = this.#bits >= 0 ? 1 + width : 2 ** width;
    return Math.ceil(((end - 1) / (end + 1)) * 1000) / 1000;
  }

  /** The nearest rank: the least number that at least so many percent are not greater than. `p` has 3 decimals at most. */
  percentile(p: number): number | null {
    if (this.#n === 0) return null;
    const rank = Math.max(1, Math.ceil((Math.round(p * 1000) * this.#n) / 100_000));
    let left = rank;
    let at = 0;
    for (; at < this.#keys.length - 1; at++) {
      left -= this.#times[at] ?? 0;
      if (left <= 0) break;
    }
    const key = this.#keys[at] ?? 0;
    return this.#bits === undefined ? key : middleOf(key, this.#bits);
  }
}

/** Smaller numbers have fewer digits; a sketch takes them for zero. */
const leastNormal = 2 ** -1022;
/** The leading half of infinity, which lies behind the last bucket. */
const leadingInfinity = 0x7ff0_0000;

const number = new DataView(new ArrayBuffer(8));

/** Buckets are numbered by their numbers, from 1, negative ones below 0. Bucket 0 has zero and what is next to it. */
function bucketOf(value: number, bits: number): number {
  number.setFloat64(0, Math.abs(value));
  const leading = number.getUint32(0);
  if (leading < 2 ** leadingBits) return 0;
  const bucket = 1 + Math.floor(leading / 2 ** (leadingBits - bits));
  return value < 0 ? -bucket : bucket;
}

/** The bucket that a bucket goes into where so many bits fewer tell them apart. */
function joined(bucket: number, fewer: number): number {
  if (bucket === 0 || fewer === 0) return bucket;
  return Math.sign(bucket) * (1 + Math.floor((Math.abs(bucket) - 1) / 2 ** fewer));
}

/** The number whose relative distance from both ends of a bucket is the same. */
function middleOf(bucket: number, bits: number): number {
  if (bucket === 0) return 0;
  const start = Math.max(edgeOf(Math.abs(bucket) - 1, bits), leastNormal);
  const end = edgeOf(Math.abs(bucket), bits);
  return Math.sign(bucket) * Math.min(2 / (1 / start + 1 / end), Number.MAX_VALUE);
}

/** Where the bucket of such leading bits begins. */
function edgeOf(leading: number, bits: number): number {
  number.setFloat64(0, 0);
  number.setUint32(0, Math.min(leading * 2 ** (leadingBits - bits), leadingInfinity));
  return number.getFloat64(0);
}
