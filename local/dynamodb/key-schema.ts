/** Primary keys and index keys: which attributes they are, their types, their limits and their order. */
import { attribute, type Attributes, type AttributeValue, invalid, typeOf, valueSize } from './attribute-value.ts';
import { compareValues } from './value-order.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range: KeyAttribute | undefined;
  /** Order by the sort key. */
  readonly order: (a: Attributes, b: Attributes) => number;
}

export interface Index {
  readonly name: string;
  readonly key: KeySchema;
  readonly projection: 'KEYS_ONLY' | 'INCLUDE' | 'ALL';
  readonly included: readonly string[];
}

export function keySchema(hash: KeyAttribute, range: KeyAttribute | undefined): KeySchema {
  const order =
    range === undefined
      ? () => 0
      : (a: Attributes, b: Attributes) =>
          compareValues(attribute(a, range.name) ?? {}, attribute(b, range.name) ?? {}) ?? 0;
  return { hash, range, order };
}

export const keyNames = (key: KeySchema): readonly string[] =>
  key.range === undefined ? [key.hash.name] : [key.hash.name, key.range.name];

/** A key attribute as text that is the same for equal values. */
export function keyText(item: Attributes, key: KeyAttribute | undefined): string {
  const value = key === undefined ? undefined : attribute(item, key.name);
  return value?.S ?? value?.N ?? value?.B ?? '';
}

export const pickKey = (key: KeySchema, item: Attributes): Attributes =>
  Object.fromEntries(keyNames(key).map((name) => [name, attribute(item, name) ?? {}]));

/** Checks the key attributes of an item. */
export function checkKey(key: KeySchema, item: Attributes): void {
  checkKeyAttribute(key.hash, attribute(item, key.hash.name), 2048);
  if (key.range !== undefined) checkKeyAttribute(key.range, attribute(item, key.range.name), 1024);
}

/** Checks that this is a key and nothing else. */
export function checkExactKey(key: KeySchema, given: Attributes): void {
  checkKey(key, given);
  if (Object.keys(given).length !== keyNames(key).length)
    throw invalid('The provided key element does not match the schema');
}

function checkKeyAttribute(key: KeyAttribute, value: AttributeValue | undefined, maximum: number): void {
  if (value === undefined)
    throw invalid(`One or more parameter values were invalid: Missing the key ${key.name} in the item`);
  if (value[key.type] === undefined)
    throw invalid(
      `One or more parameter values were invalid: Type mismatch for key ${key.name} expected: ${key.type} actual: ${typeOf(value)}`,
    );
  if (value[key.type] === '')
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${key.type === 'B' ? 'binary' : 'string'} value. Key: ${key.name}`,
    );
  if (valueSize(value) > maximum)
    throw invalid(
      maximum === 2048
        ? 'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes'
        : 'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
    );
}

/** An item need not have the keys of an index, but those that it has must fit. */
export function checkIndexKeys(index: Index, item: Attributes): void {
  for (const key of index.key.range === undefined ? [index.key.hash] : [index.key.hash, index.key.range]) {
    const value = attribute(item, key.name);
    if (value === undefined) continue;
    if (value[key.type] === undefined)
      throw invalid(
        `One or more parameter values were invalid: Type mismatch for Index Key ${key.name} Expected: ${key.type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
      );
    if (value[key.type] === '')
      throw invalid(
        `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: ${index.name}, IndexKey: ${key.name}`,
      );
  }
}
