/** Which attributes of an item an answer holds: what the index carries, and what the request asked for. */
import { attribute, type Attributes, type AttributeValue } from './attribute-value.ts';
import { type DocumentPath, readPath } from './document-path.ts';
import { ExpressionReader } from './expression-reader.ts';
import { type Index, keyNames } from './key-schema.ts';
import type { Placeholders } from './placeholders.ts';
import type { Table } from './table.ts';

export function parseProjection(text: string | undefined, placeholders: Placeholders): DocumentPath[] | undefined {
  if (text === undefined) return undefined;
  const reader = new ExpressionReader(text, 'ProjectionExpression', placeholders);
  const paths = [reader.path()];
  while (reader.take(',')) paths.push(reader.path());
  if (!reader.ended) throw reader.fault();
  return paths;
}

export function project(
  table: Table,
  index: Index | undefined,
  item: Attributes,
  paths: readonly DocumentPath[] | undefined,
): Attributes {
  const carried = index === undefined || index.projection === 'ALL' ? item : carriedBy(table, index, item);
  if (paths === undefined) return carried;
  const picked: Record<string, AttributeValue> = {};
  for (const path of paths) {
    const value = readPath(carried, path);
    if (value !== undefined) Object.assign(picked, { [path[0]]: nest(picked[path[0]], path.slice(1), value) });
  }
  return picked;
}

function carriedBy(table: Table, index: Index, item: Attributes): Attributes {
  const names = new Set([...keyNames(table.key), ...keyNames(index.key), ...index.included]);
  const carried: Record<string, AttributeValue> = {};
  for (const name of names) {
    const value = attribute(item, name);
    if (value !== undefined) carried[name] = value;
  }
  return carried;
}

/** The value again under its path, beside what other paths picked. */
function nest(
  beside: AttributeValue | undefined,
  steps: readonly (string | number)[],
  value: AttributeValue,
): AttributeValue {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof step === 'number') return { L: [...(beside?.L ?? []), nest(undefined, rest, value)] };
  return { M: { ...beside?.M, [step]: nest(attribute(beside?.M, step), rest, value) } };
}
