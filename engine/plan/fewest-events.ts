/**
 * How many events a window needs at least for a rule's `having` to be true. Most keys have fewer than an alert asks for,
 * and then nothing needs to be added up.
 */
import { aggregateCall } from '../expression/aggregate-call.ts';
import type { BinaryOperator, Node } from '../expression/expression.ts';
import type { ParamValue, RuleDefinition } from '../pipeline/definition.ts';

type Bound = (node: Node) => number | undefined;

export function fewestEvents(
  { having, aggregate }: RuleDefinition,
  params: Readonly<Record<string, ParamValue>>,
): number {
  if (having === undefined) return 0;
  const counts = new Set(
    aggregate.flatMap(({ name, expression: { node } }) => {
      const call = aggregateCall(node);
      return call?.name === 'count' || call?.name === 'countDistinct' ? [name] : [];
    }),
  );
  const isCount = (node: Node): boolean => node.kind === 'name' && counts.has(node.name);
  const number: Bound = (node) => {
    const value = node.kind === 'literal' ? node.value : paramOf(node, params);
    return typeof value === 'number' ? value : undefined;
  };
  const fewest = (node: Node): number => {
    if (node.kind !== 'binary') return 0;
    const { operator, left, right } = node;
    if (operator === '&&') return Math.max(fewest(left), fewest(right));
    if (operator === '||') return Math.min(fewest(left), fewest(right));
    if (isCount(left)) return leastOf(operator, number(right));
    return isCount(right) ? leastOf(turned[operator], number(left)) : 0;
  };
  return fewest(having.node);
}

function paramOf(node: Node, params: Readonly<Record<string, ParamValue>>): ParamValue | undefined {
  if (node.kind !== 'field' || node.operand.kind !== 'name' || node.operand.name !== 'params') return undefined;
  return params[node.field];
}

/** With its sides the other way round. */
const turned: Readonly<Partial<Record<BinaryOperator, BinaryOperator>>> = { '<': '>', '<=': '>=', '==': '==' };

/** The least count that stands in this relation to a number. */
function leastOf(operator: BinaryOperator | undefined, number: number | undefined): number {
  if (number === undefined) return 0;
  if (operator === '>') return Math.max(0, Math.floor(number) + 1);
  return operator === '>=' || operator === '==' ? Math.max(0, Math.ceil(number)) : 0;
}
