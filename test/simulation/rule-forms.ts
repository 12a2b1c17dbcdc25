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
  return withRules(chosen.map(named).join('\n'));
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
