/**
 * The type checker: finds all faults of a tree at once. It refuses only what can never work; what depends on the event
 * is `dyn`, and fails when it is evaluated.
 */
import { checkAggregateOrCall } from './check-call.ts';
import { checkIs, checkValue, type CheckContext, refuseOptional, report } from './check-context.ts';
import { checkName, fieldsOf } from './check-name.ts';
import { checkTable } from './check-table.ts';
import type { BinaryOperator, ExpressionFault, Node, Scope, ValueType } from './expression.ts';
import { type CheckedType, typeText } from './function-table.ts';
import { nearestName } from './nearest-name.ts';

export function checkTree(
  source: string,
  node: Node,
  scope: Scope,
): { type: ValueType; faults: readonly ExpressionFault[] } {
  const faults: ExpressionFault[] = [];
  const context: CheckContext = { source, scope, faults, variables: new Set(), check };
  return { type: checkValue(node, context), faults };
}

function check(node: Node, context: CheckContext): CheckedType {
  const ofTable = checkTable(node, context);
  if (ofTable !== undefined) return ofTable;
  switch (node.kind) {
    case 'literal':
      return literalType(node.value);
    case 'name':
      return checkName(node, context);
    case 'field':
      return checkField(node, context);
    case 'has':
      checkField({ ...node, kind: 'field', optional: false }, context);
      return 'bool';
    case 'index':
      return checkIndex(node, context);
    case 'unary':
      return node.operator === '!'
        ? (checkIs(node.operand, ['bool'], 'What stands after !', context), 'bool')
        : checkIs(node.operand, ['number', 'duration'], 'What stands after -', context);
    case 'binary':
      return checkBinary(node, context);
    case 'conditional': {
      checkIs(node.condition, ['bool'], 'What stands before ?', context);
      const then = context.check(node.then, context);
      const otherwise = context.check(node.otherwise, context);
      if (then === otherwise) return then;
      for (const branch of [node.then, node.otherwise])
        refuseOptional(branch, branch === node.then ? then : otherwise, context);
      return 'dyn';
    }
    case 'list':
      for (const item of node.items) checkValue(item, context);
      return 'list';
    case 'map':
      return checkMap(node, context);
    case 'macro':
      return checkMacro(node, context);
    case 'call':
      return checkAggregateOrCall(node, context);
  }
}

function literalType(value: null | boolean | number | string): CheckedType {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' ? 'number' : 'string';
}

function checkField(node: Extract<Node, { kind: 'field' }>, context: CheckContext): CheckedType {
  const operand = context.check(node.operand, context);
  const known = fieldsOf(node.operand, context);
  let type: CheckedType = 'dyn';
  if (known !== undefined) {
    type = known.get(node.field) ?? unknownField(node, [...known.keys()], context);
  } else if (operand !== 'map' && operand !== 'dyn' && operand !== 'optional') {
    const given = context.source.slice(node.operand.start, node.operand.end);
    report(context, 'type', node, `${given} is ${typeText(operand)} and has no fields.`);
  }
  return node.optional || operand === 'optional' ? 'optional' : type;
}

function unknownField(node: Extract<Node, { kind: 'field' }>, known: readonly string[], context: CheckContext): 'dyn' {
  const owner = context.source.slice(node.operand.start, node.operand.end);
  const nearest = nearestName(node.field, known);
  const plain = context.source.endsWith(node.field, node.end);
  return report(
    context,
    'unknown-field',
    plain ? { start: node.end - node.field.length, end: node.end } : node,
    `${owner} has no field ${node.field}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`,
    {
      allowed:
        known.length === 0 ? `nothing: ${owner} has no fields` : known.map((name) => `${owner}.${name}`).join(', '),
      replacement: plain ? nearest : undefined,
    },
  );
}

function checkIndex(node: Extract<Node, { kind: 'index' }>, context: CheckContext): CheckedType {
  const operand = context.check(node.operand, context);
  if (operand === 'list') checkIs(node.index, ['number'], 'The position in a list', context);
  else if (operand === 'map') checkIs(node.index, ['string'], 'The name of a field', context);
  else if (operand === 'dyn' || operand === 'optional')
    checkIs(node.index, ['number', 'string'], 'What stands in [ ]', context);
  else
    report(
      context,
      'type',
      node,
      `${context.source.slice(node.operand.start, node.operand.end)} is ${typeText(operand)} and has no parts.`,
    );
  return node.optional || operand === 'optional' ? 'optional' : 'dyn';
}

function checkMap(node: Extract<Node, { kind: 'map' }>, context: CheckContext): CheckedType {
  for (const { key, value } of node.entries) {
    const type = checkValue(key, context);
    if (type !== 'dyn' && type !== 'string') {
      report(context, 'not-claimed', key, `The key of a map is ${typeText(type)}.`, { allowed: 'a text, as in JSON' });
    }
    checkValue(value, context);
  }
  return 'map';
}

function checkMacro(node: Extract<Node, { kind: 'macro' }>, context: CheckContext): CheckedType {
  checkIs(node.range, ['list', 'map'], `What stands before .${node.macro}()`, context);
  const inner = { ...context, variables: new Set([...context.variables, node.variable]) };
  if (node.filter !== undefined) checkIs(node.filter, ['bool'], 'The predicate', inner);
  if (node.macro === 'map') checkValue(node.body, inner);
  else checkIs(node.body, ['bool'], 'The predicate', inner);
  return node.macro === 'map' || node.macro === 'filter' ? 'list' : 'bool';
}

/** Left type, right type, result of what each operator can work on. */
const arithmetic: Readonly<Partial<Record<BinaryOperator, readonly (readonly [ValueType, ValueType, ValueType])[]>>> = {
  '+': [
    ['number', 'number', 'number'],
    ['string', 'string', 'string'],
    ['list', 'list', 'list'],
    ['timestamp', 'duration', 'timestamp'],
    ['duration', 'timestamp', 'timestamp'],
    ['duration', 'duration', 'duration'],
  ],
  '-': [
    ['number', 'number', 'number'],
    ['timestamp', 'timestamp', 'duration'],
    ['timestamp', 'duration', 'timestamp'],
    ['duration', 'duration', 'duration'],
  ],
  '*': [['number', 'number', 'number']],
  '/': [['number', 'number', 'number']],
  '%': [['number', 'number', 'number']],
};
const ordered: readonly ValueType[] = ['number', 'string', 'timestamp', 'duration', 'bool'];

function checkBinary(node: Extract<Node, { kind: 'binary' }>, context: CheckContext): CheckedType {
  const { operator } = node;
  if (operator === '&&' || operator === '||') {
    for (const operand of [node.left, node.right])
      checkIs(operand, ['bool'], `What stands beside ${operator}`, context);
    return 'bool';
  }
  let left = context.check(node.left, context);
  let right = context.check(node.right, context);
  // Two optionals can be compared; anything else needs the value.
  if (left !== right || (operator !== '==' && operator !== '!=')) {
    left = refuseOptional(node.left, left, context);
    right = refuseOptional(node.right, right, context);
  }
  const overloads = arithmetic[operator];
  if (overloads !== undefined) {
    const matching = overloads.filter(([a, b]) => fits(left, a) && fits(right, b));
    const results = new Set(matching.map(([, , result]) => result));
    if (results.size === 0)
      return unfit(
        node,
        left,
        right,
        overloads.map(([a, b]) => `${typeText(a)} ${operator} ${typeText(b)}`).join(', '),
        context,
      );
    const [result = 'dyn'] = results;
    return results.size === 1 ? result : 'dyn';
  }
  if (operator === 'in') {
    const container = fits(right, 'list') || (fits(right, 'map') && fits(left, 'string'));
    if (!container) unfit(node, left, right, 'a value in a list, a text in a map', context);
  } else if (operator === '==' || operator === '!=') {
    const comparable = left === right || [left, right].some((type) => type === 'dyn' || type === 'null');
    if (!comparable)
      unfit(node, left, right, 'two values of one type; values of different types are never equal', context);
  } else if (!ordered.some((type) => fits(left, type) && fits(right, type))) {
    unfit(node, left, right, 'two numbers, texts, times or durations', context);
  }
  return 'bool';
}

function fits(type: CheckedType, wanted: ValueType): boolean {
  return type === 'dyn' || type === wanted;
}

function unfit(
  node: Extract<Node, { kind: 'binary' }>,
  left: CheckedType,
  right: CheckedType,
  allowed: string,
  context: CheckContext,
): 'dyn' {
  return report(context, 'type', node, `${node.operator} cannot work on ${typeText(left)} and ${typeText(right)}.`, {
    allowed,
  });
}
