/** What a report says to CloudWatch. */
import type { Plan } from '../engine/plan/plan.ts';
import type { TimeReport } from '../engine/protocol/time-report.ts';
import type { BatchReport } from '../engine/protocol/batch-report.ts';
import type { EpochMillis } from '../engine/time.ts';
import type { PortCounts } from './counted-ports.ts';
import type { Counted } from './metric-names.ts';

type Puts = ReturnType<PortCounts['take']>;

export function batchMetrics(report: BatchReport, { writes, conflicts }: Puts): Counted {
  return {
    Events: report.records - report.repeated,
    Matched: report.matched,
    Alerts: report.alerts,
    Late: report.late,
    Invalid: report.invalid,
    ExpressionErrors: Object.values(report.predicateFailures).reduce((sum, count) => sum + count, 0),
    Writes: writes,
    Conflicts: conflicts,
  };
}

export function timeMetrics(
  { rules, streams }: Plan,
  report: TimeReport,
  now: EpochMillis,
  { writes, conflicts, pending }: Puts,
): Counted {
  // Results trail by what may be late: of the rules that read them, their streams' own alarms tell.
  const ofResults = new Set(streams.flatMap(({ name, resultsOf }) => (resultsOf === undefined ? [] : [name])));
  const ofEvents = rules.filter(({ sources }) => !sources.some((source) => ofResults.has(source)));
  return {
    Alerts: report.alerts,
    Writes: writes,
    Conflicts: conflicts,
    PendingAlerts: pending,
    ...lagOf(
      ofEvents.flatMap(({ name }) => report.watermarks[name] ?? []),
      now,
    ),
  };
}

/** Of the rule that trails most; a rule without a watermark waits for its first event, and trails nothing. */
function lagOf(watermarks: readonly string[], now: EpochMillis): Counted {
  const known = watermarks.map((text) => Date.parse(text)).filter((instant) => !Number.isNaN(instant));
  return known.length === 0 ? {} : { WatermarkLag: Math.max(0, (now - Math.min(...known)) / 1000) };
}
