/**
 * Condition, filter and key condition expressions: comparisons, BETWEEN, IN, AND, OR, NOT and the functions
 * attribute_exists, attribute_not_exists, attribute_type, begins_with, contains and size. What is absent satisfies no
 * comparison but `<>`.
 */
import { type Attributes, type AttributeValue, invalid, type Type, typeOf, types } from './attribute-value.ts';
import { type DocumentPath, readPath } from './document-path.ts';
import { ExpressionReader, type Operand, operandValue } from './expression-reader.ts';
import type { Placeholders } from './placeholders.ts';
import { compareValues, equalValues } from './value-order.ts';

export const comparators = ['=', '<>', '<', '<=', '>', '>='] as const;

export type Comparator = (typeof comparators)[number];

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly inner: Condition }
  | { readonly kind: 'compare'; readonly by: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly subject: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly subject: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'exists'; readonly path: DocumentPath }
  | { readonly kind: 'type'; readonly path: DocumentPath; readonly type: Type }
  | { readonly kind: 'begins' | 'contains'; readonly subject: Operand; readonly operand: Operand };

export function parseCondition(text: string, kind: string, placeholders: Placeholders): Condition {
  const reader = new ExpressionReader(text, kind, placeholders);
  const condition = either(reader);
  if (!reader.ended) throw reader.fault();
  return condition;
}

function either(reader: ExpressionReader): Condition {
  let left = both(reader);
  while (reader.take('OR')) left = { kind: 'or', left, right: both(reader) };
  return left;
}

function both(reader: ExpressionReader): Condition {
  let left = single(reader);
  while (reader.take('AND')) left = { kind: 'and', left, right: single(reader) };
  return left;
}

function single(reader: ExpressionReader): Condition {
  if (reader.take('NOT')) return { kind: 'not', inner: single(reader) };
  if (reader.take('(')) {
    const inner = either(reader);
    reader.expect(')');
    return inner;
  }
  if (reader.peek(1) === '(' && reader.peek() !== 'size') return predicate(reader);
  const subject = reader.operand();
  if (reader.take('BETWEEN')) {
    const low = reader.operand();
    reader.expect('AND');
    return { kind: 'between', subject, low, high: reader.operand() };
  }
  if (reader.take('IN')) {
    reader.expect('(');
    const list = [reader.operand()];
    while (reader.take(',')) list.push(reader.operand());
    reader.expect(')');
    return { kind: 'in', subject, list };
  }
  const by = comparators.find((each) => reader.take(each));
  if (by === undefined) throw reader.fault();
  return { kind: 'compare', by, left: subject, right: reader.operand() };
}

function predicate(reader: ExpressionReader): Condition {
  const name = reader.peek() ?? '';
  reader.expect(name.toUpperCase());
  reader.expect('(');
  const condition = application(name, reader);
  reader.expect(')');
  return condition;
}

function application(name: string, reader: ExpressionReader): Condition {
  switch (name) {
    case 'attribute_exists':
      return { kind: 'exists', path: reader.path() };
    case 'attribute_not_exists':
      return { kind: 'not', inner: { kind: 'exists', path: reader.path() } };
    case 'attribute_type': {
      const path = reader.path();
      reader.expect(',');
      const operand = reader.operand();
      const type = types.find((each) => operand.kind === 'value' && operand.value.S === each);
      if (type === undefined) throw invalid(`Invalid ${reader.kind}: Invalid attribute type name found`);
      return { kind: 'type', path, type };
    }
    case 'begins_with':
    case 'contains': {
      const subject = reader.operand();
      reader.expect(',');
      return { kind: name === 'contains' ? 'contains' : 'begins', subject, operand: reader.operand() };
    }
    default:
      throw invalid(`Invalid ${reader.kind}: Invalid function name; function: ${name}`);
  }
}

/** The operands of a condition, the subject first; of `and`, `or` and `not` those within. */
export function operandsOf(condition: Condition): readonly Operand[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return [...operandsOf(condition.left), ...operandsOf(condition.right)];
    case 'not':
      return operandsOf(condition.inner);
    case 'compare':
      return [condition.left, condition.right];
    case 'between':
      return [condition.subject, condition.low, condition.high];
    case 'in':
      return [condition.subject, ...condition.list];
    case 'exists':
    case 'type':
      return [{ kind: 'path', path: condition.path }];
    case 'begins':
    case 'contains':
      return [condition.subject, condition.operand];
  }
}

/** Whether the condition holds for an item; an absent item has no attributes. */
export function holds(condition: Condition, item: Attributes | undefined): boolean {
  const value = (operand: Operand) => operandValue(operand, item);
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item) && holds(condition.right, item);
    case 'or':
      return holds(condition.left, item) || holds(condition.right, item);
    case 'not':
      return !holds(condition.inner, item);
    case 'compare':
      return compare(condition.by, value(condition.left), value(condition.right));
    case 'between':
      return (
        compare('>=', value(condition.subject), value(condition.low)) &&
        compare('<=', value(condition.subject), value(condition.high))
      );
    case 'in':
      return condition.list.some((each) => compare('=', value(condition.subject), value(each)));
    case 'exists':
      return readPath(item, condition.path) !== undefined;
    case 'type': {
      const found = readPath(item, condition.path);
      return found !== undefined && typeOf(found) === condition.type;
    }
    case 'begins':
      return begins(value(condition.subject), value(condition.operand));
    case 'contains':
      return contains(value(condition.subject), value(condition.operand));
  }
}

export function compare(by: Comparator, a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === undefined || b === undefined) return by === '<>' && a !== b;
  if (by === '=' || by === '<>') return equalValues(a, b) === (by === '=');
  const order = compareValues(a, b);
  if (order === undefined) return false;
  switch (by) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

export function begins(value: AttributeValue | undefined, prefix: AttributeValue | undefined): boolean {
  if (value?.S !== undefined && prefix?.S !== undefined) return value.S.startsWith(prefix.S);
  if (value?.B === undefined || prefix?.B === undefined) return false;
  const start = Buffer.from(prefix.B, 'base64');
  return Buffer.from(value.B, 'base64').subarray(0, start.length).equals(start);
}

function contains(value: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (value === undefined || part === undefined) return false;
  if (value.S !== undefined) return part.S !== undefined && value.S.includes(part.S);
  if (value.L !== undefined) return value.L.some((each) => equalValues(each, part));
  if (value.SS !== undefined) return part.S !== undefined && value.SS.includes(part.S);
  if (value.NS !== undefined) return part.N !== undefined && value.NS.includes(part.N);
  if (value.BS !== undefined) return part.B !== undefined && value.BS.includes(part.B);
  return false;
}
