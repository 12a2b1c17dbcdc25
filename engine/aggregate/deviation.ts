/**
 * `stddev`: the standard deviation of a sample, from the exact decimal sums of the numbers and of their squares. So it is
 * the same in any order, and what would be the root of a negative number in floating point cannot come up.
 */
import type { Accumulator } from './accumulator.ts';
import { DecimalSum } from './decimal-sum.ts';
import { isList, type Json } from './value.ts';

/** Digits of the variance whose root is taken: the root has half of them, a few more than a number holds. */
const variancePrecision = 40;

export class Deviation implements Accumulator {
  readonly #sum = new DecimalSum();
  readonly #squares = new DecimalSum();
  #n = 0;

  add(value: unknown): void {
    this.#sum.add(Number(value));
    this.#squares.addSquare(Number(value));
    this.#n++;
  }

  remove(value: unknown): boolean {
    this.#sum.subtract(Number(value));
    this.#squares.subtractSquare(Number(value));
    this.#n--;
    return true;
  }

  absorb(encoded: Json): void {
    if (!isList(encoded)) return;
    this.#sum.absorb(encoded[0] ?? '0');
    this.#squares.absorb(encoded[1] ?? '0');
    this.#n += Number(encoded[2]);
  }

  encode(): Json {
    return [this.#sum.encode(), this.#squares.encode(), this.#n];
  }

  /** The root of (n Σx² − (Σx)²) / n (n − 1). */
  result(): number | null {
    if (this.#n < 2) return null;
    const sum = this.#sum.exact();
    const squares = this.#squares.exact();
    const scale = Math.max(2 * sum.scale, squares.scale);
    const n = BigInt(this.#n);
    const numerator =
      n * squares.units * 10n ** BigInt(scale - squares.scale) - sum.units ** 2n * 10n ** BigInt(scale - 2 * sum.scale);
    return rootOf(numerator, n * (n - 1n), scale);
  }
}

/** The square root of `numerator` / `denominator` / 10^`scale`. */
function rootOf(numerator: bigint, denominator: bigint, scale: number): number {
  if (numerator === 0n) return 0;
  let shift = variancePrecision + String(denominator).length - String(numerator).length;
  if ((scale + shift) % 2 !== 0) shift++;
  const quotient =
    shift >= 0 ? (numerator * 10n ** BigInt(shift)) / denominator : numerator / (denominator * 10n ** BigInt(-shift));
  const near = BigInt(Math.round(Math.sqrt(Number(quotient))));
  // One step of Newton's method doubles the digits that are right.
  const root = (near + quotient / near) / 2n;
  return Number(`${String(root)}e${-(scale + shift) / 2}`);
}
