/** Lengths of time as a user writes them: `90s`, `24h`, `1d12h`. A day is 24 hours. */
import type { Millis } from '../time.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { written } from './yaml-node.ts';

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
export const durationPattern = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Bounds of a duration, both inclusive. */
export interface DurationBounds {
  readonly atLeast: Millis;
  readonly atMost: Millis;
}

/** The milliseconds of a duration in the form `1d12h`; undefined where it is none. */
export function parseDuration(text: string): Millis | undefined {
  const parts = durationPattern.exec(text);
  if (parts === null || text === '') return undefined;
  const millis = Object.values(units).reduce((sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * unit, 0);
  return Number.isSafeInteger(millis) ? (millis as Millis) : undefined; // Branding.
}

/** A duration in the form that `parseDuration` reads: the largest units first, none that is 0. */
export function formatDuration(millis: Millis): string {
  let rest: number = millis;
  let text = '';
  for (const [name, unit] of Object.entries(units)) {
    const count = Math.floor(rest / unit);
    if (count > 0) text += `${count}${name}`;
    rest -= count * unit;
  }
  return text === '' ? '0s' : text;
}

export function readDuration(
  report: FaultReport,
  entry: Entry,
  { atLeast, atMost }: DurationBounds,
): Millis | undefined {
  const forms = "a whole number with its unit, as in '500ms', '90s', '15m', '24h', '7d' or '1d12h'";
  const text = written(entry.value);
  if (text === undefined) {
    report.error(`${entry.code}.not-a-duration`, entry.range, `'${entry.name}' needs a duration`, { allowed: forms });
    return undefined;
  }
  const millis = parseDuration(text);
  if (millis === undefined) {
    const meant = meantDuration(text);
    const rewritten = meant === undefined ? undefined : report.source.withReplaced(entry.range, meant);
    const problem = /^\d+$/.test(text) ? 'has no unit' : 'is no duration';
    const allowed = text.includes('params.') ? `${forms}; it is written out, and no parameter` : forms;
    report.error(`${entry.code}.not-a-duration`, entry.range, `'${text}' ${problem}`, { allowed, rewritten });
    return undefined;
  }
  if (millis < atLeast || millis > atMost) {
    const bound = millis < atLeast ? `at least ${formatDuration(atLeast)}` : `at most ${formatDuration(atMost)}`;
    report.error(`${entry.code}.out-of-range`, entry.range, `'${entry.name}' is ${text}: it must be ${bound}`, {
      allowed: `${formatDuration(atLeast)} to ${formatDuration(atMost)}`,
    });
    return undefined;
  }
  return millis;
}

const longNames: Readonly<Record<string, keyof typeof units | 'w'>> = {
  w: 'w',
  week: 'w',
  weeks: 'w',
  d: 'd',
  day: 'd',
  days: 'd',
  h: 'h',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  m: 'm',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  s: 's',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  ms: 'ms',
  millisecond: 'ms',
  milliseconds: 'ms',
};

/** `24 hours`, `1.5h`, `2w`: what was meant, where that is plain. */
function meantDuration(text: string): string | undefined {
  const parts = [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)];
  if (parts.length === 0 || text.toLowerCase().replace(/\d+(?:\.\d+)?\s*[a-z]+|[\s,]|and/g, '') !== '')
    return undefined;
  const asGiven = parts.map(([, count, word]) => `${count}${longNames[word ?? '']}`).join('');
  if (parseDuration(asGiven) !== undefined) return asGiven;
  let millis = 0;
  for (const [, count, word] of parts) {
    const unit = longNames[word ?? ''];
    if (unit === undefined) return undefined;
    millis += Number(count) * (unit === 'w' ? 7 * units.d : units[unit]);
  }
  return Number.isInteger(millis) && millis > 0 ? formatDuration(millis as Millis) : undefined; // Branding.
}
