/** Running a PartiQL statement against its table. */
import { ServiceError } from '../wire/service-error.ts';
import { attribute, type Attributes, type AttributeValue, invalid } from './attribute-value.ts';
import { compare } from './condition.ts';
import * as decimal from './decimal.ts';
import type { DynamoDb } from './dynamodb.ts';
import { checkExactKey, keyNames } from './key-schema.ts';
import type { Source, Statement, Test } from './partiql.ts';
import { project } from './projection.ts';
import type { Table } from './table.ts';

export interface Outcome {
  /** What a SELECT found. */
  readonly items: readonly Attributes[];
  readonly bytes: number;
}

type Parameters = readonly AttributeValue[];
type Entries = readonly (readonly [string, Source])[];

export function run(dynamodb: DynamoDb, statement: Statement, parameters: Parameters, oldOnFailure: boolean): Outcome {
  const table = dynamodb.table(statement.table);
  checkParameters(statement, parameters);
  switch (statement.kind) {
    case 'insert': {
      const item = inserted(table, statement.entries, parameters);
      if (table.find(item) !== undefined)
        throw new ServiceError('DuplicateItemException', 'Duplicate primary key exists in table');
      return { items: [], bytes: table.put(item).bytes };
    }
    case 'update': {
      const old = conditional(table, statement.where, parameters, oldOnFailure);
      let item: Attributes = old;
      for (const assignment of statement.assignments) {
        if (keyNames(table.key).includes(assignment.name))
          throw invalid(
            `One or more parameter values were invalid: Cannot update attribute ${assignment.name}. This attribute is part of the key`,
          );
        item = { ...item, [assignment.name]: assigned(assignment, old, parameters) };
      }
      if (statement.removals.some((name) => Object.hasOwn(item, name)))
        item = Object.fromEntries(Object.entries(item).filter(([name]) => !statement.removals.includes(name)));
      return { items: [], bytes: table.put(item).bytes };
    }
    case 'delete':
      return { items: [], bytes: table.delete(conditional(table, statement.where, parameters, oldOnFailure)).bytes };
    case 'select':
      return select(table, statement, parameters);
  }
}

/** The primary key that a statement names; refused where it does not name all of it. */
export function statementKey(table: Table, statement: Statement, parameters: Parameters): Attributes {
  checkParameters(statement, parameters);
  if (statement.kind === 'insert') return inserted(table, statement.entries, parameters);
  return whereKey(table, statement.where, parameters);
}

function checkParameters(statement: Statement, parameters: Parameters): void {
  if (parameters.length < statement.parameters)
    throw invalid("Number of parameters in request and statement don't match.");
}

function inserted(table: Table, entries: Entries, parameters: Parameters): Attributes {
  const item = tuple(entries, parameters);
  for (const name of keyNames(table.key))
    if (!Object.hasOwn(item, name)) throw invalid(`Key attribute should be present in the item: Key ${name}`);
  return item;
}

function whereKey(table: Table, where: readonly Test[], parameters: Parameters): Attributes {
  const key: Record<string, AttributeValue> = {};
  for (const name of keyNames(table.key)) {
    const test = where.find((each) => each.name === name && each.by === '=');
    if (test?.operand === undefined)
      throw invalid('Where clause does not contain a mandatory equality on all key attributes');
    key[name] = value(test.operand, parameters);
  }
  checkExactKey(table.key, key);
  return key;
}

/** The item that the WHERE names, if all of it holds. */
function conditional(table: Table, where: readonly Test[], parameters: Parameters, oldOnFailure: boolean): Attributes {
  const item = table.find(whereKey(table, where, parameters))?.item;
  if (item !== undefined && where.every((test) => passes(test, item, parameters))) return item;
  throw new ServiceError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    oldOnFailure && item !== undefined ? { Item: item } : {},
  );
}

function passes(test: Test, item: Attributes, parameters: Parameters): boolean {
  const found = attribute(item, test.name);
  if (test.by === 'IS MISSING') return found === undefined;
  if (test.by === 'IS NOT MISSING') return found !== undefined;
  return compare(test.by, found, test.operand === undefined ? undefined : value(test.operand, parameters));
}

function assigned(
  assignment: Extract<Statement, { kind: 'update' }>['assignments'][number],
  item: Attributes,
  parameters: Parameters,
): AttributeValue {
  if ('source' in assignment) return value(assignment.source, parameters);
  const [old, operand] = [attribute(item, assignment.of)?.N, value(assignment.operand, parameters).N];
  if (old === undefined || operand === undefined)
    throw invalid('An operand in the update expression has an incorrect data type');
  return { N: assignment.sign === '+' ? decimal.add(old, operand) : decimal.subtract(old, operand) };
}

function select(table: Table, statement: Extract<Statement, { kind: 'select' }>, parameters: Parameters): Outcome {
  const index = statement.index === undefined ? undefined : table.index(statement.index);
  const hash = (index?.key ?? table.key).hash.name;
  const first = statement.where.find((test) => test.name === hash && test.by === '=')?.operand;
  const entries = first === undefined ? table.all(index) : table.partition(index, value(first, parameters));
  const found = [...entries].filter(({ item }) => statement.where.every((test) => passes(test, item, parameters)));
  return {
    items: found.map(({ item }) =>
      project(
        table,
        index,
        item,
        statement.names?.map((name) => [name]),
      ),
    ),
    bytes: found.reduce((sum, entry) => sum + entry.size, 0),
  };
}

function value(source: Source, parameters: Parameters): AttributeValue {
  switch (source.kind) {
    case 'parameter':
      return parameters[source.index] ?? {};
    case 'value':
      return source.value;
    case 'tuple':
      return { M: tuple(source.entries, parameters) };
    case 'list':
      return { L: source.members.map((member) => value(member, parameters)) };
  }
}

function tuple(entries: Entries, parameters: Parameters): Attributes {
  const item: Record<string, AttributeValue> = {};
  for (const [name, source] of entries) item[name] = value(source, parameters);
  return item;
}
