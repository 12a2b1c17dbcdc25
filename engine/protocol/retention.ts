/**
 * When items may be deleted: counted from the time of the write or the pane's end, whichever is later, so that state in
 * use is never deleted after an outage or in a replay of history. Only the watermark decides that a pane is forgotten;
 * this is garbage collection.
 */
import type { RulePlan } from '../plan/plan.ts';
import { longestPeriod } from '../window/calendar-grid.ts';
import type { EpochMillis, EpochSeconds, Millis } from '../time.ts';

const day = 86_400_000;
/** Kinesis keeps records for a day unless told otherwise; a redelivery may come as late. */
const streamRetention = day;
/** How long people can look an alert up. */
const alertsKept = 90 * day;

export function paneTimeToLive(plan: RulePlan, paneEnd: EpochMillis, now: EpochMillis): EpochSeconds {
  return seconds(Math.max(now, paneEnd) + paneKept(plan));
}

/** How long a pane is kept after its end, at least. */
export function paneKept(plan: RulePlan): Millis {
  return (windowLength(plan) + plan.cooldown + plan.allowedLateness + streamRetention + day) as Millis;
}

function windowLength({ window }: RulePlan): number {
  if (window?.kind === 'calendar') return longestPeriod[window.unit];
  return window !== undefined && 'size' in window ? window.size : day;
}

export function alertTimeToLive(plan: RulePlan, at: EpochMillis, now: EpochMillis): EpochSeconds {
  return seconds(Math.max(now, at) + plan.cooldown + plan.allowedLateness + streamRetention + alertsKept);
}

export function idsTimeToLive(within: Millis, arrival: EpochMillis, now: EpochMillis): EpochSeconds {
  return seconds(Math.max(now, arrival) + within + streamRetention + day);
}

function seconds(millis: number): EpochSeconds {
  return Math.ceil(millis / 1000) as EpochSeconds;
}
