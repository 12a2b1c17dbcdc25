/** Results that may be near the true ones and not the same, and how near they are. */
import { Distribution } from './distribution.ts';

/** A number as a sketch gives it. */
export class Approximation {
  readonly value: number;
  /** Relative to the value. */
  readonly error: number;
  constructor(value: number, error: number) {
    this.value = value;
    this.error = error;
  }
}

/** The number that a result is, or is near. */
export function nearest(result: unknown): unknown {
  return result instanceof Approximation ? result.value : result;
}

/** The percentile of a result that is a distribution; null where it has no number. */
export function percentile(result: unknown, p: number): unknown {
  return result instanceof Distribution ? result.percentile(p) : null;
}

/** How far a result may be off, relative to it; undefined where it is exact. */
export function errorOf(result: unknown): number | undefined {
  return result instanceof Approximation || result instanceof Distribution ? result.error : undefined;
}
