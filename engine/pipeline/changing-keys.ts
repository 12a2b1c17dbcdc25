/**
 * Refuses tables that events change where they would decide which key an event is of, also by way of what a rule made of
 * it: an event that comes again would be counted under another.
 */
import type { Expression } from '../expression/expression.ts';
import { reads } from '../expression/tree.ts';
import type { FaultReport } from './fault-report.ts';
import type { RuleReading } from './rule.ts';
import type { TableReading } from './table.ts';

/** Expressions whose values are keys. */
const keys: ReadonlySet<string> = new Set(['rule.groupBy', 'rule.join.on.left', 'rule.join.on.right', 'table.key']);

/** The fields of an event that are what a table had of it, each with the table's name. */
type ChangingFields = ReadonlyMap<string, string>;

/** To be called where derived streams lead in no circle. */
export function checkChangingKeys(
  report: FaultReport,
  tables: readonly TableReading[],
  rules: readonly RuleReading[],
): void {
  const changing = new Set(tables.flatMap(({ name, shape }) => (shape.changes ? [name] : [])));
  if (changing.size === 0) return;
  const known = new Map<string, ChangingFields>();
  const fieldsOf = (streams: readonly string[]): ChangingFields =>
    new Map(
      streams.flatMap((stream) => {
        const fields = known.get(stream) ?? madeFields(stream);
        known.set(stream, fields);
        return [...fields];
      }),
    );
  const madeFields = (stream: string): ChangingFields =>
    new Map(
      rules.flatMap(({ into, isStateful, from, definition }) => {
        // A result with a window is told once, and lies in its stream as it was told.
        if (into?.name !== stream || isStateful) return [];
        const fields = fieldsOf(from.map(({ name }) => name));
        if (definition?.select === undefined) return [...fields];
        return definition.select.flatMap(({ name, expression }): [string, string][] => {
          const table = tableOf(expression, fields, changing);
          return table === undefined ? [] : [[name, table]];
        });
      }),
    );
  const scopes = [
    ...tables.flatMap(({ source }) =>
      source ? [{ scope: source.scope, from: source.from.map(({ name }) => name) }] : [],
    ),
    ...rules.flatMap(({ eventScopes }) => eventScopes),
  ];
  for (const { entry, expression, scope } of report.expressions) {
    if (!keys.has(entry.code)) continue;
    const from = scopes.flatMap((one) => (one.scope === scope ? one.from : []));
    const table = tableOf(expression, fieldsOf(from), changing);
    if (table === undefined) continue;
    const message = `'${entry.name}' is a key, and tables.${table} decides it, which events change: one that came again could be counted under another`;
    report.error(`${entry.code}.changing-table`, entry.range, message, {
      allowed: "fields of the event that no such table decides, and tables with a 'file'",
    });
  }
}

/** The table that changes what an expression gives; undefined where none does. */
function tableOf({ node }: Expression, fields: ChangingFields, changing: ReadonlySet<string>): string | undefined {
  for (const [root, name] of reads(node)) {
    if (root === 'tables' && name !== undefined && changing.has(name)) return name;
    // The whole event holds all of its fields.
    const table = root !== 'event' ? undefined : name === undefined ? [...fields.values()][0] : fields.get(name);
    if (table !== undefined) return table;
  }
  return undefined;
}
