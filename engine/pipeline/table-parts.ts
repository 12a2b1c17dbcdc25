/** What every table has, wherever its rows come from: the key and the values of a row. */
import type { Expression, Scope, TableShape, ValueType } from '../expression/expression.ts';
import type { NamedExpression } from './definition.ts';
import { readExpression, scalarValue } from './expression-value.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { checkIdentifier } from './name.ts';
import { isSplit, namedEntries } from './named-expressions.ts';

export const parts = {
  key: { example: 'key: event.currency' },
  value: { example: 'value: { gbp: double(event.gbp) }' },
} as const;

export interface PartsReading {
  readonly key: Expression | undefined;
  /** Present where all of it could be read. */
  readonly value: readonly NamedExpression[] | undefined;
  readonly shape: TableShape;
}

export function readParts(
  report: FaultReport,
  given: { readonly [Name in keyof typeof parts]?: Entry },
  scope: Scope,
): PartsReading {
  const key = given.key && readExpression(report, given.key, scope, scalarValue);
  const entries = (given.value && namedEntries(report, given.value, 'a map of names to expressions')) ?? [];
  const value = entries.map((one) => {
    checkIdentifier(report, one);
    return { name: one.name, expression: isSplit(one) ? undefined : readExpression(report, one, scope, kept) };
  });
  const complete = value.flatMap(({ name, expression }) => (expression ? [{ name, expression }] : []));
  return {
    key,
    value: given.value && complete.length === value.length ? complete : undefined,
    shape: {
      key: key?.type ?? 'dyn',
      fields: new Map(value.map((one) => [one.name, one.expression?.type ?? 'dyn'])),
    },
  };
}

/** A time is kept as the text that it was. */
const kept = {
  types: ['bool', 'number', 'string', 'null', 'list', 'map'] satisfies readonly ValueType[],
  words:
    'a text, a number, true or false, a list or a map; of a time its text, and timestamp(…) where the table is read',
} as const;
