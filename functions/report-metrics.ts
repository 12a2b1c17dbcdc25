/** What a report says to CloudWatch. */
import type { TimeReport } from '../engine/protocol/advance-time.ts';
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

export function timeMetrics(report: TimeReport, now: EpochMillis, { writes, conflicts, pending }: Puts): Counted {
  return {
    Alerts: report.alerts,
    Writes: writes,
    Conflicts: conflicts,
    PendingAlerts: pending,
    ...lagOf(report, now),
  };
}

/** Of the rule that trails most; a rule without a watermark waits for its first event, and trails nothing. */
function lagOf({ watermarks }: TimeReport, now: EpochMillis): Counted {
  const known = Object.values(watermarks)
    .map((text) => Date.parse(text))
    .filter((instant) => !Number.isNaN(instant));
  return known.length === 0 ? {} : { WatermarkLag: Math.max(0, (now - Math.min(...known)) / 1000) };
}
