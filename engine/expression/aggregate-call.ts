/** Calls of aggregates inside an expression: `sum(event.total, event.currency == "GBP") / count()`. */
import type { Node } from './expression.ts';

export const aggregateNames = [
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'first',
  'last',
  'countDistinct',
  'collect',
] as const;
export type AggregateName = (typeof aggregateNames)[number];

/** Aggregates of the language that this version refuses. */
export const laterAggregates: readonly string[] = ['stddev', 'values', 'top', 'argmin', 'argmax', 'percentile'];

/** The greatest `n` of `collect(x, n)`. */
export const longestCollection = 1000;

export const aggregateForms: Readonly<Record<AggregateName, string>> = {
  count: 'count() or count(predicate)',
  sum: 'sum(value) or sum(value, predicate)',
  avg: 'avg(value) or avg(value, predicate)',
  min: 'min(value) or min(value, predicate)',
  max: 'max(value) or max(value, predicate)',
  first: 'first(value) or first(value, predicate)',
  last: 'last(value) or last(value, predicate)',
  countDistinct: 'countDistinct(value) or countDistinct(value, predicate)',
  collect: `collect(value, n) or collect(value, n, predicate), n a whole number from 1 to ${longestCollection}`,
};

export interface AggregateCall {
  readonly name: AggregateName;
  /** What is aggregated; absent for `count`. */
  readonly value?: Node;
  /** `n` of `collect(x, n)`. */
  readonly limit?: number;
  /** Only events for which it is true count. */
  readonly predicate?: Node;
}

export function isAggregateName(name: string): name is AggregateName {
  return aggregateNames.some((known) => known === name);
}

/** The aggregate that a node of a checked expression calls; undefined for every other node. */
export function aggregateCall(node: Node): AggregateCall | undefined {
  if (node.kind !== 'call' || node.target !== undefined || !isAggregateName(node.name)) return undefined;
  const rest = [...node.arguments];
  const value = node.name === 'count' ? undefined : rest.shift();
  const limit = node.name === 'collect' ? rest.shift() : undefined;
  const predicate = rest.shift();
  return {
    name: node.name,
    ...(value && { value }),
    ...(limit?.kind === 'literal' && typeof limit.value === 'number' && { limit: limit.value }),
    ...(predicate && { predicate }),
  };
}
