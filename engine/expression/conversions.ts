/** CEL's conversions between types, and the getters of times and durations. */
import {
  civilTime,
  type CivilTime,
  durationText,
  inTimestampRange,
  parseDuration,
  parseTimestamp,
  timestampText,
  zoneOffset,
} from './time-text.ts';
import { Duration, Timestamp } from './values.ts';

/** A number from its text: `12`, `-0.5`, `1e3`. */
export function double(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A whole number: a number cut towards zero, the text of a whole number, a time's seconds since 1970. */
export function int(value: unknown): number | undefined {
  if (typeof value === 'string') return /^[+-]?\d+$/.test(value) ? safe(Number(value)) : undefined;
  if (typeof value === 'number') return safe(Math.trunc(value));
  return value instanceof Timestamp ? Math.floor(value.millis / 1000) : undefined;
}

/** Beyond 2^53 a number no longer tells one whole number from the next. */
function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined;
}

export function string(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Timestamp) return timestampText(value.millis);
  return value instanceof Duration ? durationText(value.millis) : undefined;
}

export function bool(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'True' || value === 'TRUE' || value === 't' || value === '1') return true;
  if (value === 'false' || value === 'False' || value === 'FALSE' || value === 'f' || value === '0') return false;
  return undefined;
}

/** A time from ISO 8601 text with a zone, or from seconds since 1970. */
export function timestamp(value: unknown): Timestamp | undefined {
  if (value instanceof Timestamp) return value;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const millis = typeof value === 'string' ? parseTimestamp(value) : inTimestampRange(value * 1000);
  return millis === undefined ? undefined : new Timestamp(millis);
}

/** A duration from its text: `1h30m`, `7d`. */
export function duration(value: unknown): Duration | undefined {
  if (value instanceof Duration) return value;
  const millis = typeof value === 'string' ? parseDuration(value) : undefined;
  return millis === undefined ? undefined : new Duration(millis);
}

export function dyn(value: unknown): unknown {
  return value;
}

function civil(value: unknown, zones: readonly unknown[]): CivilTime | undefined {
  if (!(value instanceof Timestamp)) return undefined;
  const zone = zones.length === 0 ? 'UTC' : zones[0];
  const offset = typeof zone === 'string' ? zoneOffset(zone, value.millis) : undefined;
  return offset === undefined ? undefined : civilTime(value.millis, offset);
}

type Getter = (value: unknown, ...zone: readonly unknown[]) => number | undefined;

const ofTime =
  (pick: (time: CivilTime) => number): Getter =>
  (value, ...zone) => {
    const time = civil(value, zone);
    return time === undefined ? undefined : pick(time);
  };

/** A duration in whole units; a time's field otherwise. */
const ofDurationOr =
  (whole: (millis: number) => number, pick: (time: CivilTime) => number): Getter =>
  (value, ...zone) => {
    if (value instanceof Duration) return zone.length === 0 ? Math.trunc(whole(value.millis)) : undefined;
    return ofTime(pick)(value, ...zone);
  };

export const getFullYear = ofTime((time) => time.year);
/** 0 is January. */
export const getMonth = ofTime((time) => time.month - 1);
/** 1 is the first day of the month. */
export const getDate = ofTime((time) => time.day);
/** 0 is the first day of the month. */
export const getDayOfMonth = ofTime((time) => time.day - 1);
/** 0 is Sunday. */
export const getDayOfWeek = ofTime((time) => time.weekday);
/** 0 is the first of January. */
export const getDayOfYear = ofTime((time) => time.yearDay);
export const getHours = ofDurationOr(
  (millis) => millis / 3_600_000,
  (time) => time.hour,
);
export const getMinutes = ofDurationOr(
  (millis) => millis / 60_000,
  (time) => time.minute,
);
export const getSeconds = ofDurationOr(
  (millis) => millis / 1000,
  (time) => time.second,
);
/** Of a duration too only the part below the second, as CEL has it. */
export const getMilliseconds = ofDurationOr(
  (millis) => millis % 1000,
  (time) => time.millisecond,
);
