/**
 * Arithmetic and order. There is one number type, JSON's: `/` is real division, and a result that is not finite is a
 * failure, so no expression ever yields Infinity or NaN.
 */
import { spend } from './steps.ts';
import { inDurationRange, inTimestampRange } from './time-text.ts';
import { Duration, isList, Timestamp } from './values.ts';

/** No text that an expression builds is longer, in UTF-16 units. */
export const longestText = 1 << 24;

export function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function timestamp(millis: number): Timestamp | undefined {
  const inRange = inTimestampRange(millis);
  return inRange === undefined ? undefined : new Timestamp(inRange);
}

function duration(millis: number): Duration | undefined {
  const inRange = inDurationRange(millis);
  return inRange === undefined ? undefined : new Duration(inRange);
}

/** number + number, text + text, list + list, time + duration, duration + duration. */
export function add(left: unknown, right: unknown): unknown {
  if (typeof left === 'number' && typeof right === 'number') return finite(left + right);
  if (typeof left === 'string' && typeof right === 'string') {
    return left.length + right.length <= longestText ? left + right : undefined;
  }
  if (isList(left) && isList(right)) {
    return spend(left.length + right.length) ? [...left, ...right] : undefined;
  }
  if (right instanceof Duration) {
    if (left instanceof Timestamp) return timestamp(left.millis + right.millis);
    return left instanceof Duration ? duration(left.millis + right.millis) : undefined;
  }
  return left instanceof Duration && right instanceof Timestamp ? timestamp(left.millis + right.millis) : undefined;
}

/** number − number, time − time, time − duration, duration − duration. */
export function subtract(left: unknown, right: unknown): unknown {
  if (typeof left === 'number' && typeof right === 'number') return finite(left - right);
  if (left instanceof Timestamp) {
    if (right instanceof Timestamp) return new Duration(left.millis - right.millis);
    return right instanceof Duration ? timestamp(left.millis - right.millis) : undefined;
  }
  return left instanceof Duration && right instanceof Duration ? duration(left.millis - right.millis) : undefined;
}

export function multiply(left: unknown, right: unknown): number | undefined {
  return typeof left === 'number' && typeof right === 'number' ? finite(left * right) : undefined;
}

/** Real division: `1 / 2` is 0.5, a stated deviation from CEL's integer division. By zero it fails. */
export function divide(left: unknown, right: unknown): number | undefined {
  return typeof left === 'number' && typeof right === 'number' ? finite(left / right) : undefined;
}

/** The remainder with the sign of the dividend. */
export function modulo(left: unknown, right: unknown): number | undefined {
  return typeof left === 'number' && typeof right === 'number' ? finite(left % right) : undefined;
}

export function negate(value: unknown): number | Duration | undefined {
  if (typeof value === 'number') return -value;
  return value instanceof Duration ? new Duration(0 - value.millis) : undefined;
}

/** Below, at or above zero as left is before, at or after right; undefined where the two have no order. */
export function compare(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'number') return typeof right === 'number' ? left - right : undefined;
  if (typeof left === 'string') return typeof right === 'string' ? compareTexts(left, right) : undefined;
  if (typeof left === 'boolean') return typeof right === 'boolean' ? Number(left) - Number(right) : undefined;
  if (left instanceof Timestamp) return right instanceof Timestamp ? left.millis - right.millis : undefined;
  return left instanceof Duration && right instanceof Duration ? left.millis - right.millis : undefined;
}

/** By code point, as CEL orders texts; JavaScript's own order puts U+FF5E after U+1F600. */
function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return a >= 0xd800 && b >= 0xd800 ? codePointRank(a) - codePointRank(b) : a - b;
  }
  return left.length - right.length;
}

/** Half of a surrogate pair stands for a code point above all that one unit can hold. */
function codePointRank(unit: number): number {
  return unit <= 0xdfff ? unit + 0x2800 : unit;
}

export function less(left: unknown, right: unknown): boolean | undefined {
  const order = compare(left, right);
  return order === undefined ? undefined : order < 0;
}

export function lessOrEqual(left: unknown, right: unknown): boolean | undefined {
  const order = compare(left, right);
  return order === undefined ? undefined : order <= 0;
}

export function greater(left: unknown, right: unknown): boolean | undefined {
  return less(right, left);
}

export function greaterOrEqual(left: unknown, right: unknown): boolean | undefined {
  return lessOrEqual(right, left);
}

/** The greatest of several numbers, or of one list of numbers. */
export function greatest(...values: readonly unknown[]): number | undefined {
  return extreme(values, Math.max);
}

export function least(...values: readonly unknown[]): number | undefined {
  return extreme(values, Math.min);
}

function extreme(values: readonly unknown[], pick: (a: number, b: number) => number): number | undefined {
  const first = values[0];
  const numbers = values.length === 1 && isList(first) ? first : values;
  if (!spend(numbers.length)) return undefined;
  let best: number | undefined;
  for (const value of numbers) {
    if (typeof value !== 'number') return undefined;
    best = best === undefined ? value : pick(best, value);
  }
  return best;
}

const ofNumber =
  (calculate: (value: number) => number) =>
  (value: unknown): number | undefined =>
    typeof value === 'number' ? calculate(value) : undefined;

export const abs = ofNumber(Math.abs);
export const ceil = ofNumber(Math.ceil);
export const floor = ofNumber(Math.floor);
export const trunc = ofNumber(Math.trunc);
export const sign = ofNumber(Math.sign);
/** Half away from zero, as CEL's math extension has it. */
export const round = ofNumber((value) => Math.sign(value) * Math.round(Math.abs(value)));
