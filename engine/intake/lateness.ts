/** When an event is too late for a rule: judged per rule, by where its windows are frozen. */
import type { WindowedRule } from '../state/compiled-rule.ts';
import type { EpochMillis } from '../time.ts';

/** An event is late for a rule when every window that could hold it is forgotten (Flink's isWindowLate, per event). */
export function isLate(rule: WindowedRule, t: EpochMillis, paneStart: EpochMillis, frontier: EpochMillis): boolean {
  return rule.form.lastEnd(t, paneStart) <= frontier;
}

export function lateReason({ plan }: WindowedRule, watermark: EpochMillis, frontier: EpochMillis): string {
  const at = Number.isFinite(watermark) ? new Date(watermark).toISOString() : 'the end of time';
  const before = frontier > watermark - plan.allowedLateness ? ', and was less for them' : '';
  return `every window that could hold the event is forgotten: the watermark stands at ${at}, allowedLateness is ${plan.allowedLateness / 1000} s${before}`;
}
