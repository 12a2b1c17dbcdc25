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
  sequence: 'optional',
  within: 'optional',
  match: 'optional',
  after: 'optional',
  join: 'optional',
  distinct: 'optional',
} as const;

export type RuleFields = Fields<typeof ruleFields>;

/** Reports what a rule lacks and what does not go together. */
export function checkParts(report: FaultReport, { name, key }: Entry, given: RuleFields): void {
  const { window, aggregate, having, emit, groupBy, alert, into, select, sequence, distinct, join } = given;
  const streams = 'a stream or a list of streams, for example: from: orders';
  if (given.from === undefined && sequence === undefined && join === undefined)
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
  if (sequence) {
    checkSequenceParts(report, sequence, given);
    return;
  }
  for (const part of ['within', 'match', 'after'] as const) {
    const field = given[part];
    if (field)
      report.error(`rule.${part}.no-sequence`, field.key, `'${part}' belongs to a 'sequence', and this rule has none`, {
        allowed: part === 'within' && window ? `the size in the 'window'` : `'${part}' beside 'sequence'`,
      });
  }
  if (join) {
    checkJoinParts(report, join, given);
    return;
  }
  if (distinct) {
    checkDistinctParts(report, distinct, given);
    return;
  }
  if (window) {
    if (aggregate === undefined)
      report.error(
        'rule.aggregate.missing',
        window.key,
        "a rule with a 'window' needs 'aggregate': what is counted or summed in it",
        { allowed: 'for example: aggregate: { orders: count() }' },
      );
    if (select && into === undefined)
      reportNotYet(report, 'rule.select', select.key, "'select' in a rule with a 'window' and an 'alert'");
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

/** What has no meaning beside `sequence`, or must be there. */
function checkSequenceParts(report: FaultReport, sequence: Entry, given: RuleFields): void {
  const { alert, select } = given;
  for (const part of ['window', 'aggregate', 'distinct', 'join', 'emit'] as const) {
    const field = given[part];
    if (field)
      report.error(`rule.${part}.sequence`, field.key, `a rule with a 'sequence' has no '${part}'`, {
        allowed:
          part === 'emit'
            ? "no 'emit': a match is told when its last step comes, one with a 'not' when the watermark has passed it"
            : part === 'distinct' || part === 'join'
              ? 'one of the two'
              : "'within', how long a match may take; a step's 'times', how many events it takes",
      });
  }
  if (select && alert) reportNotYet(report, 'rule.select', select.key, "'select' in a rule with a 'sequence'");
  if (given.within === undefined)
    report.error('rule.within.missing', sequence.key, "a rule with a 'sequence' needs 'within'", {
      allowed: 'for example: within: 14d',
    });
}

/** What has no meaning beside `distinct`, or must be there. */
function checkDistinctParts(report: FaultReport, distinct: Entry, given: RuleFields): void {
  const { alert, groupBy, select } = given;
  for (const part of ['window', 'aggregate', 'having', 'emit'] as const) {
    const field = given[part];
    if (field)
      report.error(`rule.${part}.distinct`, field.key, `a rule with 'distinct' has no '${part}'`, {
        allowed:
          part === 'having'
            ? "'where', for what is asked of each event"
            : part === 'emit'
              ? "no 'emit': the first event is told at once, the last once 'within' and the allowed lateness are over"
              : "'distinct' alone; a rule that counts has a 'window' and no 'distinct'",
      });
  }
  if (select && alert) reportNotYet(report, 'rule.select', select.key, "'select' in a rule with 'distinct'");
  if (groupBy === undefined)
    report.error('rule.groupBy.missing', distinct.key, "'distinct' does not say which events are the same", {
      allowed: "'groupBy', for example: groupBy: { order: event.orderId }",
    });
}

/** What has no meaning beside `join`, or must be there. */
function checkJoinParts(report: FaultReport, join: Entry, given: RuleFields): void {
  const instead = {
    from: "'from' of each side",
    where: "'where' of each side; 'having', for what is asked of a pair",
    groupBy: "'on' in the join: the key of each side",
    window: "'within' in the join: how far the two events may be apart",
    aggregate: "'select', for what is told of a pair",
    distinct: "'join' alone",
    emit: "no 'emit': a pair is told when its second event comes, an event without another when none can come any more",
  };
  for (const part of ['from', 'where', 'groupBy', 'window', 'aggregate', 'distinct', 'emit'] as const) {
    const field = given[part];
    if (field)
      report.error(`rule.${part}.join`, field.key, `a rule with a 'join' has no '${part}'`, { allowed: instead[part] });
  }
  if (given.select === undefined)
    report.error('rule.select.missing', join.key, "a rule with a 'join' needs 'select': what is told of a pair", {
      allowed: 'for example: select: { order: order.orderId, stars: review.stars }',
    });
}
