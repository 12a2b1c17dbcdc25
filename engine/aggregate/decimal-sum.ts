/**
 * A sum of JSON numbers in decimal: each number is taken at 15 significant digits, and the sum is exact and the same
 * in any order. 0.1 + 0.2 is 0.3, and a million prices add up to the penny.
 *
 * The sum is `units` / 10^`scale`. While it is a safe integer it is a number; beyond that a BigInt. A number enters by
 * the fast way only where scaling it is proven exact: fewer than 16 digits, and dividing gives the number back.
 */
import type { Json } from './value.ts';

const powersOfTen = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const largestExactDigits = 1e15;
/** The largest whole number whose square is a safe integer. */
const largestSquared = 94_906_265;

export class DecimalSum {
  #scale = 0;
  #units = 0;
  /** Set once the sum has left the safe integers; `#units` is then not used. */
  #big: bigint | undefined;

  add(value: number): void {
    this.#accumulate(value, 1);
  }

  subtract(value: number): void {
    this.#accumulate(value, -1);
  }

  #accumulate(value: number, sign: 1 | -1): void {
    if (this.#big === undefined) {
      for (let scale = this.#scale; scale <= this.#scale + 4 && scale < powersOfTen.length; scale++) {
        const power = powersOfTen[scale] ?? 1;
        const units = Math.round(value * power);
        if (Math.abs(units) >= largestExactDigits) break;
        if (units / power !== value) continue;
        if (scale > this.#scale && !this.#rescale(scale)) break;
        const sum = this.#units + sign * units;
        if (!Number.isSafeInteger(sum)) break;
        this.#units = sum;
        return;
      }
    }
    this.#accumulateBig(value, sign);
  }

  /** Adds the square of a number, as exactly as the number itself would be. */
  addSquare(value: number): void {
    this.#accumulateSquare(value, 1);
  }

  subtractSquare(value: number): void {
    this.#accumulateSquare(value, -1);
  }

  #accumulateSquare(value: number, sign: 1 | -1): void {
    for (let scale = 0; scale <= 4; scale++) {
      const power = powersOfTen[scale] ?? 1;
      const units = Math.round(value * power);
      if (Math.abs(units) > largestSquared) break;
      if (units / power !== value) continue;
      if (!this.#accumulateUnits(sign * units * units, 2 * scale))
        this.#absorbBig(BigInt(sign * units * units), 2 * scale);
      return;
    }
    const { digits, scale } = digitsOf(value);
    this.#absorbBig(BigInt(sign) * digits * digits, 2 * scale);
  }

  /** False where the sum would leave the safe integers. */
  #accumulateUnits(units: number, scale: number): boolean {
    if (this.#big !== undefined || (scale > this.#scale && !this.#rescale(scale))) return false;
    const added = units * (powersOfTen[this.#scale - scale] ?? Number.NaN);
    if (!Number.isSafeInteger(added) || !Number.isSafeInteger(this.#units + added)) return false;
    this.#units += added;
    return true;
  }

  /** Brings the sum to a larger scale; false where it would leave the safe integers. */
  #rescale(scale: number): boolean {
    const units = this.#units * (powersOfTen[scale - this.#scale] ?? Number.NaN);
    if (!Number.isSafeInteger(units)) return false;
    this.#units = units;
    this.#scale = scale;
    return true;
  }

  #accumulateBig(value: number, sign: 1 | -1): void {
    const { digits, scale } = digitsOf(value);
    this.#absorbBig(BigInt(sign) * digits, scale);
  }

  #absorbBig(units: bigint, scale: number): void {
    const common = Math.max(scale, this.#scale, 0);
    this.#big =
      (this.#big ?? BigInt(this.#units)) * 10n ** BigInt(common - this.#scale) + units * 10n ** BigInt(common - scale);
    this.#scale = common;
    this.#settle();
  }

  /** Goes back to a safe integer without trailing zeros where the sum is one, so that equal sums are equal state. */
  #settle(): void {
    let big = this.#big ?? 0n;
    let scale = this.#scale;
    while (scale > 0 && big % 10n === 0n) {
      big /= 10n;
      scale--;
    }
    this.#scale = scale;
    const units = Number(big);
    this.#big = Number.isSafeInteger(units) ? undefined : big;
    this.#units = this.#big === undefined ? units : 0;
  }

  absorb(encoded: Json): void {
    const [units, scale] = (typeof encoded === 'string' ? encoded : '0').split('e-');
    this.#absorbBig(BigInt(units ?? '0'), Number(scale ?? 0));
  }

  /** `units` or `unitse-scale`, the exact decimal. */
  encode(): string {
    const copy = new DecimalSum();
    copy.#absorbBig(this.#big ?? BigInt(this.#units), this.#scale);
    return `${String(copy.#big ?? copy.#units)}e-${copy.#scale}`;
  }

  /** The sum as `units` / 10^`scale`. */
  exact(): { readonly units: bigint; readonly scale: number } {
    return { units: this.#big ?? BigInt(this.#units), scale: this.#scale };
  }

  /** The number nearest to the exact sum. */
  result(): number {
    if (this.#big === undefined && this.#scale < powersOfTen.length)
      return this.#units / (powersOfTen[this.#scale] ?? 1);
    return Number(`${String(this.#big ?? this.#units)}e-${this.#scale}`);
  }

  /** The number nearest to the exact sum divided by a count: the quotient is cut only after twenty more digits. */
  dividedBy(count: number): number {
    const quotient = ((this.#big ?? BigInt(this.#units)) * 10n ** 20n) / BigInt(count);
    return Number(`${String(quotient)}e-${this.#scale + 20}`);
  }
}

/** A number at 15 significant digits. */
function digitsOf(value: number): { readonly digits: bigint; readonly scale: number } {
  const [mantissa = '0', exponent = '0'] = value.toExponential(14).split('e');
  return { digits: BigInt(mantissa.replace('.', '')), scale: 14 - Number(exponent) };
}
