/** Where the events of a rule come from, derived streams traced back to declared ones; which tables it reads; and who writes its panes. */
import type { Expression } from '../expression/expression.ts';
import { canonical, reads } from '../expression/tree.ts';
import type { PipelineDefinition, RuleDefinition, StreamDefinition, TableDefinition } from '../pipeline/definition.ts';
import { numbered } from './sequence-plan.ts';

/** The rules whose `select` makes the events of a derived stream, those that are `off` left out. */
export function producersOf(definition: PipelineDefinition, stream: string): RuleDefinition[] {
  return definition.rules.filter((rule) => rule.into === stream && rule.mode !== 'off');
}

/** The declared streams behind a list of streams, each once. */
export function sourcesOf(definition: PipelineDefinition, streams: readonly string[]): StreamDefinition[] {
  const found = new Set<StreamDefinition>();
  for (const name of streams) {
    const declared = definition.streams.find((stream) => stream.name === name);
    if (declared !== undefined) found.add(declared);
    else
      for (const rule of producersOf(definition, name))
        for (const source of sourcesOf(definition, rule.from)) found.add(source);
  }
  return [...found];
}

/** The texts of the expressions that have, on events of this stream, the value of its partition key. */
function partitionKeyTexts(definition: PipelineDefinition, stream: string): string[] {
  const declared = definition.streams.find(({ name }) => name === stream);
  if (declared !== undefined) return [canonical(declared.partitionKey.node)];
  const perProducer = producersOf(definition, stream).map((rule) => {
    const upstream = rule.from.map((name) => partitionKeyTexts(definition, name));
    // Without a `select` events are passed on as they are.
    if (rule.select === undefined)
      return (upstream[0] ?? []).filter((text) => upstream.every((texts) => texts.includes(text)));
    return rule.select
      .filter(({ expression }) => upstream.every((texts) => texts.includes(canonical(expression.node))))
      .map(({ name }) => `event[${JSON.stringify(name)}]`);
  });
  const [first = [], ...rest] = perProducer;
  return first.filter((text) => rest.every((texts) => texts.includes(text)));
}

/** True where a rule's group key holds the partition key of every stream that it reads. */
export function groupKeyHoldsPartitionKey(definition: PipelineDefinition, rule: RuleDefinition): boolean {
  const { window } = rule;
  if (window?.kind === 'join')
    return window.parts.every(({ from }, side) => {
      const key = window.on[side];
      return (
        key !== undefined && from.every((stream) => partitionKeyTexts(definition, stream).includes(canonical(key.node)))
      );
    });
  const groups = rule.groupBy.map(({ expression }) => canonical(expression.node));
  return rule.from.every((stream) => partitionKeyTexts(definition, stream).some((text) => groups.includes(text)));
}

/** The tables whose rows decide what a rule's state is: those that its texts alone read are left out. */
export function tablesOf(definition: PipelineDefinition, rule: RuleDefinition): TableDefinition[] {
  return tablesRead(definition, stateExpressions(rule));
}

/** The expressions of a rule that see its events. */
export function expressionsOf(rule: RuleDefinition): Expression[] {
  const { alert } = rule;
  if (alert === undefined) return stateExpressions(rule);
  const { severity, title, description, labels } = alert;
  const texts = [title, ...(description ? [description] : []), ...labels.map(({ text }) => text)];
  return [
    ...stateExpressions(rule),
    ...texts.flatMap(({ parts }) => parts.filter((part) => typeof part !== 'string')),
    ...(typeof severity === 'string' ? [] : [severity]),
  ];
}

function stateExpressions({ where, groupBy, window, aggregate, select = [] }: RuleDefinition): Expression[] {
  return [
    ...(where ? [where] : []),
    ...(window?.kind === 'until' ? [window.until] : []),
    ...(window && 'parts' in window ? numbered(window.parts) : []).flatMap((part) => part.where ?? []),
    ...(window?.kind === 'join' ? window.on : []),
    ...[...groupBy, ...aggregate, ...select].map(({ expression }) => expression),
  ];
}

/** The tables that expressions look up rows of, in the order of the file. */
export function tablesRead(definition: PipelineDefinition, expressions: readonly Expression[]): TableDefinition[] {
  const names = new Set(
    expressions.flatMap(({ node }) => reads(node).flatMap(([root, name = '']) => (root === 'tables' ? [name] : []))),
  );
  return definition.tables.filter(({ name }) => names.has(name));
}
