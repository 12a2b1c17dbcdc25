/** `alert`: what a person is told when a rule is true. */
import { isScalar } from 'yaml';
import type { Expression, Scope } from '../expression/expression.ts';
import { nearestName } from '../expression/nearest-name.ts';
import type { Millis } from '../time.ts';
import { type AlertDefinition, type Severity, severities } from './definition.ts';
import { readChoice } from './choice.ts';
import { type DurationBounds, readDuration } from './duration.ts';
import { readExpression, readText } from './expression-value.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, readFields, reportNotYet } from './fields.ts';
import { defaultLimit, readLimit } from './limit.ts';
import { listed } from './listed.ts';
import { checkResourceName } from './name.ts';
import { isSplit, namedEntries } from './named-expressions.ts';
import { isTextScalar, written } from './yaml-node.ts';

export const fields = {
  severity: { example: 'severity: medium' },
  title: { example: 'title: "Order {{ event.orderId }} needs a look"' },
  description: 'optional',
  labels: 'optional',
  evidence: 'optional',
  evidenceFields: 'optional',
  cooldown: 'optional',
  limit: 'optional',
} as const;

export const evidenceChoices = ['read', 'all'] as const;
const defaultEvidence = 10;
/** An SNS message holds 256 KB: more events than these would be clipped. */
export const mostEvidence = 100;
const cooldowns: DurationBounds = { atLeast: 0 as Millis, atMost: (366 * 86_400_000) as Millis }; // Branding.

export interface AlertContext {
  readonly scope: Scope;
  readonly defaultCooldown: Millis;
  /** True for a stateless rule without `groupBy`: it has no key to join alerts by. */
  readonly keyless: boolean;
  /** What is in the rule that has no `cooldown` yet. */
  readonly without: 'not' | 'join' | undefined;
}

export function readAlert(
  report: FaultReport,
  alert: Entry,
  { scope, defaultCooldown, keyless, without }: AlertContext,
): AlertDefinition | undefined {
  const entries = entriesOf(report, alert, 'rule.alert', "a map with 'severity' and 'title'");
  if (entries === undefined) return undefined;
  const given = readFields(report, entries, alert.key, { code: 'rule.alert', what: 'an alert' }, fields);
  const text = (entry: Entry | undefined) => entry && readText(report, entry, scope);
  const severity = given.severity && readSeverity(report, given.severity, scope);
  const title = text(given.title);
  const description = text(given.description);
  const labels = given.labels ? readLabels(report, given.labels, scope) : [];
  const evidence = given.evidence ? readEvidence(report, given.evidence) : defaultEvidence;
  const evidenceFields = given.evidenceFields ? readChoice(report, given.evidenceFields, evidenceChoices) : 'read';
  const cooldown = given.cooldown ? readDuration(report, given.cooldown, cooldowns) : defaultCooldown;
  const limit = given.limit ? readLimit(report, given.limit) : defaultLimit;
  if (given.cooldown && without)
    reportNotYet(report, 'rule.alert.cooldown', given.cooldown.key, `'cooldown' in a rule with a '${without}'`);
  if (given.cooldown && keyless) {
    report.error(
      'rule.alert.cooldown.no-key',
      given.cooldown.key,
      "'cooldown' joins the alerts of a key, and this rule has no 'groupBy'",
      {
        allowed: "'groupBy' in the rule, for example: groupBy: { customer: event.customerId }",
      },
    );
  }
  if (!severity || !title || evidence === undefined || !evidenceFields || cooldown === undefined || limit === undefined)
    return undefined;
  return { severity, title, ...(description && { description }), labels, evidence, evidenceFields, cooldown, limit };
}

function readSeverity(report: FaultReport, entry: Entry, scope: Scope): Severity | Expression | undefined {
  const word = isTextScalar(entry.value) ? entry.value.value : (written(entry.value) ?? '');
  const literal = severities.find((severity) => severity === word);
  if (literal !== undefined) return literal;
  if (/^\w+$/.test(word) && !scope.names.has(word)) {
    const meant = nearestName(word, severities);
    report.error(
      'rule.alert.severity.value',
      entry.range,
      `'${word}' is no severity${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
      {
        allowed: `${listed(severities)}, or an expression that gives one of them`,
        rewritten: meant && report.source.withReplaced(entry.range, meant),
      },
    );
    return undefined;
  }
  return readExpression(report, entry, scope, {
    types: ['string'],
    words: `${listed(severities)}, or an expression that gives one of them`,
  });
}

function readLabels(report: FaultReport, labels: Entry, scope: Scope): AlertDefinition['labels'] {
  const entries = namedEntries(report, labels, "a map of names to texts, such as 'team: fraud'") ?? [];
  return entries.flatMap((label) => {
    const named = checkResourceName(report, { ...label, range: label.key });
    const text = !isSplit(label) ? readText(report, label, scope) : undefined;
    return named && text ? [{ name: label.name, text }] : [];
  });
}

function readEvidence(report: FaultReport, entry: Entry): number | undefined {
  const count = isScalar(entry.value) ? entry.value.value : undefined;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= mostEvidence) return count;
  const given = written(entry.value) ?? '';
  const all = given === 'all' ? "; for whole events write 'evidenceFields: all'" : '';
  report.error(
    'rule.alert.evidence.value',
    entry.range,
    `'evidence' is how many events an alert shows, and '${given}' is no such number${all}`,
    { allowed: `a whole number from 0 to ${mostEvidence}` },
  );
  return undefined;
}
