/** Finds fields that expressions read and that no event of their streams can have. */
import type { Node, SourceRange } from '../expression/expression.ts';
import { nearestName } from '../expression/nearest-name.ts';
import { staticPath, walk } from '../expression/tree.ts';
import type { EventShape } from './event-shape.ts';
import { rangeInFile } from './expression-value.ts';
import type { FaultReport, ReadExpression } from './fault-report.ts';
import { listed } from './listed.ts';

/** Reports every unknown field in an expression over events of the shape; `streams` are theirs. */
export function checkEventFields(
  report: FaultReport,
  { entry, expression }: ReadExpression,
  shape: EventShape,
  streams: readonly string[],
): void {
  walk(expression.node, (node) => {
    const path = staticPath(node);
    const field = path?.at(-1);
    const parent = path?.[0] === 'event' && path.length > 1 ? shapeAt(shape, path.slice(1, -1)) : undefined;
    if (path === undefined || field === undefined || parent === undefined || parent.has(field)) return undefined;
    const range = rangeInFile(report, entry, fieldRange(node, field));
    const meant = nearestName(field, parent.keys());
    const owner = `${path.length > 2 ? `'${path.slice(0, -1).join('.')}'` : 'an event'} of ${listed(streams, 'and')}`;
    report.error(
      `${entry.code}.unknown-field`,
      range,
      `${owner} has no '${field}'${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
      {
        allowed: listed(parent.keys(), 'and'),
        rewritten: meant && node.kind === 'field' ? report.source.withReplaced(range, meant) : undefined,
      },
    );
    return undefined;
  });
}

function shapeAt(shape: EventShape, path: readonly string[]): EventShape | undefined {
  let inner: EventShape | undefined = shape;
  for (const field of path) inner = inner?.get(field);
  return inner;
}

/** The field's name is the last of `operand.field`. */
function fieldRange(node: Node, field: string): SourceRange {
  return node.kind === 'field' ? { start: node.end - field.length, end: node.end } : node;
}
