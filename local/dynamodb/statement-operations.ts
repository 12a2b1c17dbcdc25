/** ExecuteStatement and BatchExecuteStatement. */
import { type Input, objects, optionalList, text } from '../wire/input.ts';
import { ServiceError } from '../wire/service-error.ts';
import { type AttributeValue, checkValue, invalid } from './attribute-value.ts';
import { capacityOf, readUnits, writeUnits } from './capacity.ts';
import type { DynamoDb } from './dynamodb.ts';
import { keyText } from './key-schema.ts';
import { parseStatement, type Statement } from './partiql.ts';
import { type Outcome, run, statementKey } from './statement.ts';

export function executeStatement(dynamodb: DynamoDb, input: Input) {
  const statement = parseStatement(text(input, 'Statement', 1, 8192));
  const outcome = run(dynamodb, statement, parametersOf(input), wantsOld(input));
  return {
    Items: outcome.items,
    ...capacityOf(input, dynamodb.table(statement.table), units(statement, outcome, input)),
  };
}

export function batchExecuteStatement(dynamodb: DynamoDb, input: Input) {
  const prepared = objects(input, 'Statements', 1, 25).map((request) => prepare(dynamodb, request));
  const statements = prepared.flatMap((each) => ('statement' in each ? [each] : []));
  const reads = statements.filter(({ statement }) => statement.kind === 'select').length;
  if (reads > 0 && reads < statements.length)
    throw invalid('Read and write requests together in the same batch is not supported.');
  const ids = statements.map((each) => each.id);
  if (new Set(ids).size < ids.length) throw invalid('Provided list of item keys contains duplicates');
  const consumed = new Map<string, number>();
  const responses = prepared.map((each) => {
    if ('error' in each) return { Error: each.error };
    const { statement, parameters, request } = each;
    const TableName = statement.table;
    try {
      const outcome = run(dynamodb, statement, parameters, wantsOld(request));
      consumed.set(TableName, (consumed.get(TableName) ?? 0) + units(statement, outcome, request));
      return outcome.items[0] === undefined ? { TableName } : { TableName, Item: outcome.items[0] };
    } catch (error) {
      return { TableName, Error: statementError(error) };
    }
  });
  const capacity = [...consumed].map(([name, total]) => capacityOf(input, dynamodb.table(name), total));
  return {
    Responses: responses,
    ...(input['ReturnConsumedCapacity'] === 'TOTAL' && {
      ConsumedCapacity: capacity.flatMap((each) => ('ConsumedCapacity' in each ? [each.ConsumedCapacity] : [])),
    }),
  };
}

type Prepared =
  | { readonly error: object }
  | {
      readonly request: Input;
      readonly statement: Statement;
      readonly parameters: readonly AttributeValue[];
      /** Table and primary key. */
      readonly id: string;
    };

/** A statement that cannot be read, or does not name one item, fails alone. */
function prepare(dynamodb: DynamoDb, request: Input): Prepared {
  try {
    const statement = parseStatement(text(request, 'Statement', 1, 8192));
    const parameters = parametersOf(request);
    const table = dynamodb.table(statement.table);
    const key = statementKey(table, statement, parameters);
    const hash = keyText(key, table.key.hash);
    return {
      request,
      statement,
      parameters,
      id: `${statement.table}/${hash.length}:${hash}${keyText(key, table.key.range)}`,
    };
  } catch (error) {
    return { error: statementError(error) };
  }
}

function statementError(error: unknown): object {
  if (!(error instanceof ServiceError)) throw error;
  // Alone a statement fails with an exception, within a batch with a code.
  const code = error.type === 'ValidationException' ? 'ValidationError' : error.type.replace(/Exception$/, '');
  return { Code: code, Message: error.message, ...error.fields };
}

const parametersOf = (request: Input): readonly AttributeValue[] =>
  (optionalList(request, 'Parameters') ?? []).map(checkValue);

const wantsOld = (request: Input): boolean => request['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';

const units = (statement: Statement, outcome: Outcome, request: Input): number =>
  statement.kind === 'select'
    ? readUnits(outcome.bytes, request['ConsistentRead'] === true)
    : writeUnits(outcome.bytes);
