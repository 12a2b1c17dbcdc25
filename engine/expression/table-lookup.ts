/**
 * Rows of tables in expressions: `tables.rates[event.currency]`, `tables.rates[?event.currency]` and `event.currency in
 * tables.rates`. A table is no value: these three are all that can be done with it.
 */
import type { LookUpKind, Node } from './expression.ts';
import { staticPath, walk } from './tree.ts';

export interface TableLookUp {
  readonly table: string;
  readonly key: Node;
  readonly how: LookUpKind;
}

/** Asks whether a macro has bound a name. */
export type IsBound = (name: string) => boolean;

/** The table of `tables.name`; undefined for every other node. */
export function tableName(node: Node, isBound: IsBound): string | undefined {
  if (node.kind !== 'field' || node.optional || node.operand.kind !== 'name') return undefined;
  return node.operand.name === 'tables' && !isBound('tables') ? node.field : undefined;
}

/** A node that looks up a row; undefined for every other. */
export function tableLookUp(node: Node, isBound: IsBound): TableLookUp | undefined {
  if (node.kind === 'binary' && node.operator === 'in') {
    const table = tableName(node.right, isBound);
    return table === undefined ? undefined : { table, key: node.left, how: 'has' };
  }
  if (node.kind !== 'index' && node.kind !== 'field') return undefined;
  const table = tableName(node.operand, isBound);
  if (table === undefined) return undefined;
  const { start, end } = node;
  const key: Node = node.kind === 'index' ? node.index : { kind: 'literal', value: node.field, start, end };
  return { table, key, how: node.optional ? 'optional' : 'row' };
}

const nothingIsBound: IsBound = () => false;

/** The look-ups of an expression whose key is a plain path, such as `event.currency`, with that path. */
export function plainLookUps(node: Node): { readonly table: string; readonly path: readonly string[] }[] {
  const found: { readonly table: string; readonly path: readonly string[] }[] = [];
  const variables = new Set<string>();
  walk(node, (inner) => {
    if (inner.kind === 'macro') variables.add(inner.variable);
    const lookUp = tableLookUp(inner, nothingIsBound);
    const path = lookUp && staticPath(lookUp.key);
    if (lookUp !== undefined && path?.[0] !== undefined && !variables.has(path[0]))
      found.push({ table: lookUp.table, path });
    return true;
  });
  return found;
}
