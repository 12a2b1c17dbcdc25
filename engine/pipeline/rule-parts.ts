/** The parts of a rule: which there are, which it needs, and which do not go together. */
import type { FaultReport } from './fault-report.ts';
import { type Entry, type Fields, reportNotYet } from './fields.ts';

export const ruleFields = {
  description: 'optional',
  mode: 'optional',
  from: 'optional',
  where: 'optional',
  select: 'optional',
  into: 'optional',
  groupBy: 'optional',
  window: 'optional',
  aggregate: 'optional',
  having: 'optional',
  emit: 'optional',
  alert: 'optional',
  sequence: 'not-yet',
  within: 'not-yet',
  match: 'not-yet',
  after: 'not-yet',
  join: 'not-yet',
  distinct: 'not-yet',
} as const;

export type RuleFields = Fields<typeof ruleFields>;

/** Reports what a rule lacks and what does not go together. */
export function checkParts(report: FaultReport, { name, key }: Entry, given: RuleFields): void {
  const { window, aggregate, having, emit, groupBy, alert, into, select } = given;
  const streams = 'a stream or a list of streams, for example: from: orders';
  if (given.from === undefined)
    report.error('rule.from.missing', key, `the rule '${name}' does not say which stream it reads`, {
      allowed: streams,
    });
  if (alert === undefined && into === undefined)
    report.error('rule.no-result', key, `the rule '${name}' has neither 'alert' nor 'into': nothing would come of it`, {
      allowed: 'one of the two',
    });
  if (alert && into)
    report.error('rule.two-results', into.key, `the rule '${name}' has both 'alert' and 'into'`, {
      allowed: 'one of the two; a second rule may read the derived stream',
    });
  if (window) {
    if (aggregate === undefined)
      report.error(
        'rule.aggregate.missing',
        window.key,
        "a rule with a 'window' needs 'aggregate': what is counted or summed in it",
        { allowed: 'for example: aggregate: { orders: count() }' },
      );
    if (select) reportNotYet(report, 'rule.select', select.key, "'select' in a rule with a 'window'");
    return;
  }
  if (aggregate)
    report.error('rule.window.missing', aggregate.key, "'aggregate' needs a 'window'", {
      allowed: 'for example: window: { sliding: 24h }',
    });
  else if (having)
    report.error('rule.having.no-window', having.key, "'having' asks about a window, and this rule has none", {
      allowed: "'where', for what is asked of one event",
    });
  if (emit)
    report.error('rule.emit.no-window', emit.key, "'emit' says when a window speaks, and this rule has none", {
      allowed: "no 'emit': a rule without a window speaks at every event",
    });
  if (groupBy && !aggregate && alert === undefined && into)
    report.error(
      'rule.groupBy.unused',
      groupBy.key,
      "'groupBy' has no effect here: a rule without a window that goes 'into' a stream keeps no keys",
      { allowed: "'groupBy' beside 'window' or 'alert'" },
    );
}
