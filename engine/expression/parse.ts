/** Reads an expression: text in, a checked tree out, or every fault of it at once. */
import { checkTree } from './check.ts';
import type { Checked, Expression, Scope } from './expression.ts';
import { readSyntax } from './syntax.ts';

/**
 * Parses and checks one CEL expression. Ranges count from the start of `source`. With `scope.aggregates`, the arguments of
 * aggregates see `event`, `meta`, `params` and `tables` alone, and outside of them `event` and `meta` are refused, although
 * `scope.names` holds them all.
 */
export function parseExpression(source: string, scope: Scope): Checked<Expression> {
  const { node, faults } = readSyntax(source);
  if (node === undefined) return { ok: false, faults };
  const checked = checkTree(source, node, scope);
  const all = [...faults, ...checked.faults].sort((a, b) => a.range.start - b.range.start);
  return all.length === 0 ? { ok: true, value: { source, node, type: checked.type } } : { ok: false, faults: all };
}
