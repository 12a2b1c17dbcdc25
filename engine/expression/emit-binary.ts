/**
 * Binary operations as JavaScript: what is common (numbers, constants, logic) in line, the rest by the runtime. Every
 * operand is evaluated once.
 */
import type { Node } from './expression.ts';
import { constant } from './javascript.ts';

type Binary = Extract<Node, { kind: 'binary' }>;

/** An operand that the code uses more than once: `set` first, then `use` as often as needed. */
export interface Held {
  readonly set: string;
  readonly use: string;
}

/** How the code of an operand is come by. */
export interface Operands {
  code(node: Node): string;
  codes(nodes: readonly Node[]): string;
  hold(node: Node): Held;
}

const orderFunctions = { '<': 'less', '<=': 'lessOrEqual', '>': 'greater', '>=': 'greaterOrEqual' } as const;
const arithmeticFunctions = { '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide', '%': 'modulo' } as const;

/** A binary operation; temporaries hold what the code uses twice. */
export function emitBinary(node: Binary, operands: Operands): string {
  switch (node.operator) {
    case '&&':
      return logic(node, operands, 'false', 'true');
    case '||':
      return logic(node, operands, 'true', 'false');
    case '==':
    case '!=':
      return equality(node, operands);
    case 'in':
      return membership(node, operands);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ofNumbers(
        node,
        operands,
        `$.${orderFunctions[node.operator]}`,
        (left, right) => `${left} ${node.operator} ${right}`,
      );
    default:
      return ofNumbers(
        node,
        operands,
        `$.${arithmeticFunctions[node.operator]}`,
        (left, right) => `$.finite(${left} ${node.operator} ${right})`,
      );
  }
}

/** A chain of one operator: `settled` where any operand is it, whatever fails beside it; `open` where all are. */
function logic(node: Binary, emitter: Operands, settled: string, open: string): string {
  const operands = chain(node, node.operator).map((operand) => emitter.hold(operand));
  const anySettled = operands.map(({ set }) => `${set} === ${settled}`).join(' || ');
  const allOpen = operands.map(({ use }) => `${use} === ${open}`).join(' && ');
  return `(${anySettled} ? ${settled} : ${allOpen} ? ${open} : undefined)`;
}

function equality(node: Binary, emitter: Operands): string {
  const equal = node.operator === '==';
  const same = equal ? '===' : '!==';
  const [literal, other] = node.left.kind === 'literal' ? [node.left, node.right] : [node.right, node.left];
  if (literal.kind === 'literal') {
    const held = emitter.hold(other);
    return `(${held.set} === undefined ? undefined : ${held.use} ${same} ${constant(literal.value)})`;
  }
  const left = emitter.hold(node.left);
  const right = emitter.hold(node.right);
  const deep = `$.equal(${left.use}, ${right.use})`;
  return (
    `(${sets(left, right)}${left.use} === undefined || ${right.use} === undefined ? undefined : ` +
    `typeof ${left.use} === "object" ? ${equal ? deep : `$.not(${deep})`} : ${left.use} ${same} ${right.use})`
  );
}

function membership(node: Binary, emitter: Operands): string {
  const { right } = node;
  const literals =
    right.kind === 'list' ? right.items.flatMap((item) => (item.kind === 'literal' ? [constant(item.value)] : [])) : [];
  if (
    right.kind !== 'list' ||
    literals.length !== right.items.length ||
    literals.length === 0 ||
    literals.length > 20
  ) {
    return `$.isIn(${emitter.code(node.left)}, ${emitter.code(right)})`;
  }
  const value = emitter.hold(node.left);
  return `(${value.set} === undefined ? undefined : ${literals.map((literal) => `${value.use} === ${literal}`).join(' || ')})`;
}

/** Numbers in line, everything else by the runtime. */
function ofNumbers(
  node: Binary,
  emitter: Operands,
  runtime: string,
  numbers: (left: string, right: string) => string,
): string {
  const sides = [node.left, node.right];
  if (sides.some((side) => side.kind === 'literal' && typeof side.value !== 'number')) {
    return `${runtime}(${emitter.codes(sides)})`;
  }
  const left = emitter.hold(node.left);
  const right = emitter.hold(node.right);
  const unknown = [left, right].filter((_, i) => sides[i]?.kind !== 'literal');
  const set = sets(left, right);
  const test = unknown.map(({ use }) => `typeof ${use} === "number"`).join(' && ') || 'true';
  return `(${set}${test} ? ${numbers(left.use, right.use)} : ${runtime}(${left.use}, ${right.use}))`;
}

/** What must be evaluated before operands are used. */
function sets(...operands: readonly Held[]): string {
  return operands.map(({ set, use }) => (set === use ? '' : `${set}, `)).join('');
}

/** The operands of a chain such as `a && b && (c && d)`; how they are bracketed makes no difference. */
function chain(node: Node, operator: string): readonly Node[] {
  if (node.kind !== 'binary' || node.operator !== operator) return [node];
  return [...chain(node.left, operator), ...chain(node.right, operator)];
}
