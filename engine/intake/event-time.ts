/** Event time: ISO-8601 text with a zone, or epoch milliseconds. */
import { describe, Timestamp } from '../expression/operators.ts';
import type { EpochMillis } from '../time.ts';

/** Years 1 to 9999, as RFC 3339 has them. */
const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');

const isoWithZone = /^(\d{4}-\d\d-\d\d)[Tt ](?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)$/;

const zero = 48;

/** The instant, or the reason why the value is none. */
export function readEventTime(value: unknown): EpochMillis | string {
  if (typeof value === 'string') {
    // Events that follow each other often have the same time.
    if (value === lastText) return lastTime;
    const time = utcSeconds(value) ?? readText(value);
    if (typeof time === 'string') return time;
    lastText = value;
    lastTime = time;
    return time;
  }
  const millis = value instanceof Timestamp ? value.millis : value;
  if (typeof millis !== 'number')
    return `must be ISO-8601 text with a zone, or epoch milliseconds; this is ${describe(value)}`;
  if (!Number.isInteger(millis) || millis < earliest || millis > latest)
    return `${millis} is not an epoch in milliseconds between the years 1 and 9999`;
  return millis as EpochMillis;
}

function readText(text: string): EpochMillis | string {
  const day = isoWithZone.exec(text)?.[1];
  const millis = day !== undefined && isDay(day) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(millis) || millis < earliest || millis > latest) {
    return `"${text.slice(0, 40)}" is not ISO-8601 text with a zone, such as 2026-03-02T09:00:00Z`;
  }
  return millis as EpochMillis;
}

/** False for 30 February, which Date.parse takes for a day in March. */
function isDay(text: string): boolean {
  const start = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(start) && new Date(start).toISOString().startsWith(text);
}

let lastText = '';
let lastTime = 0 as EpochMillis;

let lastDay = '';
let lastDayStart = 0;

/**
 * `2026-03-02T09:00:00Z` and `….123Z`, the forms that nearly all producers write, without a parser: the day is parsed
 * once and remembered, the time of day is six digits.
 */
function utcSeconds(text: string): EpochMillis | undefined {
  const withMillis = text.length === 24 && text.charCodeAt(19) === 46;
  if ((text.length !== 20 && !withMillis) || text.charCodeAt(text.length - 1) !== 90 || text.charCodeAt(10) !== 84)
    return undefined;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  const hours = twoDigits(text, 11);
  const minutes = twoDigits(text, 14);
  const seconds = twoDigits(text, 17);
  const hundredths = withMillis ? twoDigits(text, 20) : 0;
  const thousandths = withMillis ? text.charCodeAt(22) - zero : 0;
  if (!(hours < 24 && minutes < 60 && seconds < 60 && hundredths < 100 && thousandths >= 0 && thousandths < 10))
    return undefined;
  if (!text.startsWith(lastDay) || lastDay === '') {
    const day = text.slice(0, 10);
    const start = readText(`${day}T00:00:00Z`);
    if (typeof start === 'string') return undefined;
    lastDay = day;
    lastDayStart = start;
  }
  return (lastDayStart +
    hours * 3_600_000 +
    minutes * 60_000 +
    seconds * 1000 +
    hundredths * 10 +
    thousandths) as EpochMillis;
}

/** The number that two digits write; NaN where they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - zero;
  const ones = text.charCodeAt(at + 1) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
