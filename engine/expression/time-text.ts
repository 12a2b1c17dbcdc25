/**
 * Times and durations as text and back, and what a clock on a wall in a zone shows: the proleptic Gregorian calendar
 * in plain arithmetic, time zones from the platform's own database.
 */

const day = 86_400_000;
const zoneStep = 900_000;

/** CEL's range of timestamps: the years 1 to 9999. */
const firstMillis = -62_135_596_800_000;
const lastMillis = 253_402_300_799_999;

/** CEL's range of durations: ten thousand years either way. */
const longestDuration = 315_576_000_000_000;

export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 0 is the first of January. */
  readonly yearDay: number;
}

/** Rounded to the millisecond; undefined outside the years 1 to 9999. */
export function inTimestampRange(millis: number): number | undefined {
  const whole = Math.floor(millis);
  return whole >= firstMillis && whole <= lastMillis ? whole : undefined;
}

/** The calendar and the clock in a zone `offset` milliseconds east of UTC (`days_from_civil` by Howard Hinnant, inverted). */
export function civilTime(millis: number, offset: number): CivilTime {
  const local = millis + offset;
  const days = Math.floor(local / day);
  const rest = local - days * day;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
    hour: Math.floor(rest / 3_600_000),
    minute: Math.floor(rest / 60_000) % 60,
    second: Math.floor(rest / 1000) % 60,
    millisecond: rest % 1000,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - Math.floor(utc(year, 1, 1) / day),
  };
}

/** Milliseconds of a UTC calendar date; Date.UTC takes the years 0 to 99 for 1900 to 1999, so it gets 400 years more. */
function utc(year: number, month: number, dayOfMonth: number): number {
  return Date.UTC(year + 400, month - 1, dayOfMonth) - 146_097 * day;
}

const isoForm = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/;

/** Milliseconds of an RFC 3339 text; undefined where it is none. Digits below the millisecond are cut off. */
export function parseTimestamp(text: string): number | undefined {
  const match = isoForm.exec(text);
  if (match === null) return undefined;
  const [, year, month, dayOfMonth, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const date = utc(Number(year), Number(month), Number(dayOfMonth));
  const civil = civilTime(date, 0);
  // A date that the calendar lacks, the 30th of February, comes back as another.
  if (civil.month !== Number(month) || civil.day !== Number(dayOfMonth)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = zone.toUpperCase() === 'Z' ? 0 : fixedOffset(zone);
  if (offset === undefined) return undefined;
  const time = Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000;
  return inTimestampRange(date + time + Number(fraction.padEnd(3, '0').slice(0, 3)) - offset);
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** ISO 8601, with the zone's offset: `2026-03-02T09:00:00Z`, `2026-07-01T09:00:00.500+01:00`. */
export function timestampText(millis: number, offset = 0): string {
  const at = civilTime(millis, offset);
  const fraction = at.millisecond === 0 ? '' : `.${String(at.millisecond).padStart(3, '0').replace(/0+$/, '')}`;
  const minutes = Math.abs(offset) / 60_000;
  const zone =
    offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`;
  const date = `${String(at.year).padStart(4, '0')}-${two(at.month)}-${two(at.day)}`;
  return `${date}T${two(at.hour)}:${two(at.minute)}:${two(at.second)}${fraction}${zone}`;
}

const unitMillis: ReadonlyMap<string, number> = new Map([
  ['d', day],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ns', 1e-6],
]);
const durationForm = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:d|h|ms|m|s|us|µs|ns))+)$/;

/** Milliseconds of `1h30m`, `7d`, `-1.5s`; undefined where the text is no duration. Below the millisecond is cut off. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 100 || !durationForm.test(text)) return undefined;
  let sum = 0;
  for (const [, digits, unit] of text.matchAll(/([\d.]+)(d|h|ms|m|s|us|µs|ns)/g)) {
    sum += Number(digits) * (unitMillis.get(unit ?? '') ?? 0);
  }
  // Thousands of a second are no binary fractions: 0.29 s is 290 ms, not 289.99.
  const millis = Math.trunc(Number(sum.toPrecision(15)));
  return inDurationRange(text.startsWith('-') ? -millis : millis);
}

/** Undefined beyond ten thousand years. */
export function inDurationRange(millis: number): number | undefined {
  return Math.abs(millis) <= longestDuration ? millis : undefined;
}

/** CEL's text of a duration, in seconds: `5400s`, `0.5s`. */
export function durationText(millis: number): string {
  return `${millis / 1000}s`;
}

/** A duration as the pipeline file writes it: `1d12h`, `90s` as `1m30s`. */
export function durationWords(millis: number): string {
  let rest = Math.abs(millis);
  let words = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const length = unitMillis.get(unit) ?? 1;
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) words += `${count}${unit}`;
  }
  return words === '' ? '0s' : `${millis < 0 ? '-' : ''}${words}`;
}

function fixedOffset(zone: string): number | undefined {
  const match = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (match === null || Number(match[2]) > 23 || Number(match[3]) > 59) return undefined;
  const offset = Number(match[2]) * 3_600_000 + Number(match[3]) * 60_000;
  return match[1] === '-' ? -offset : offset;
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** Offsets by quarter of an hour, the steps at which zones change theirs. */
  readonly offsets: Map<number, number>;
}

const zones = new Map<string, Zone | number | undefined>();

function zoneOf(name: string): Zone | number | undefined {
  if (zones.has(name)) return zones.get(name);
  let zone: Zone | number | undefined = name === 'UTC' || name === 'Z' ? 0 : fixedOffset(name);
  if (zone === undefined && /^[A-Za-z][\w+/-]*$/.test(name)) {
    try {
      const fields = {
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      } as const;
      zone = {
        format: new Intl.DateTimeFormat('en-US', { ...fields, timeZone: name, hourCycle: 'h23' }),
        offsets: new Map(),
      };
    } catch (error) {
      // A RangeError is how the platform says that it knows no such zone.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  // The name can come from an event: what it can fill is bounded.
  if (zones.size > 1000) zones.clear();
  zones.set(name, zone);
  return zone;
}

/**
 * How far a zone is east of UTC at an instant, in milliseconds: an IANA name, or `+02:00` and its kind; undefined where
 * there is no such zone.
 */
export function zoneOffset(name: string, millis: number): number | undefined {
  const zone = zoneOf(name);
  if (typeof zone !== 'object') return zone;
  const step = Math.floor(millis / zoneStep);
  const known = zone.offsets.get(step);
  if (known !== undefined) return known;
  const parts = new Map(zone.format.formatToParts(step * zoneStep).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const clock = part('hour') * 3_600_000 + part('minute') * 60_000 + part('second') * 1000;
  const offset = utc(part('year'), part('month'), part('day')) + clock - step * zoneStep;
  if (zone.offsets.size > 10_000) zone.offsets.clear();
  zone.offsets.set(step, offset);
  return offset;
}
