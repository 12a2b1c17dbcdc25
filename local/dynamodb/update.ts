/** Update expressions: SET with arithmetic, if_not_exists and list_append; REMOVE; ADD; DELETE from a set. */
import { type Attributes, type AttributeValue, invalid } from './attribute-value.ts';
import * as decimal from './decimal.ts';
import { type DocumentPath, overlap, readPath, writePath } from './document-path.ts';
import { ExpressionReader, type Operand, operandValue } from './expression-reader.ts';
import type { Placeholders } from './placeholders.ts';

export type Term =
  | Operand
  | { readonly kind: 'if-not-exists'; readonly path: DocumentPath; readonly otherwise: Term }
  | { readonly kind: 'append' | 'add' | 'subtract'; readonly left: Term; readonly right: Term };

export type Action =
  | { readonly kind: 'set'; readonly path: DocumentPath; readonly term: Term }
  | { readonly kind: 'remove'; readonly path: DocumentPath }
  | { readonly kind: 'add' | 'delete'; readonly path: DocumentPath; readonly value: AttributeValue };

export function parseUpdate(text: string, placeholders: Placeholders): readonly Action[] {
  const reader = new ExpressionReader(text, 'UpdateExpression', placeholders);
  const actions: Action[] = [];
  while (!reader.ended) {
    const section = (['SET', 'REMOVE', 'ADD', 'DELETE'] as const).find((each) => reader.take(each));
    if (section === undefined) throw reader.fault();
    do actions.push(action(section, reader));
    while (reader.take(','));
  }
  checkOverlap(actions);
  return actions;
}

function checkOverlap(actions: readonly Action[]): void {
  for (const [index, one] of actions.entries())
    for (const other of actions.slice(index + 1))
      if (overlap(one.path, other.path))
        throw invalid(
          `Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [${one.path.join(', ')}], path two: [${other.path.join(', ')}]`,
        );
}

function action(section: 'SET' | 'REMOVE' | 'ADD' | 'DELETE', reader: ExpressionReader): Action {
  const path = reader.path();
  switch (section) {
    case 'REMOVE':
      return { kind: 'remove', path };
    case 'SET': {
      reader.expect('=');
      return { kind: 'set', path, term: sum(reader) };
    }
    case 'ADD':
    case 'DELETE': {
      const operand = reader.operand();
      if (operand.kind !== 'value') throw reader.fault();
      return { kind: section === 'ADD' ? 'add' : 'delete', path, value: operand.value };
    }
  }
}

function sum(reader: ExpressionReader): Term {
  const left = term(reader);
  if (reader.take('+')) return { kind: 'add', left, right: term(reader) };
  if (reader.take('-')) return { kind: 'subtract', left, right: term(reader) };
  return left;
}

function term(reader: ExpressionReader): Term {
  if (reader.peek(1) === '(') {
    if (reader.take('IF_NOT_EXISTS')) {
      reader.expect('(');
      const path = reader.path();
      reader.expect(',');
      const otherwise = term(reader);
      reader.expect(')');
      return { kind: 'if-not-exists', path, otherwise };
    }
    if (reader.take('LIST_APPEND')) {
      reader.expect('(');
      const left = term(reader);
      reader.expect(',');
      const right = term(reader);
      reader.expect(')');
      return { kind: 'append', left, right };
    }
  }
  return reader.operand();
}

/** The item after the update. All terms are read from the item before it. */
export function applyUpdate(actions: readonly Action[], item: Attributes): Attributes {
  let updated = item;
  // Removing from a list moves what is behind, so the last goes first.
  const removals = actions.filter((each) => each.kind === 'remove').reverse();
  for (const each of [...actions.filter((other) => other.kind !== 'remove'), ...removals])
    updated = writePath(updated, each.path, outcome(each, item));
  return updated;
}

function outcome(action: Action, item: Attributes): AttributeValue | undefined {
  switch (action.kind) {
    case 'set':
      return evaluate(action.term, item);
    case 'remove':
      return undefined;
    case 'add':
      return added(readPath(item, action.path), action.value);
    case 'delete':
      return deleted(readPath(item, action.path), action.value);
  }
}

function evaluate(term: Term, item: Attributes): AttributeValue {
  switch (term.kind) {
    case 'if-not-exists':
      return readPath(item, term.path) ?? evaluate(term.otherwise, item);
    case 'append': {
      const [left, right] = [evaluate(term.left, item), evaluate(term.right, item)];
      if (left.L === undefined || right.L === undefined) throw wrongType();
      return { L: [...left.L, ...right.L] };
    }
    case 'add':
    case 'subtract': {
      const [left, right] = [evaluate(term.left, item), evaluate(term.right, item)];
      if (left.N === undefined || right.N === undefined) throw wrongType();
      return { N: term.kind === 'add' ? decimal.add(left.N, right.N) : decimal.subtract(left.N, right.N) };
    }
    default: {
      const value = operandValue(term, item);
      if (value === undefined)
        throw invalid('The provided expression refers to an attribute that does not exist in the item');
      return value;
    }
  }
}

const wrongType = () => invalid('An operand in the update expression has an incorrect data type');

function added(old: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (value.N !== undefined) {
    if (old !== undefined && old.N === undefined) throw wrongType();
    return { N: decimal.add(old?.N ?? '0', value.N) };
  }
  const tag = setTag(value);
  const before = old === undefined ? [] : old[tag];
  if (before === undefined) throw wrongType();
  return { [tag]: [...new Set([...before, ...(value[tag] ?? [])])] };
}

function deleted(old: AttributeValue | undefined, value: AttributeValue): AttributeValue | undefined {
  const tag = setTag(value);
  if (old === undefined) return undefined;
  const before = old[tag];
  if (before === undefined) throw wrongType();
  const rest = before.filter((member) => value[tag]?.includes(member) !== true);
  return rest.length === 0 ? undefined : { [tag]: rest };
}

function setTag(value: AttributeValue): 'SS' | 'NS' | 'BS' {
  const tag = (['SS', 'NS', 'BS'] as const).find((each) => value[each] !== undefined);
  if (tag === undefined) throw wrongType();
  return tag;
}
