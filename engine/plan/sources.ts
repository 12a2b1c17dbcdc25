/** Where the events of a rule come from, derived streams traced back to declared ones, and who writes its panes. */
import { canonical } from '../expression/tree.ts';
import type { PipelineDefinition, RuleDefinition, StreamDefinition } from '../pipeline/definition.ts';

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
  const groups = rule.groupBy.map(({ expression }) => canonical(expression.node));
  return rule.from.every((stream) => partitionKeyTexts(definition, stream).some((text) => groups.includes(text)));
}
