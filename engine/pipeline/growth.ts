/**
 * Whether a `having` can only turn from false to true while events come into its window, never back. Only then may an
 * alert open as soon as it is true; `orders < 3` is true for every first order.
 *
 * Known to grow: `count`, `countDistinct`, `max`, the size of a `collect`, `values` or `top`, and `sum`, which is taken to grow: summed
 * amounts are seldom negative, and where they are the alert is withdrawn when the sum falls. `min` falls. Everything that
 * is not provably growing is not growing.
 *
 * A form of window may lose events, too: `last` those that newer ones push out, so that only the number of its events
 * grows; where windows follow from each other (`session`, `until`), a late event can move where one begins; and it can
 * give a match of a `sequence` another first event.
 */
import type { Expression, Node } from '../expression/expression.ts';
import { isAggregateName } from '../expression/aggregate-call.ts';
import { walk } from '../expression/tree.ts';
import type { NamedExpression, RuleDefinition, WindowDefinition } from './definition.ts';

type Direction = 'constant' | 'up' | 'down' | 'unknown';

const directions: Readonly<Record<string, Direction>> = {
  count: 'up',
  countDistinct: 'up',
  sum: 'up',
  max: 'up',
  min: 'down',
};

/** Of a window that newer events push older ones out of. */
const directionsOfLast: typeof directions = { count: 'up' };

/** True where `having` never turns false again while events come into a window in order. */
export function isGrowing(
  having: Expression,
  aggregates: readonly NamedExpression[],
  window: WindowDefinition['kind'] | undefined,
): boolean {
  return grows(having.node, {
    nodes: new Map(aggregates.map(({ name, expression }) => [name, expression.node])),
    directions: window === 'last' ? directionsOfLast : directions,
  });
}

/** True where a window of which a rule is true never turns false again, whatever comes late. */
export function staysTrue({ window, having, aggregate }: RuleDefinition): boolean {
  if (window !== undefined && ['session', 'until', 'sequence', 'join'].includes(window.kind)) return false;
  return having === undefined || isGrowing(having, aggregate, window?.kind);
}

interface Aggregates {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly directions: Readonly<Record<string, Direction>>;
}

function grows(node: Node, aggregates: Aggregates): boolean {
  if (isConstant(node, aggregates)) return true;
  if (node.kind !== 'binary') return false;
  const { operator, left, right } = node;
  if (operator === '&&' || operator === '||') return grows(left, aggregates) && grows(right, aggregates);
  const [greater, less] = operator === '<' || operator === '<=' ? [right, left] : [left, right];
  if (!['<', '<=', '>', '>='].includes(operator)) return false;
  const rises = direction(greater, aggregates);
  const falls = direction(less, aggregates);
  return (rises === 'up' || rises === 'constant') && (falls === 'down' || falls === 'constant');
}

function direction(node: Node, aggregates: Aggregates): Direction {
  if (isConstant(node, aggregates)) return 'constant';
  if (node.kind === 'name') {
    const aggregate = aggregates.nodes.get(node.name);
    return aggregate === undefined ? 'unknown' : direction(aggregate, aggregates);
  }
  if (node.kind === 'call') {
    if (node.name === 'size') return isCollection(node.target ?? node.arguments[0], aggregates) ? 'up' : 'unknown';
    return aggregates.directions[node.name] ?? 'unknown';
  }
  if (node.kind !== 'binary') return 'unknown';
  const left = direction(node.left, aggregates);
  const right = direction(node.right, aggregates);
  if (node.operator === '+') {
    if (left === 'constant' || left === right) return right;
    return right === 'constant' ? left : 'unknown';
  }
  if (node.operator !== '*') return 'unknown';
  if (isPositive(node.left)) return right;
  return isPositive(node.right) ? left : 'unknown';
}

function isCollection(node: Node | undefined, aggregates: Aggregates): boolean {
  if (node?.kind === 'name') return isCollection(aggregates.nodes.get(node.name), aggregates);
  return node?.kind === 'call' && ['collect', 'values', 'top'].includes(node.name);
}

function isPositive(node: Node): boolean {
  return node.kind === 'literal' && typeof node.value === 'number' && node.value > 0;
}

/** True where no aggregate has a part in the value. */
function isConstant(root: Node, aggregates: Aggregates): boolean {
  let constant = true;
  walk(root, (node) => {
    if (node.kind === 'name' && aggregates.nodes.has(node.name)) constant = false;
    if (node.kind === 'call' && isAggregateName(node.name) && node.target === undefined) constant = false;
    return constant;
  });
  return constant;
}
