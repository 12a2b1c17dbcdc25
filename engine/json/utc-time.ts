/**
 * `2026-03-02T09:00:00Z` and `….123Z`, the forms that nearly all producers write, read where they lie in bytes: the day is
 * parsed once and remembered, the time of day is six digits or nine.
 */
import type { EpochMillis } from '../time.ts';

/** Years 1 to 9999, as RFC 3339 has them. */
export const earliest = Date.parse('0001-01-01T00:00:00Z');
export const latest = Date.parse('9999-12-31T23:59:59.999Z');

const zero = 48;
const dayLength = 10;
export const utcTimeLengths = [20, 24] as const;

/** The first instant of a day such as `2026-03-02`, in epoch milliseconds; NaN where there is none, as of 30 February. */
export function startOfDay(day: string): number {
  const start = Date.parse(`${day}T00:00:00Z`);
  // Date.parse takes that one for a day in March, and `+010000-01` for the first of a month.
  const isDay = start >= earliest && start <= latest && new Date(start).toISOString().startsWith(day);
  return isDay ? start : Number.NaN;
}

const firstDay = '0001-01-01';
const lastDay = Uint8Array.from(firstDay, (digit) => digit.charCodeAt(0));
let lastStart = startOfDay(firstDay);

/** The instant of the time in the `length` bytes from `at` on, one of `utcTimeLengths`; undefined where it is none. */
export function readUtcTime(bytes: Uint8Array, at: number, length: number): EpochMillis | undefined {
  const point = bytes[at + 19];
  if (bytes[at + length - 1] !== 90 || (length > 20 && point !== 46)) return undefined;
  if (bytes[at + 10] !== 84 || bytes[at + 13] !== 58 || bytes[at + 16] !== 58) return undefined;
  const hours = twoDigits(bytes, at + 11);
  const minutes = twoDigits(bytes, at + 14);
  const seconds = twoDigits(bytes, at + 17);
  const hundredths = length > 20 ? twoDigits(bytes, at + 20) : 0;
  const thousandths = length > 20 ? (bytes[at + 22] ?? 0) - zero : 0;
  if (!(hours < 24 && minutes < 60 && seconds < 60 && hundredths < 100 && thousandths >= 0 && thousandths < 10))
    return undefined;
  if (!isLastDay(bytes, at) && !takeDay(bytes, at)) return undefined;
  return (lastStart +
    hours * 3_600_000 +
    minutes * 60_000 +
    seconds * 1000 +
    hundredths * 10 +
    thousandths) as EpochMillis;
}

function isLastDay(bytes: Uint8Array, at: number): boolean {
  for (let i = dayLength - 1; i >= 0; i--) if (bytes[at + i] !== lastDay[i]) return false;
  return true;
}

/** Remembers the day that begins at a byte; false where it is none. */
function takeDay(bytes: Uint8Array, at: number): boolean {
  const day = bytes.subarray(at, at + dayLength);
  const start = startOfDay(String.fromCharCode(...day));
  if (Number.isNaN(start)) return false;
  lastDay.set(day);
  lastStart = start;
  return true;
}

/** The number that two digits write; NaN where they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - zero;
  const ones = (bytes[at + 1] ?? 0) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
