/** Times of a test file: a duration from its start, as in `9h` or `-15h`, or ISO 8601 with a zone. */
import { readEventTime } from '../intake/event-time.ts';
import { type DurationBounds, parseDuration, readDuration } from '../pipeline/duration.ts';
import type { FaultReport } from '../pipeline/fault-report.ts';
import type { Entry } from '../pipeline/fields.ts';
import { written } from '../pipeline/yaml-node.ts';
import type { EpochMillis, Millis } from '../time.ts';
import type { Context } from './context.ts';

/** A hundred years. */
const bounds: DurationBounds = { atLeast: 0 as Millis, atMost: (36_525 * 86_400_000) as Millis };

export function readInstant({ report, start }: Context, entry: Entry): EpochMillis | undefined {
  const text = written(entry.value) ?? '';
  if (/^\d{4}-/.test(text)) return readDate(report, entry, text);
  const before = text.startsWith('-') ? parseDuration(text.slice(1)) : undefined;
  if (before !== undefined) return (start - before) as EpochMillis;
  const after = readDuration(report, entry, bounds);
  return after === undefined ? undefined : ((start + after) as EpochMillis);
}

/** An instant that is written as a date. */
export function readDate(report: FaultReport, entry: Entry, text: string): EpochMillis | undefined {
  const instant = readEventTime(text);
  if (typeof instant !== 'string') return instant;
  report.error(`${entry.code}.not-a-time`, entry.range, `'${entry.name}' needs a time: ${instant}`, {
    allowed: 'a time with its zone, for example 2026-03-02T09:00:00Z or 2026-03-02T10:00:00+01:00',
  });
  return undefined;
}
