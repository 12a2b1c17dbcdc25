/** Query and Scan: which items, in which order, page by page. */
import { flag, type Input, isObject, optionalNumber, optionalText } from '../wire/input.ts';
import { attribute, type Attributes, type AttributeValue, checkAttributes, invalid } from './attribute-value.ts';
import { type Condition, holds, operandsOf, parseCondition } from './condition.ts';
import type { DocumentPath } from './document-path.ts';
import { type Index, keyNames, type KeySchema, pickKey } from './key-schema.ts';
import { Placeholders } from './placeholders.ts';
import { parseProjection, project } from './projection.ts';
import type { Entry } from './sorted-items.ts';
import type { Table } from './table.ts';
import { compareValues } from './value-order.ts';

const pageBytes = 1024 * 1024;

export interface Page {
  readonly items: readonly Attributes[];
  readonly scanned: number;
  readonly bytes: number;
  readonly last: Attributes | undefined;
  readonly strong: boolean;
}

interface Plan {
  readonly entries: readonly Entry[];
  readonly index: Index | undefined;
  readonly filter: Condition | undefined;
  readonly paths: readonly DocumentPath[] | undefined;
  readonly strong: boolean;
  readonly limit: number;
}

export function query(table: Table, input: Input): Page {
  const { index, strong } = target(table, input, 'querying');
  const key = index?.key ?? table.key;
  const placeholders = new Placeholders(input);
  const expression = optionalText(input, 'KeyConditionExpression', 0);
  if (expression === undefined)
    throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  const condition = parseCondition(expression, 'KeyConditionExpression', placeholders);
  const hash = partitionValue(condition, key);
  const { filter, paths, limit } = rest(input, placeholders);
  for (const name of keyNames(key))
    if (filter !== undefined && mentions(filter, name))
      throw invalid(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`);
  const inRange = table.partition(index, hash).filter(({ item }) => holds(condition, item));
  const entries = input['ScanIndexForward'] === false ? inRange.reverse() : inRange;
  const start = startKey(table, index, input);
  if (start !== undefined && compareValues(attribute(start, key.hash.name) ?? {}, hash) !== 0)
    throw invalid('The provided starting key is outside query boundaries based on provided conditions');
  const after = start === undefined ? 0 : position(table, index, entries, start, input['ScanIndexForward'] === false);
  return page(table, { entries: entries.slice(after), index, filter, paths, strong, limit });
}

export function scan(table: Table, input: Input): Page {
  const { index, strong } = target(table, input, 'scanning');
  const { filter, paths, limit } = rest(input, new Placeholders(input));
  const entries = [...table.all(index)];
  const start = startKey(table, index, input);
  const after = start === undefined ? 0 : entries.findIndex(({ item }) => sameKey(table, item, start)) + 1;
  return page(table, { entries: entries.slice(after), index, filter, paths, strong, limit });
}

function target(table: Table, input: Input, verb: string) {
  const name = optionalText(input, 'IndexName');
  const strong = flag(input, 'ConsistentRead');
  if (name !== undefined && strong) throw invalid('Consistent reads are not supported on global secondary indexes');
  if (input['KeyConditions'] !== undefined || input['QueryFilter'] !== undefined || input['ScanFilter'] !== undefined)
    throw invalid(`${verb} with the legacy conditional parameters is not supported here: use expressions`);
  return { index: name === undefined ? undefined : table.index(name), strong };
}

function rest(input: Input, placeholders: Placeholders) {
  const filterText = optionalText(input, 'FilterExpression', 0);
  const filter = filterText === undefined ? undefined : parseCondition(filterText, 'FilterExpression', placeholders);
  const paths = parseProjection(optionalText(input, 'ProjectionExpression', 0), placeholders);
  placeholders.checkAllUsed();
  return { filter, paths, limit: optionalNumber(input, 'Limit', 1, Infinity) ?? Infinity };
}

/** Checks that the condition is one that keys can answer, and takes the partition from it. */
function partitionValue(condition: Condition, key: KeySchema): AttributeValue {
  const parts = conjuncts(condition);
  const [hash, ...others] = [...parts].sort(
    (a, b) => Number(subject(b) === key.hash.name) - Number(subject(a) === key.hash.name),
  );
  if (hash === undefined || subject(hash) !== key.hash.name)
    throw invalid('Query condition missed key schema element: ' + key.hash.name);
  if (hash.kind !== 'compare' || hash.by !== '=' || hash.right.kind !== 'value')
    throw invalid('Query key condition not supported');
  for (const other of others)
    if (key.range === undefined || subject(other) !== key.range.name || others.length > 1)
      throw invalid('Query condition missed key schema element: ' + (key.range?.name ?? key.hash.name));
  const values = parts.flatMap((part) => keyValues(part).map((value) => [subject(part), value] as const));
  for (const [name, value] of values) {
    const type = name === key.hash.name ? key.hash.type : key.range?.type;
    if (type !== undefined && value[type] === undefined)
      throw invalid('One or more parameter values were invalid: Condition parameter type does not match schema type');
  }
  return hash.right.value;
}

function conjuncts(condition: Condition): readonly Condition[] {
  if (condition.kind === 'and') return [...conjuncts(condition.left), ...conjuncts(condition.right)];
  const fit = condition.kind === 'compare' ? condition.by !== '<>' : ['between', 'begins'].includes(condition.kind);
  if (!fit) {
    const name = condition.kind === 'compare' ? condition.by : condition.kind.toUpperCase();
    throw invalid(`Invalid operator used in KeyConditionExpression: ${name}`);
  }
  return [condition];
}

function subject(condition: Condition): string | undefined {
  const operand = operandsOf(condition)[0];
  return operand?.kind === 'path' && operand.path.length === 1 ? operand.path[0] : undefined;
}

/** What the keys are compared with. */
function keyValues(condition: Condition): readonly AttributeValue[] {
  const values = operandsOf(condition)
    .slice(1)
    .map((operand) => (operand.kind === 'value' ? operand.value : {}));
  const [low, high] = values;
  if (condition.kind === 'between' && (compareValues(low ?? {}, high ?? {}) ?? 0) > 0)
    throw invalid(
      'Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound',
    );
  return values;
}

const mentions = (condition: Condition, name: string): boolean =>
  operandsOf(condition).some((operand) => operand.kind !== 'value' && operand.path[0] === name);

function startKey(table: Table, index: Index | undefined, input: Input): Attributes | undefined {
  const given = input['ExclusiveStartKey'];
  if (given === undefined || given === null) return undefined;
  const start = checkAttributes(isObject(given) ? given : {});
  const names = new Set([...keyNames(table.key), ...(index === undefined ? [] : keyNames(index.key))]);
  if (Object.keys(start).length !== names.size || [...names].some((name) => !Object.hasOwn(start, name)))
    throw invalid('The provided starting key is invalid');
  return start;
}

/** How many of the entries, which are in order, stand at the start key or before it; its item may be gone. */
function position(
  table: Table,
  index: Index | undefined,
  entries: readonly Entry[],
  start: Attributes,
  backwards: boolean,
): number {
  const order = table.orderOf(index);
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const by = order(entries[middle]?.item ?? {}, start);
    if (backwards ? by >= 0 : by <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const sameKey = (table: Table, a: Attributes, b: Attributes): boolean =>
  keyNames(table.key).every((name) => compareValues(attribute(a, name) ?? {}, attribute(b, name) ?? {}) === 0);

function page(table: Table, plan: Plan): Page {
  const items: Attributes[] = [];
  let scanned = 0;
  let bytes = 0;
  let last: Attributes | undefined;
  for (const { item, size } of plan.entries) {
    scanned += 1;
    bytes += size;
    if (plan.filter === undefined || holds(plan.filter, item)) items.push(project(table, plan.index, item, plan.paths));
    // The item that crosses the bound is still on the page; a page that ends at its limit says so even at the end.
    if (scanned >= plan.limit || bytes > pageBytes) {
      const more = scanned < plan.entries.length || scanned >= plan.limit;
      if (more) last = { ...pickKey(table.key, item), ...(plan.index && pickKey(plan.index.key, item)) };
      break;
    }
  }
  return { items, scanned, bytes, last, strong: plan.strong };
}
