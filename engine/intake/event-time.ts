/** Event time: ISO-8601 text with a zone, or epoch milliseconds. */
import { describe, Timestamp } from '../expression/operators.ts';
import { earliest, latest, readUtcTime, startOfDay, utcTimeLengths } from '../json/utc-time.ts';
import type { EpochMillis } from '../time.ts';

const isoWithZone = /^(\d{4}-\d\d-\d\d)[Tt ](?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/** The instant, or the reason why the value is none. */
export function readEventTime(value: unknown): EpochMillis | string {
  if (typeof value === 'string') {
    // Events that follow each other often have the same time.
    if (value === lastText) return lastTime;
    const time = utcTimeOf(value) ?? readText(value);
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
  const millis = day !== undefined && !Number.isNaN(startOfDay(day)) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(millis) || millis < earliest || millis > latest) {
    return `"${text.slice(0, 40)}" is not ISO-8601 text with a zone, such as 2026-03-02T09:00:00Z`;
  }
  return millis as EpochMillis;
}

let lastText = '';
let lastTime = 0 as EpochMillis;

const bytes = new Uint8Array(Math.max(...utcTimeLengths));

/** Of a text in the usual forms, without a parser; undefined of all others. */
function utcTimeOf(text: string): EpochMillis | undefined {
  const length = utcTimeLengths.find((one) => one === text.length);
  if (length === undefined) return undefined;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return undefined;
    bytes[i] = code;
  }
  return readUtcTime(bytes, 0, length);
}
