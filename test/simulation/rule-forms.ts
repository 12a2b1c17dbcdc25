/** Every form of rule that there is, and pipelines of several of them. */
import type { Compiled } from '../../engine/plan/program.ts';
import { compiled, rules as protocolRules, withRules } from '../engine/protocol/pipelines.ts';
import { joinRuleTexts } from './join-rule-texts.ts';
import { logRuleTexts } from './log-rule-texts.ts';
import { resultRuleTexts } from './result-rule-texts.ts';
import { ruleTexts } from './rule-texts.ts';
import { sequenceRuleTexts } from './sequence-rule-texts.ts';

const texts: Readonly<Record<string, string>> = {
  ...protocolRules,
  ...ruleTexts,
  ...logRuleTexts,
  ...sequenceRuleTexts,
  ...joinRuleTexts,
  ...resultRuleTexts,
};
export const forms: readonly string[] = Object.keys(texts);

/**
 * A form that looks up rows of a stream. It says what the perfect run says only where no row comes late, so it is not
 * drawn, but added to the histories of which that is true.
 */
export const rowForm = 'rows of a stream';

const rowTable = `tables:
  newest:
    from: orders
    key: event.customer
    value:
      kind: event.kind
      total: event.total
rules:`;

const rowRule = `  often-rows:
    from: orders
    where: event.kind != tables.newest[?event.customer].kind.orValue("") || event.total > 6
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m
    aggregate:
      n: count()
      before: collect(tables.newest[?event.customer].total.orValue(-1), 50)
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

/** Forms whose keys several shards may write. */
export const sharedForms: ReadonlySet<string> = new Set(
  forms.filter((name) => !/(?:groupBy:\n {6}|left: event\.)customer/.test(texts[name] ?? '') && name !== 'stateless'),
);

/** The rules of one form, named after it so that several stand beside each other. */
function named(form: string): string {
  const at = forms.indexOf(form);
  return (texts[form] ?? '')
    .replaceAll(/^ {2}(often|big|daily|tidy):/gm, `  $1-${at}:`)
    .replaceAll('tidied', `tidied-${at}`);
}

/** The text of a pipeline with a rule of each of these forms. */
export function textOf(chosen: readonly string[]): string {
  const text = withRules(chosen.map((form) => (form === rowForm ? rowRule : named(form))).join('\n'));
  return chosen.includes(rowForm) ? text.replace('rules:', rowTable) : text;
}

const known = new Map<string, Compiled>();

/** A pipeline with a rule of each of these forms. */
export function pipelineOf(chosen: readonly string[]): Compiled {
  const key = chosen.join('\n');
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size > 500) known.clear();
  const made = compiled(textOf(chosen));
  known.set(key, made);
  return made;
}
