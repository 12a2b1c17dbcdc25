/** Names of rules in a test file. */
import type { Entry } from '../pipeline/fields.ts';
import { type Context, reportUnknownName } from './context.ts';
import { readWord } from './value.ts';

/** A rule that makes alerts or events (`into`), whichever is asked for, and that the case looks at. */
export function readRuleWith(
  context: Context,
  entry: Entry,
  result: 'alert' | 'into',
  about: readonly string[] | undefined,
): string | undefined {
  const name = readRuleName(context, entry);
  if (name === undefined) return undefined;
  const { report } = context;
  if (context.pipeline.rules.find((rule) => rule.name === name)?.[result] === undefined) {
    const [code, makes, allowed] =
      result === 'alert'
        ? ['no-alert', 'events, not alerts', 'a rule with an alert']
        : ['no-events', 'alerts, not events', "a rule with 'into'"];
    report.error(`${entry.code}.${code}`, entry.range, `the rule '${name}' makes ${makes}`, { allowed });
  } else if (about?.includes(name) === false) {
    report.error(`${entry.code}.left-out`, entry.range, `the rule '${name}' is not among the case's 'rules'`, {
      allowed: `'rules' with ${name} in it, or no 'rules' for all of them`,
    });
  }
  return name;
}

/** The name of a rule; undefined, with a fault, where the pipeline has none of this name. */
export function readRuleName(context: Context, entry: Entry): string | undefined {
  const { report, pipeline } = context;
  const name = readWord(report, entry, 'the name of a rule');
  if (name === undefined) return undefined;
  const rule = pipeline.rules.find((one) => one.name === name);
  if (rule === undefined) {
    const known = pipeline.rules.map((one) => one.name);
    reportUnknownName(context, { code: `${entry.code}.unknown-rule`, what: 'rule', name, range: entry.range }, known);
    return undefined;
  }
  if (rule.mode === 'off') {
    report.error(`${entry.code}.off`, entry.range, `the rule '${name}' is off: it never runs`, {
      allowed: "a rule whose mode is 'live' or 'shadow'",
    });
  }
  return name;
}
