/** Tables whose rows are events: each is a row of its key, from its event time on. */
import type { Expression, Scope, TableShape } from '../expression/expression.ts';
import { reads } from '../expression/tree.ts';
import type { Millis } from '../time.ts';
import type { StreamTableDefinition } from './definition.ts';
import { readDuration } from './duration.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, readFields } from './fields.ts';
import { type ParamTypes, rowScope, type TableShapes } from './scope.ts';
import { readFrom, type StreamName } from './stream-name.ts';
import { parts, readParts } from './table-parts.ts';

export const streamTableFields = { from: { example: 'from: customers' }, ...parts, keep: 'optional' } as const;

const defaultKeep = 86_400_000 as Millis; // Branding.
const bounds = { atLeast: 0 as Millis, atMost: (366 * 86_400_000) as Millis }; // Branding.

export interface TableSource {
  readonly from: readonly StreamName[];
  /** What its expressions may name. */
  readonly scope: Scope;
}

export interface StreamTableReading {
  readonly name: string;
  readonly shape: TableShape;
  readonly source: TableSource;
  readonly definition?: StreamTableDefinition;
}

export function readStreamTable(
  report: FaultReport,
  { name, key: owner }: Entry,
  entries: readonly Entry[],
  params: ParamTypes,
): StreamTableReading {
  const level = { code: 'table', what: `the table '${name}' of a stream` };
  const given = readFields(report, entries, owner, level, streamTableFields);
  const from = given.from ? readFrom(report, given.from, given.from.code) : [];
  const scope = rowScope(params);
  const { key, value, shape } = readParts(report, given, scope);
  const keep = given.keep ? readDuration(report, given.keep, bounds) : defaultKeep;
  const isWhole = key && value && keep !== undefined && from.length > 0;
  return {
    name,
    shape: { ...shape, changes: true },
    source: { from, scope },
    ...(isWhole && { definition: { name, from: from.map((stream) => stream.name), key, value, keep } }),
  };
}

/** The tables among those that an expression reads whose rows events change. */
export function changingTables(node: Expression['node'] | undefined, tables: TableShapes): string[] {
  if (node === undefined) return [];
  return reads(node).flatMap(([root, name = '']) => (root === 'tables' && tables.get(name)?.changes ? [name] : []));
}
