/** What a window's result is in a derived stream, where the rule has no `select`: all that is known of the window. */
import type { Node } from '../expression/expression.ts';
import type { NamedExpression } from './definition.ts';

/** `names`: those of the groups and aggregates; the others are reserved. */
export function wholeResult(names: readonly string[]): NamedExpression[] {
  const window: Node = { kind: 'name', name: 'window', ...nowhere };
  const edge = (field: 'start' | 'end'): Node => ({
    kind: 'field',
    operand: window,
    field,
    optional: false,
    ...nowhere,
  });
  return [
    ...names.map((name) => named(name, name, { kind: 'name', name, ...nowhere })),
    named('windowStart', 'window.start', edge('start')),
    named('windowEnd', 'window.end', edge('end')),
  ];
}

const nowhere = { start: 0, end: 0 };

function named(name: string, source: string, node: Node): NamedExpression {
  return { name, expression: { source, node, type: 'dyn' } };
}
