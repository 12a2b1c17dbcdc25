/** Where the events of a rule come from, derived streams traced back to declared ones; which tables it reads; and who writes its panes. */
import type { Expression } from '../expression/expression.ts';
import { canonical, reads } from '../expression/tree.ts';
import {
  isOfStream,
  type PipelineDefinition,
  type RuleDefinition,
  type StreamDefinition,
  type TableDefinition,
} from '../pipeline/definition.ts';
import type { Millis } from '../time.ts';
import { numbered } from './sequence-plan.ts';

/** The rules whose `select` makes the events of a derived stream, those that are `off` left out. */
export function producersOf(definition: PipelineDefinition, stream: string): RuleDefinition[] {
  return definition.rules.filter((rule) => rule.into === stream && rule.mode !== 'off');
}

/** A stream in Kinesis that rules read: a declared one, or one of the final results of rules, of which more is not said. */
export type Source = Pick<StreamDefinition, 'name' | 'allowedLateness'> & Partial<StreamDefinition>;

/** The streams in Kinesis behind a list of streams, each once. What a stateless rule makes lies in no stream of its own. */
export function sourcesOf(definition: PipelineDefinition, streams: readonly string[]): Source[] {
  const found = new Map<string, Source>();
  for (const name of streams) {
    const declared = definition.streams.find((stream) => stream.name === name);
    if (declared !== undefined) found.set(name, declared);
    else
      for (const rule of producersOf(definition, name)) {
        // When a result comes, nothing earlier can come any more: its readers need not wait for what is late.
        if (rule.window !== undefined) found.set(name, { name, allowedLateness: 0 as Millis });
        else for (const source of sourcesOf(definition, rule.from)) found.set(source.name, source);
      }
  }
  return [...found.values()];
}

/** The derived streams that lie in Kinesis, each with whether a rule reads it: those of rules with windows. */
export function resultStreams(definition: PipelineDefinition): { readonly name: string; readonly isRead: boolean }[] {
  const rules = definition.rules.filter(({ mode }) => mode !== 'off');
  const names = new Set(rules.flatMap(({ window, into }) => (window && into !== undefined ? [into] : [])));
  return [...names].map((name) => ({
    name,
    isRead: rules.some(({ from }) => sourcesOf(definition, from).some((source) => source.name === name)),
  }));
}

/** The derived streams that revisions of results go into: of rules whose events come from this stream, or of all. */
export function revisedStreams(definition: PipelineDefinition, source?: string): string[] {
  const revising = definition.rules.filter(
    ({ mode, window, emit, from }) =>
      mode === 'live' &&
      window !== undefined &&
      emit !== 'final' &&
      (source === undefined || sourcesOf(definition, from).some(({ name }) => name === source)),
  );
  return [...new Set(revising.flatMap(({ into }) => into ?? []))];
}

/** The streams in Kinesis whose events, or what rules make of them, are rows of tables or look such rows up. */
export function streamsWithRows(definition: PipelineDefinition): ReadonlySet<string> {
  const tables = definition.tables.filter(isOfStream);
  const rules = definition.rules.filter((rule) => tablesRead(definition, expressionsOf(rule)).some(isOfStream));
  return new Set([...tables, ...rules].flatMap(({ from }) => sourcesOf(definition, from).map(({ name }) => name)));
}

/** The texts of the expressions that have, on events of this stream, the value of its partition key. */
function partitionKeyTexts(definition: PipelineDefinition, stream: string): string[] {
  const declared = definition.streams.find(({ name }) => name === stream);
  if (declared !== undefined) return [canonical(declared.partitionKey.node)];
  const perProducer = producersOf(definition, stream).map((rule) => {
    if (rule.window !== undefined) return passesOn(rule) ? passedKeyTexts(rule) : resultKeyTexts(rule);
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

/** A result's partition key is made of its group key; where that is one value, the value stands for it. */
function resultKeyTexts({ groupBy, select = [] }: RuleDefinition): string[] {
  const [group, ...others] = groupBy;
  if (group === undefined || others.length > 0) return [];
  return select
    .filter(({ expression: { node } }) => node.kind === 'name' && node.name === group.name)
    .map(({ name }) => `event[${JSON.stringify(name)}]`);
}

/** True where a rule with a window puts events into its stream as they are. */
export function passesOn({ distinct, into, select }: RuleDefinition): boolean {
  return distinct !== undefined && into !== undefined && select === undefined;
}

/** What makes a group key of an event makes the same of the event that is passed on, where nothing else is read. */
function passedKeyTexts({ groupBy }: RuleDefinition): string[] {
  const [group, ...others] = groupBy;
  if (group === undefined || others.length > 0) return [];
  const { node } = group.expression;
  return reads(node).every(([root]) => root === 'event') ? [canonical(node)] : [];
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
