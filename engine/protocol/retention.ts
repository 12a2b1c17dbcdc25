/**
 * When items may be deleted: counted from the time of the write or the pane's end, whichever is later, so that state in
 * use is never deleted after an outage or in a replay of history. Only the watermark decides that a pane is forgotten;
 * this is garbage collection.
 */
import { joinReach } from '../plan/join-plan.ts';
import type { Plan, RulePlan } from '../plan/plan.ts';
import { looksBack } from '../plan/sequence-plan.ts';
import { longestPeriod } from '../window/calendar-grid.ts';
import { chainReach } from '../window/chain-reach.ts';
import type { EpochMillis, EpochSeconds, Millis } from '../time.ts';

const day = 86_400_000;
/** Kinesis keeps records for a day unless told otherwise; a redelivery may come as late. */
const streamRetention = day;
/** How long people can look an alert up. */
const alertsKept = 90 * day;
/** As long as Kinesis can keep records: a stream may stand still for as long, and holds the windows of its rules open. */
const longestStandstill = 366 * day;

export function paneTimeToLive(plan: RulePlan, paneEnd: EpochMillis, now: EpochMillis): EpochSeconds {
  return seconds(Math.max(now, paneEnd) + paneKept(plan));
}

/** Of a pane whose final result was not told: nothing but the watermark says when that is. */
export function duePaneTimeToLive(plan: RulePlan, paneEnd: EpochMillis, now: EpochMillis): EpochSeconds {
  return seconds(Math.max(now, paneEnd) + paneKept(plan) + longestStandstill);
}

/** How long a pane is kept after its end, at least, where it was written for this allowedLateness. */
export function paneKept(plan: RulePlan, allowedLateness = plan.allowedLateness): Millis {
  return (windowOf(plan) + plan.cooldown + allowedLateness + streamRetention + day) as Millis;
}

export function alertTimeToLive(plan: RulePlan, at: EpochMillis, now: EpochMillis): EpochSeconds {
  return seconds(Math.max(now, at) + plan.cooldown + plan.allowedLateness + streamRetention + alertsKept);
}

/** How long the ids of a stream's events are kept, at least: as long as dead letters may be put back beside them. */
export function idsKept({ rules }: Plan, stream: string, within: Millis): Millis {
  const counting = rules.filter(({ sources, window }) => window !== undefined && sources.includes(stream));
  return (within + Math.max(streamRetention, ...counting.map((rule) => windowOf(rule) + paneKept(rule)))) as Millis;
}

export function idsTimeToLive(kept: Millis, arrival: EpochMillis, now: EpochMillis): EpochSeconds {
  return seconds(Math.max(now, arrival) + kept);
}

/** The length of a window, at most. */
export function windowOf({ window }: RulePlan): Millis {
  if (window?.kind === 'calendar') return longestPeriod[window.unit];
  if (window?.kind === 'last') return window.within;
  if (window?.kind === 'session' || window?.kind === 'until') return chainReach(window.max);
  if (window?.kind === 'join') return (3 * joinReach(window)) as Millis;
  if (window?.kind === 'sequence') {
    const reach = window.skipsPastLast ? chainReach(window.within) : 2 * window.within;
    return (reach + looksBack(window)) as Millis;
  }
  return window !== undefined && 'size' in window ? window.size : (day as Millis);
}

function seconds(millis: number): EpochSeconds {
  return Math.ceil(millis / 1000) as EpochSeconds;
}
