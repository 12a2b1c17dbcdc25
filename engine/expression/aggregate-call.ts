/** Calls of aggregates inside an expression: `sum(event.total, event.currency == "GBP") / count()`. */
import type { Node } from './expression.ts';
import { canonical } from './tree.ts';

type Part = 'value' | 'by' | 'n' | 'p';

/** What each aggregate takes, in order; a predicate may come after it. */
const parts = {
  count: [],
  sum: ['value'],
  avg: ['value'],
  stddev: ['value'],
  min: ['value'],
  max: ['value'],
  first: ['value'],
  last: ['value'],
  countDistinct: ['value'],
  collect: ['value', 'n'],
  values: ['value', 'n'],
  top: ['value', 'by', 'n'],
  argmin: ['value', 'by'],
  argmax: ['value', 'by'],
  percentile: ['value', 'p'],
} as const satisfies Readonly<Record<string, readonly Part[]>>;

export type AggregateName = keyof typeof parts;

export function isAggregateName(name: string): name is AggregateName {
  return Object.hasOwn(parts, name);
}

export const aggregateNames: readonly AggregateName[] = Object.keys(parts).filter(isAggregateName);

export function aggregateParts(name: AggregateName): readonly Part[] {
  return parts[name];
}

/** The greatest `n` of an aggregate that keeps n values. */
export const longestCollection = 1000;

/** What the constants of aggregates may be. */
export const constants = {
  n: `a whole number from 1 to ${longestCollection}`,
  p: '0, or a number from 1 to 100 with 3 decimals at most',
} as const;

/** The ways to call an aggregate, as messages show them. */
export function aggregateForms(name: AggregateName): string {
  const taken = parts[name];
  const list = taken.join(', ');
  const predicated = [...taken, 'predicate'].join(', ');
  const bounds = taken.flatMap((part) => (part === 'n' || part === 'p' ? [`${part} ${constants[part]}`] : []));
  return [`${name}(${list}) or ${name}(${predicated})`, ...bounds].join(', ');
}

export interface AggregateCall {
  readonly name: AggregateName;
  /** What is aggregated; absent for `count`. */
  readonly value?: Node;
  /** What values are ranked by. */
  readonly by?: Node;
  /** `n`: how many values are kept. */
  readonly limit?: number;
  /** The percentile that is asked for, from 0 to 100. */
  readonly p?: number;
  /** Only events for which it is true count. */
  readonly predicate?: Node;
}

/** The aggregate that a node of a checked expression calls; undefined for every other node. */
export function aggregateCall(node: Node): AggregateCall | undefined {
  if (node.kind !== 'call' || node.target !== undefined || !isAggregateName(node.name)) return undefined;
  const taken = aggregateParts(node.name);
  const given = (part: Part): Node | undefined => node.arguments[taken.indexOf(part)];
  const value = given('value');
  const by = given('by');
  const limit = constant(given('n'));
  const p = constant(given('p'));
  const predicate = node.arguments[taken.length];
  return {
    name: node.name,
    ...(value && { value }),
    ...(by && { by }),
    ...(limit !== undefined && { limit }),
    ...(p !== undefined && { p }),
    ...(predicate && { predicate }),
  };
}

function constant(node: Node | undefined): number | undefined {
  return node?.kind === 'literal' && typeof node.value === 'number' ? node.value : undefined;
}

/** Names what an aggregate call keeps: calls of one name share it, as all percentiles of the same numbers do. */
export function aggregateKey({ name, value, by, limit, predicate }: AggregateCall): string {
  const nodes = [value, by, predicate].map((node) => node && canonical(node));
  return JSON.stringify([name, ...nodes.map((text) => text ?? null), limit ?? null]);
}
