/**
 * `countDistinct`: up to a number of different values it keeps them all, and counts exactly; with one more it keeps a
 * sketch. There are that many in all exactly where there are that many in the merged parts, so it does not matter who
 * saw which.
 */
import type { Accumulator } from './accumulator.ts';
import { Approximation } from './approximation.ts';
import { HyperLogLog, standardError } from './hyper-log-log.ts';
import { isList, type Json } from './value.ts';
import { valueIdentity } from './value-identity.ts';

export class CountDistinct implements Accumulator {
  /** Identity of a value to how often it was added, so that it can be taken out again. */
  readonly #times = new Map<string, number>();
  #sketch: HyperLogLog | undefined;
  readonly #mostExact: number;
  constructor(mostExact: number) {
    this.#mostExact = mostExact;
  }

  add(value: unknown): void {
    this.#add(valueIdentity(value));
  }

  #add(identity: string): void {
    if (this.#sketch !== undefined) {
      this.#sketch.add(identity);
      return;
    }
    this.#times.set(identity, (this.#times.get(identity) ?? 0) + 1);
    if (this.#times.size > this.#mostExact) this.#sketched();
  }

  #sketched(): HyperLogLog {
    if (this.#sketch !== undefined) return this.#sketch;
    const sketch = new HyperLogLog();
    for (const identity of this.#times.keys()) sketch.add(identity);
    this.#times.clear();
    this.#sketch = sketch;
    return sketch;
  }

  remove(value: unknown): boolean {
    if (this.#sketch !== undefined) return false;
    const identity = valueIdentity(value);
    const times = this.#times.get(identity) ?? 0;
    if (times > 1) this.#times.set(identity, times - 1);
    else this.#times.delete(identity);
    return true;
  }

  absorb(encoded: Json): void {
    if (typeof encoded === 'string') this.#sketched().absorb(encoded);
    else if (isList(encoded)) for (const identity of encoded) if (typeof identity === 'string') this.#add(identity);
  }

  encode(): Json {
    return this.#sketch?.encode() ?? [...this.#times.keys()].sort();
  }

  /** An estimate is more than what is counted exactly: the number of values never falls as more come in. */
  result(): number | Approximation {
    if (this.#sketch === undefined) return this.#times.size;
    return new Approximation(Math.max(this.#mostExact + 1, Math.round(this.#sketch.estimate())), standardError);
  }
}
