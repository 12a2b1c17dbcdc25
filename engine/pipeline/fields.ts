/**
 * Maps with known keys. Each level of a pipeline file has one table of its keys: what may stand there, what must, and
 * what will be possible later. Unknown keys, missing ones and the lists of allowed ones all come from the table.
 */
import { isAlias, isMap, isScalar, type ParsedNode, type YAMLMap } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';
import type { FaultReport } from './fault-report.ts';
import { nearestName } from '../expression/nearest-name.ts';
import { listed } from './listed.ts';
import { isEmpty, rangeOf } from './yaml-node.ts';

/** A key with its value. */
export interface Entry {
  readonly name: string;
  /** The code of faults in the value, for example `rule.where`. */
  readonly code: string;
  readonly key: SourceRange;
  /** The value; where there is none, the key. */
  readonly range: SourceRange;
  readonly value: ParsedNode | null;
}

/** A key that must be there has an example of how it is written. */
export type Presence = 'optional' | 'not-yet' | { readonly example: string };

export type FieldTable = Readonly<Record<string, Presence>>;

export type Fields<T extends FieldTable> = { readonly [Name in keyof T]?: Entry };

/** What a level is called in codes and in sentences. */
export interface Level {
  readonly code: string;
  /** For example: a stream. */
  readonly what: string;
}

/** Words of other systems for keys of this language. */
const otherWords: Readonly<Record<string, string>> = {
  name: 'pipeline',
  filter: 'where',
  condition: 'where',
  if: 'where',
  stream: 'from',
  input: 'from',
  to: 'into',
  output: 'into',
  key: 'partitionKey',
  id: 'eventId',
  time: 'eventTime',
  timestamp: 'eventTime',
  keyBy: 'groupBy',
  partitionBy: 'groupBy',
  subject: 'title',
  message: 'description',
};

/** The entries of a map whose keys the user chooses; undefined with a fault where the value is no map. */
export function entriesOf(report: FaultReport, entry: Entry, code: string, what: string): Entry[] | undefined {
  if (isMap(entry.value)) return mapEntries(entry.value, code);
  // Aliases were reported where the file was read as YAML.
  if (isAlias(entry.value)) return undefined;
  const given = isEmpty(entry.value) ? 'has nothing under it' : 'is no map';
  report.error(`${entry.code}.not-a-map`, entry.range, `'${entry.name}' ${given}`, { allowed: what });
  return undefined;
}

/** Every pair of a map, its key as text. */
export function mapEntries(map: YAMLMap.Parsed, code: string): Entry[] {
  return map.items.map(({ key, value }) => {
    const keyRange = rangeOf(key);
    const name = isScalar(key) ? key.source : '';
    return { name, code, key: keyRange, value, range: value && !isEmpty(value) ? rangeOf(value) : keyRange };
  });
}

/** Reads a map by its table; reports keys that are unknown, missing or not yet supported. `owner` is what it is about. */
export function readFields<T extends FieldTable>(
  report: FaultReport,
  entries: readonly Entry[],
  owner: SourceRange,
  level: Level,
  table: T,
): Fields<T> {
  const fields: Record<string, Entry> = {};
  const usable = Object.keys(table).filter((name) => table[name] !== 'not-yet');
  const meant = new Set<string>();
  for (const entry of entries) {
    const presence = Object.hasOwn(table, entry.name) ? table[entry.name] : undefined;
    const code = `${level.code}.${entry.name}`;
    if (entry.name === '<<' && isAlias(entry.value)) continue;
    if (presence === undefined) meant.add(reportUnknown(report, entry, level, table, usable) ?? '');
    else if (presence === 'not-yet')
      reportNotYet(report, code, entry.key, `'${entry.name}'`, `${level.what} may have ${listed(usable, 'and')}`);
    else fields[entry.name] = { ...entry, code };
  }
  for (const [name, presence] of Object.entries(table)) {
    // A key that was only misspelt is reported once.
    if (typeof presence === 'string' || meant.has(name) || entries.some((entry) => entry.name === name)) continue;
    report.error(`${level.code}.${name}.missing`, owner, `${level.what} needs '${name}'`, {
      allowed: `for example: ${presence.example}`,
    });
  }
  return fields;
}

function reportNotYet(report: FaultReport, code: string, range: SourceRange, what: string, allowed?: string): void {
  report.error(`${code}.not-yet`, range, `${what} is part of the language, but Weir cannot run it yet`, { allowed });
}

function reportUnknown(
  report: FaultReport,
  entry: Entry,
  level: Level,
  table: FieldTable,
  usable: readonly string[],
): string | undefined {
  if (entry.name === '') {
    report.error('yaml.key', entry.key, 'a key must be a name', { allowed: listed(usable, 'and') });
    return undefined;
  }
  const otherWord = otherWords[entry.name] ?? '';
  const meant = Object.hasOwn(table, otherWord) ? otherWord : nearestName(entry.name, Object.keys(table));
  const message = `${level.what} has no '${entry.name}'${meant === undefined ? '' : `; did you mean '${meant}'?`}`;
  const rewritten = meant === undefined ? undefined : report.source.withReplaced(entry.key, meant);
  report.error(`${level.code}.unknown-field`, entry.key, message, { allowed: listed(usable, 'and'), rewritten });
  return meant;
}
