/** GetItem, PutItem, DeleteItem, UpdateItem, BatchGetItem and BatchWriteItem. */
import {
  flag,
  type Input,
  isObject,
  object,
  objects,
  optionalChoice,
  optionalObject,
  optionalText,
  text,
} from '../wire/input.ts';
import { ServiceError } from '../wire/service-error.ts';
import { type Attributes, checkAttributes, invalid } from './attribute-value.ts';
import { capacityOf, readUnits, writeUnits } from './capacity.ts';
import { holds, parseCondition } from './condition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { checkExactKey, checkKey, keyNames, keyText, pickKey } from './key-schema.ts';
import { Placeholders } from './placeholders.ts';
import { parseProjection, project } from './projection.ts';
import type { Table, Written } from './table.ts';
import { applyUpdate, parseUpdate } from './update.ts';

const responseBytes = 16 * 1024 * 1024;

export function getItem(dynamodb: DynamoDb, input: Input) {
  const table = dynamodb.table(text(input, 'TableName'));
  const key = exactKey(table, object(input, 'Key'));
  const placeholders = new Placeholders(input);
  const paths = parseProjection(optionalText(input, 'ProjectionExpression', 0), placeholders);
  placeholders.checkAllUsed();
  const entry = table.find(key);
  const units = readUnits(entry?.size ?? 0, flag(input, 'ConsistentRead'));
  return {
    ...(entry && { Item: project(table, undefined, entry.item, paths) }),
    ...capacityOf(input, table, units),
  };
}

export function putItem(dynamodb: DynamoDb, input: Input) {
  const table = dynamodb.table(text(input, 'TableName'));
  const item = checkAttributes(object(input, 'Item'));
  checkKey(table.key, item);
  const returned = returnValues(input, ['NONE', 'ALL_OLD']);
  const placeholders = new Placeholders(input);
  const condition = conditionOf(input, placeholders);
  placeholders.checkAllUsed();
  condition(table.find(item)?.item);
  const written = table.put(item);
  return {
    ...(returned === 'ALL_OLD' && written.before && { Attributes: written.before }),
    ...capacityOf(input, table, writeUnits(written.bytes)),
  };
}

export function deleteItem(dynamodb: DynamoDb, input: Input) {
  const table = dynamodb.table(text(input, 'TableName'));
  const key = exactKey(table, object(input, 'Key'));
  const returned = returnValues(input, ['NONE', 'ALL_OLD']);
  const placeholders = new Placeholders(input);
  const condition = conditionOf(input, placeholders);
  placeholders.checkAllUsed();
  condition(table.find(key)?.item);
  const written = table.delete(key);
  return {
    ...(returned === 'ALL_OLD' && written.before && { Attributes: written.before }),
    ...capacityOf(input, table, writeUnits(written.bytes)),
  };
}

export function updateItem(dynamodb: DynamoDb, input: Input) {
  const table = dynamodb.table(text(input, 'TableName'));
  const key = exactKey(table, object(input, 'Key'));
  const returned = returnValues(input, ['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW']);
  const placeholders = new Placeholders(input);
  const condition = conditionOf(input, placeholders);
  const expression = optionalText(input, 'UpdateExpression', 0);
  const actions = expression === undefined ? [] : parseUpdate(expression, placeholders);
  placeholders.checkAllUsed();
  for (const action of actions)
    if (keyNames(table.key).includes(action.path[0]))
      throw invalid(
        `One or more parameter values were invalid: Cannot update attribute ${action.path[0]}. This attribute is part of the key`,
      );
  const old = table.find(key)?.item;
  condition(old);
  const written = table.put(applyUpdate(actions, old ?? key));
  return {
    ...updatedAttributes(returned, written, new Set(actions.map((action) => action.path[0]))),
    ...capacityOf(input, table, writeUnits(written.bytes)),
  };
}

function updatedAttributes(returned: string, { before, after }: Written, names: ReadonlySet<string>) {
  const whole = returned.endsWith('_OLD') ? before : after;
  if (returned === 'NONE' || whole === undefined) return {};
  if (returned.startsWith('ALL')) return { Attributes: whole };
  const updated = Object.entries(whole).filter(([name]) => names.has(name));
  return updated.length === 0 ? {} : { Attributes: Object.fromEntries(updated) };
}

export function batchGetItem(dynamodb: DynamoDb, input: Input) {
  const requests = tableRequests(input);
  const responses: Record<string, Attributes[]> = {};
  const unprocessed: Record<string, { Keys: Attributes[] }> = {};
  const capacity: object[] = [];
  let keysAsked = 0;
  let bytes = 0;
  for (const [name, request] of requests) {
    if (!isObject(request)) throw new ServiceError('SerializationException', 'RequestItems must hold structures');
    const table = dynamodb.table(name);
    const keys = objects(request, 'Keys', 1, 100).map((key) => exactKey(table, key));
    checkDistinct(table, keys);
    keysAsked += keys.length;
    if (keysAsked > 100) throw invalid('Too many items requested for the BatchGetItem call');
    const placeholders = new Placeholders(request);
    const paths = parseProjection(optionalText(request, 'ProjectionExpression', 0), placeholders);
    placeholders.checkAllUsed();
    const found: Attributes[] = [];
    let units = 0;
    for (const key of keys) {
      const entry = table.find(key);
      if (bytes + (entry?.size ?? 0) > responseBytes) {
        (unprocessed[name] ??= { ...request, Keys: [] }).Keys.push(key);
        continue;
      }
      bytes += entry?.size ?? 0;
      units += readUnits(entry?.size ?? 0, flag(request, 'ConsistentRead'));
      if (entry !== undefined) found.push(project(table, undefined, entry.item, paths));
    }
    responses[name] = found;
    capacity.push(capacityOf(input, table, units));
  }
  return { Responses: responses, UnprocessedKeys: unprocessed, ...capacities(capacity) };
}

export function batchWriteItem(dynamodb: DynamoDb, input: Input) {
  const writes: (() => void)[] = [];
  for (const [name, list] of tableRequests(input)) {
    const table = dynamodb.table(name);
    const keys: Attributes[] = [];
    for (const request of objects({ requestItems: list }, 'requestItems', 1, 25)) {
      const put = optionalObject(request, 'PutRequest');
      if (put === undefined) {
        const key = exactKey(table, object(object(request, 'DeleteRequest'), 'Key'));
        keys.push(key);
        writes.push(() => table.delete(key));
      } else {
        const item = checkAttributes(object(put, 'Item'));
        checkKey(table.key, item);
        keys.push(pickKey(table.key, item));
        writes.push(() => table.put(item));
      }
    }
    checkDistinct(table, keys);
  }
  if (writes.length > 25) throw invalid('Too many items requested for the BatchWriteItem call');
  for (const write of writes) write();
  return { UnprocessedItems: {} };
}

function tableRequests(input: Input): readonly (readonly [string, unknown])[] {
  const requests = Object.entries(object(input, 'RequestItems'));
  if (requests.length === 0)
    throw invalid(
      "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  return requests;
}

const capacities = (list: readonly object[]) => {
  const each = list.flatMap((entry) => ('ConsumedCapacity' in entry ? [entry.ConsumedCapacity] : []));
  return each.length === 0 ? {} : { ConsumedCapacity: each };
};

function exactKey(table: Table, given: Input): Attributes {
  const key = checkAttributes(given);
  checkExactKey(table.key, key);
  return key;
}

export function checkDistinct(table: Table, keys: readonly Attributes[]): void {
  const { hash, range } = table.key;
  const distinct = new Set(
    keys.map((key) => `${keyText(key, hash).length}:${keyText(key, hash)}${keyText(key, range)}`),
  );
  if (distinct.size < keys.length) throw invalid('Provided list of item keys contains duplicates');
}

/** A check that throws where the condition of the request does not hold. */
function conditionOf(input: Input, placeholders: Placeholders): (item: Attributes | undefined) => void {
  const expression = optionalText(input, 'ConditionExpression', 0);
  if (expression === undefined) return () => undefined;
  const condition = parseCondition(expression, 'ConditionExpression', placeholders);
  const answerOld = input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
  return (item) => {
    if (holds(condition, item)) return;
    throw new ServiceError(
      'ConditionalCheckFailedException',
      'The conditional request failed',
      answerOld && item !== undefined ? { Item: item } : {},
    );
  };
}

function returnValues<T extends string>(input: Input, allowed: readonly T[]): T | 'NONE' {
  const all = ['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW'] as const;
  const value = optionalChoice(input, 'ReturnValues', all) ?? 'NONE';
  const found = allowed.find((each) => each === value);
  if (found === undefined && value !== 'NONE') throw invalid('Return values set to invalid value');
  return found ?? 'NONE';
}
