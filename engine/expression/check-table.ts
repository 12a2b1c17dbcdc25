/** Look-ups in tables: which tables there are, what their keys are, and that nothing else is done with them. */
import { checkValue, type CheckContext, report } from './check-context.ts';
import type { Node, TableShape, ValueType } from './expression.ts';
import { type CheckedType, typeText } from './function-table.ts';
import { nearestName } from './nearest-name.ts';
import { type TableLookUp, tableLookUp, tableName } from './table-lookup.ts';

/** The type of a node that looks up a row, or names a table without doing so; undefined for every other. */
export function checkTable(node: Node, context: CheckContext): CheckedType | undefined {
  const isBound = (name: string): boolean => context.variables.has(name);
  const lookUp = tableLookUp(node, isBound);
  if (lookUp !== undefined) return checkLookUp(node, lookUp, context);
  const isRoot = node.kind === 'name' && node.name === 'tables' && !isBound('tables');
  const table = tableName(node, isBound);
  if (!isRoot && table === undefined) return undefined;
  if (!isAllowed(node, context)) return 'dyn';
  if (table !== undefined && shapeOf(node, table, context) === undefined) return 'dyn';
  const given = context.source.slice(node.start, node.end);
  return report(context, 'table-use', node, `${given} is no value: rows are looked up in it by their key.`, {
    allowed: forms(table ?? [...(context.scope.tables?.keys() ?? [])][0] ?? 'rates', context),
  });
}

/** The fields of the rows that a node looks up; undefined for every other. */
export function rowFields(node: Node, context: CheckContext): ReadonlyMap<string, ValueType> | undefined {
  const lookUp = tableLookUp(node, (name) => context.variables.has(name));
  return lookUp === undefined || lookUp.how === 'has' ? undefined : context.scope.tables?.get(lookUp.table)?.fields;
}

function checkLookUp(node: Node, { table, key, how }: TableLookUp, context: CheckContext): CheckedType {
  const type = checkValue(key, context);
  const shape = isAllowed(node, context) ? shapeOf(node, table, context) : undefined;
  if (shape !== undefined && type !== 'dyn' && (shape.key === 'dyn' ? !isKey(type) : type !== shape.key)) {
    const given = context.source.slice(key.start, key.end);
    report(context, 'type', key, `${given} is ${typeText(type)}, and no key of tables.${table} is.`, {
      allowed: shape.key === 'dyn' ? 'a text, a number, or true or false' : typeText(shape.key),
    });
  }
  if (how === 'has') return 'bool';
  if (how === 'optional') return 'optional';
  return shape === undefined ? 'dyn' : 'map';
}

function isKey(type: CheckedType): boolean {
  return type === 'string' || type === 'number' || type === 'bool';
}

/** False, with a fault, where there is no one event for which a row could be looked up. */
function isAllowed(node: Node, context: CheckContext): boolean {
  const { scope, aggregate } = context;
  const range = rootOf(node);
  const instead = 'an aggregate of it, declared under aggregate: last(tables.rates[event.currency].gbp)';
  if (scope.tables === undefined) {
    report(context, 'tables-not-here', range, 'tables cannot stand here: a row is looked up for an event of a rule.', {
      allowed: `${[...scope.names.keys()].join(', ')}${scope.names.has('window') ? `; ${instead}` : ''}`,
    });
    return false;
  }
  if (!scope.aggregates || aggregate !== undefined) return true;
  report(
    context,
    'tables-not-here',
    range,
    'tables stands outside of an aggregate, but a row is looked up for one event.',
    { allowed: instead },
  );
  return false;
}

function shapeOf(node: Node, table: string, context: CheckContext): TableShape | undefined {
  const known = context.scope.tables ?? new Map<string, TableShape>();
  const shape = known.get(table);
  if (shape !== undefined) return shape;
  const root = rootOf(node);
  const nearest = nearestName(table, known.keys());
  const start = context.source.indexOf(table, root.end);
  const range = start < 0 ? node : { start, end: start + table.length };
  const message = `There is no table ${table}.`;
  report(context, 'unknown-table', range, nearest === undefined ? message : `${message} Did you mean ${nearest}?`, {
    allowed:
      known.size === 0
        ? "a table under 'tables' in the file"
        : [...known.keys()].map((name) => `tables.${name}`).join(', '),
    replacement: nearest,
  });
  return undefined;
}

/** The name `tables` at the root of a node that checkTable takes. */
function rootOf(node: Node): Node {
  if (node.kind === 'binary') return rootOf(node.right);
  return node.kind === 'field' || node.kind === 'index' ? rootOf(node.operand) : node;
}

function forms(table: string, { scope }: CheckContext): string {
  const [field] = scope.tables?.get(table)?.fields.keys() ?? [];
  const value = field === undefined ? '' : `.${field}`;
  return `tables.${table}[event.x]${value}, tables.${table}[?event.x], event.x in tables.${table}`;
}
