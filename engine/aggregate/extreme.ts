/** `min` and `max`. */
import { Duration, Timestamp } from '../expression/operators.ts';
import type { Accumulator } from './accumulator.ts';
import { decodeValue, encodeValue, type Json } from './value.ts';

/** Numbers before texts before times before durations, so that a mixed field still has one smallest value. */
export function compareValues(a: unknown, b: unknown): number {
  const rank = (value: unknown): number =>
    typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : value instanceof Timestamp ? 2 : 3;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const x = a instanceof Timestamp || a instanceof Duration ? a.millis : a;
  const y = b instanceof Timestamp || b instanceof Duration ? b.millis : b;
  if (typeof x === 'number' && typeof y === 'number') return x - y;
  return String(x) < String(y) ? -1 : String(x) > String(y) ? 1 : 0;
}

export class Extreme implements Accumulator {
  #value: unknown = null;
  /** How often the value was added: taking out one of several leaves it the extreme. */
  #times = 0;
  readonly #sign: 1 | -1;
  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }
  add(value: unknown): void {
    const order = this.#value === null ? 1 : this.#sign * compareValues(value, this.#value);
    if (order > 0) {
      this.#value = value;
      this.#times = 1;
    } else if (order === 0) this.#times++;
  }
  remove(value: unknown): boolean {
    return compareValues(value, this.#value) !== 0 || --this.#times > 0;
  }
  absorb(encoded: Json): void {
    const value = decodeValue(encoded);
    if (value !== null) this.add(value);
  }
  encode(): Json {
    return encodeValue(this.#value);
  }
  result(): unknown {
    return this.#value;
  }
}

/**
 * Over a log, whose events are taken out in the order in which they were added: it keeps the values that may yet become
 * the extreme, which are those that no later one exceeds. Each is added and taken out once.
 */
export class RunningExtreme implements Accumulator {
  /** The extreme first. */
  readonly #candidates: unknown[] = [];
  readonly #sign: 1 | -1;
  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }
  add(value: unknown): void {
    const candidates = this.#candidates;
    while (candidates.length > 0 && this.#sign * compareValues(value, candidates.at(-1)) > 0) candidates.pop();
    candidates.push(value);
  }
  remove(value: unknown): boolean {
    // Where it equals the extreme it is the extreme: an equal one that was added later stands behind it.
    const candidates = this.#candidates;
    if (candidates.length > 0 && compareValues(value, candidates[0]) === 0) candidates.shift();
    return true;
  }
  absorb(encoded: Json): void {
    const value = decodeValue(encoded);
    if (value !== null) this.add(value);
  }
  encode(): Json {
    return encodeValue(this.result());
  }
  result(): unknown {
    return this.#candidates[0] ?? null;
  }
}
