/** `limit` of an alert: how many messages of a rule people get one by one in a period, as in `100 per 1h`. */
import type { Millis } from '../time.ts';
import type { AlertLimit } from './definition.ts';
import { type DurationBounds, formatDuration, parseDuration } from './duration.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { written } from './yaml-node.ts';

export const defaultLimit: AlertLimit = { most: 100, per: 3_600_000 as Millis }; // Branding.

const most = 100_000;
/** Shorter ones would be a digest for every minute in which people are told of any; `advance-time` runs once a minute. */
const periods: DurationBounds = { atLeast: 60_000 as Millis, atMost: (366 * 86_400_000) as Millis }; // Branding.

export const limitPattern = /^(\d+) per (\S+)$/;

export function formatLimit({ most: count, per }: AlertLimit): string {
  return `${count} per ${formatDuration(per)}`;
}

export function readLimit(report: FaultReport, entry: Entry): AlertLimit | undefined {
  const text = written(entry.value) ?? '';
  const [, count = '', duration = ''] = limitPattern.exec(text) ?? [];
  const per = parseDuration(duration);
  const isCount = count !== '' && Number(count) >= 1 && Number(count) <= most;
  if (isCount && per !== undefined && per >= periods.atLeast && per <= periods.atMost)
    return { most: Number(count), per };
  const meant = text.replace(/^(\d+)\s*(?:per|\/|an?|every)\s*(?=\S)/, '$1 per ').replace(/ per hour$/, ' per 1h');
  report.error(`${entry.code}.value`, entry.range, `'${text}' is no limit`, {
    allowed: `messages and a period, for example: ${formatLimit(defaultLimit)}; 1 to ${most}, and ${formatDuration(periods.atLeast)} to ${formatDuration(periods.atMost)}`,
    rewritten: meant !== text && limitPattern.test(meant) ? report.source.withReplaced(entry.range, meant) : undefined,
  });
  return undefined;
}
