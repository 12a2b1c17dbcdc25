/** When an event is too late for a rule: judged per rule, by the rule's published watermark. */
import type { WindowedRule } from '../state/compiled-rule.ts';
import type { EpochMillis } from '../time.ts';

/** An event is late for a rule when every window that could hold it is forgotten (Flink's isWindowLate, per event). */
export function isLate(rule: WindowedRule, t: EpochMillis, paneStart: EpochMillis, watermark: EpochMillis): boolean {
  return rule.form.lastEnd(t, paneStart) + rule.plan.allowedLateness <= watermark;
}

export function lateReason(rule: WindowedRule, watermark: EpochMillis): string {
  const at = Number.isFinite(watermark) ? new Date(watermark).toISOString() : 'the end of time';
  return `every window that could hold the event is forgotten: the watermark stands at ${at}, allowedLateness is ${rule.plan.allowedLateness / 1000} s`;
}
