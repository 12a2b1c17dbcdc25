/** What the expressions of a pipeline file may name: see "Expressions" in docs/language.md. */
import type { Scope, TableShape, ValueType } from '../expression/expression.ts';
import type { NamedExpression, ParamValue } from './definition.ts';

export type NameType = ValueType | { readonly fields: ReadonlyMap<string, ValueType> };
type Names = ReadonlyMap<string, NameType>;

const streamMeta: readonly (readonly [string, ValueType])[] = [
  ['stream', 'string'],
  ['partitionKey', 'string'],
  ['shard', 'string'],
  ['sequenceNumber', 'string'],
  ['arrivalTime', 'timestamp'],
];

export type ParamTypes = ReadonlyMap<string, ValueType>;
export type TableShapes = ReadonlyMap<string, TableShape>;

export function paramType(value: ParamValue): ValueType {
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' ? 'number' : 'string';
}

/** For what a stream says of its events: their key, time and id are not known yet. */
export function streamScope(params: ParamTypes): Scope {
  return { aggregates: false, names: eventNames(params, streamMeta) };
}

/** For what makes a table of its rows: cells are texts. Of columns that are not known anything may be read. */
export function tableScope(params: ParamTypes, columns: readonly string[] | undefined): Scope {
  const row: NameType = columns === undefined ? 'dyn' : { fields: new Map(columns.map((name) => [name, 'string'])) };
  return {
    aggregates: false,
    names: new Map<string, NameType>([
      ['event', row],
      ['params', { fields: params }],
    ]),
  };
}

/** For what makes a row of a table of an event. */
export function rowScope(params: ParamTypes): Scope {
  return { aggregates: false, names: ruleNames(params) };
}

/** For what is asked of one event: `where`, `groupBy`, a stateless rule's `select` and texts. */
export function eventScope(params: ParamTypes, tables: TableShapes): Scope {
  return {
    aggregates: false,
    tables,
    names: ruleNames(params),
  };
}

function ruleNames(params: ParamTypes): Names {
  return eventNames(params, [...streamMeta, ['eventTime', 'timestamp'], ['eventId', 'string']]);
}

/** For the aggregates of a windowed rule. */
export function aggregateScope(params: ParamTypes, tables: TableShapes): Scope {
  return { ...eventScope(params, tables), aggregates: true };
}

/** For what is said of a window: `having` and the texts of its alert. */
export function windowScope(
  params: ParamTypes,
  results: readonly Pick<NamedExpression, 'name'>[],
  typeOf: (name: string) => ValueType,
): Scope {
  return {
    aggregates: false,
    names: new Map<string, NameType>([
      ...results.map(({ name }) => [name, typeOf(name)] as const),
      [
        'window',
        {
          fields: new Map<string, ValueType>([
            ['start', 'timestamp'],
            ['end', 'timestamp'],
          ]),
        },
      ],
      ['params', { fields: params }],
    ]),
  };
}

function eventNames(params: ParamTypes, meta: readonly (readonly [string, ValueType])[]): Names {
  return new Map<string, NameType>([
    ['event', 'dyn'],
    ['meta', { fields: new Map(meta) }],
    ['params', { fields: params }],
  ]);
}
