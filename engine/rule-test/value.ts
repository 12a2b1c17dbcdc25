/** Values of a test file: events and what is expected of them, as JSON. */
import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { Json } from '../aggregate/value.ts';
import { type Entry, entriesOf, mapEntries } from '../pipeline/fields.ts';
import type { FaultReport } from '../pipeline/fault-report.ts';
import { isEmpty, isTextScalar, rangeOf, written } from '../pipeline/yaml-node.ts';
import type { JsonMap } from './definition.ts';

/** A map of JSON values; undefined, with a fault, where it is none. */
export function readMap(report: FaultReport, entry: Entry, what: string): JsonMap | undefined {
  const entries = entriesOf(report, entry, entry.code, what);
  return entries && Object.fromEntries(entries.map((inner) => [inner.name, readValue(report, inner)]));
}

/** What was at fault comes back as null: the file is refused for it. */
function readValue(report: FaultReport, entry: Entry): Json {
  const { value: node } = entry;
  if (node === null || isEmpty(node)) {
    report.error(`${entry.code}.no-value`, entry.key, `'${entry.name}' has no value`, {
      allowed: "a value, 'null' where there is to be none; a text with a comma in it needs quotes between { and }",
    });
    return null;
  }
  if (isMap(node)) {
    return Object.fromEntries(mapEntries(node, entry.code).map((inner) => [inner.name, readValue(report, inner)]));
  }
  if (isSeq(node)) return itemsOf(node).map((item, index) => readValue(report, itemEntry(entry, item, index)));
  const value: unknown = isScalar(node) ? node.value : null;
  if (typeof value === 'number') return checkedNumber(report, entry, value);
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function checkedNumber(report: FaultReport, { code, name, range }: Entry, value: number): number {
  if (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)) return value;
  report.error(`${code}.number`, range, `'${name}' is no number that an event can carry exactly`, {
    allowed: 'a finite number, whole ones up to 2^53; or a text in quotes',
  });
  return value;
}

/** A text as it is written, also one that YAML reads as a number; undefined, with a fault, where there is none. */
export function readWord(report: FaultReport, entry: Entry, what: string): string | undefined {
  const word = written(entry.value);
  if (word !== undefined) return isTextScalar(entry.value) ? entry.value.value : word;
  report.error(`${entry.code}.value`, entry.range, `'${entry.name}' needs ${what}`);
  return undefined;
}

export function readWhole(report: FaultReport, entry: Entry): number | undefined {
  const value: unknown = isScalar(entry.value) ? entry.value.value : undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  report.error(`${entry.code}.value`, entry.range, `'${entry.name}' needs a whole number`, { allowed: '0 or more' });
  return undefined;
}

export function readFlag(report: FaultReport, entry: Entry): boolean | undefined {
  const value: unknown = isScalar(entry.value) ? entry.value.value : undefined;
  if (typeof value === 'boolean') return value;
  report.error(`${entry.code}.value`, entry.range, `'${entry.name}' is yes or no`, { allowed: "'true' or 'false'" });
  return undefined;
}

/** The items of a list, named `steps[1]` and so on; undefined, with a fault, where it is none. */
export function readList(report: FaultReport, entry: Entry, what: string): Entry[] | undefined {
  if (isSeq(entry.value)) return itemsOf(entry.value).map((item, index) => itemEntry(entry, item, index));
  const given = isEmpty(entry.value) ? 'has nothing under it' : 'is no list';
  report.error(`${entry.code}.not-a-list`, entry.range, `'${entry.name}' ${given}`, { allowed: what });
  return undefined;
}

/** Every item of a list that the YAML reader made has its place; an item left out is an empty scalar. */
function itemsOf(list: { readonly items: readonly unknown[] }): ParsedNode[] {
  return list.items.filter((item): item is ParsedNode => typeof item === 'object' && item !== null);
}

function itemEntry(list: Entry, item: ParsedNode, index: number): Entry {
  const { start, end } = rangeOf(item);
  // Of a map or a list of several lines its first character is mark enough.
  const key = isMap(item) || isSeq(item) ? { start, end: start + 1 } : { start, end };
  return { name: `${list.name}[${index + 1}]`, code: list.code, key, range: key, value: item };
}
