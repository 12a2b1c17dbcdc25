/** Every form of rule that there is, and pipelines of several of them. */
import type { Compiled } from '../../engine/plan/program.ts';
import { compiled, rules as protocolRules, withRules } from '../engine/protocol/pipelines.ts';
import { earlyRowForm, earlyRowRule, earlyRowStreamText, earlyRowTable } from './early-rows.ts';
import { joinRuleTexts } from './join-rule-texts.ts';
import { logRuleTexts } from './log-rule-texts.ts';
import { resultRuleTexts, revisedRuleTexts } from './result-rule-texts.ts';
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

const rowTable = `  newest:
    from: orders
    key: event.customer
    value:
      kind: event.kind
      total: event.total
`;

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

const alone = (name: string, from: string, group: string): string => `  ${name}:
    from: ${from}
    groupBy:
      ${group}
    window:
      tumbling: 4m
    aggregate:
      n: count()
    having: n == 1
    emit: changes
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

/** Rules of which a second event disproves what the first made true, for good: who has not seen it is wrong. */
const aloneRuleTexts: Readonly<Record<string, string>> = {
  'one event alone': alone('alone', 'orders', 'customer: event.customer'),
  'one event alone, shared key': alone('alone-shared', '[orders, carts]', 'kind: event.kind'),
};

/** What a form needs besides its rule: a stream of its own, and a table. */
const withRows: Readonly<Record<string, { readonly stream: string; readonly table: string; readonly rule: string }>> = {
  [rowForm]: { stream: '', table: rowTable, rule: rowRule },
  [earlyRowForm]: { stream: earlyRowStreamText, table: earlyRowTable, rule: earlyRowRule },
};

/** Results that are revised, for readers outside: one is added to some of the histories. */
export const revisedForms: readonly string[] = Object.keys(revisedRuleTexts);

/** One of these is added to some as well. */
export const aloneForms: readonly string[] = Object.keys(aloneRuleTexts);

const addedRuleTexts: Readonly<Record<string, string>> = { ...revisedRuleTexts, ...aloneRuleTexts };

/** With those that are not drawn. */
export const allForms: readonly string[] = [...forms, ...Object.keys(withRows), ...revisedForms, ...aloneForms];

/** Forms whose keys several shards may write. */
export const sharedForms: ReadonlySet<string> = new Set(
  allForms.filter((name) => {
    const text = withRows[name]?.rule ?? addedRuleTexts[name] ?? texts[name] ?? '';
    return !/(?:groupBy:\n {6}|left: event\.)customer/.test(text) && name !== 'stateless';
  }),
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
  const text = withRules(chosen.map((form) => withRows[form]?.rule ?? addedRuleTexts[form] ?? named(form)).join('\n'));
  const parts = chosen.flatMap((form) => withRows[form] ?? []);
  if (parts.length === 0) return text;
  const streams = parts.map(({ stream }) => stream).join('');
  const tables = parts.map(({ table }) => table).join('');
  return text.replace('rules:', `${streams}tables:\n${tables}rules:`);
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
