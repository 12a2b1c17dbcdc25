/** What the checker knows while it goes through a tree. */
import type { ExpressionFault, Node, Scope, SourceRange } from './expression.ts';
import { type CheckedType, typeText } from './function-table.ts';

export interface CheckContext {
  readonly source: string;
  readonly scope: Scope;
  /** Names that macros have bound. */
  readonly variables: ReadonlySet<string>;
  /** The aggregate in whose argument this stands. */
  readonly aggregate?: string;
  readonly faults: ExpressionFault[];
  /** Checks a node and says its type; `dyn` after a fault, so that one fault does not bring others. */
  readonly check: (node: Node, context: CheckContext) => CheckedType;
}

interface FaultDetails {
  readonly allowed?: string | undefined;
  /** What should stand in place of the range. */
  readonly replacement?: string | undefined;
}

/** Records a fault; the answer is the type that the faulty node then counts as. */
export function report(
  context: CheckContext,
  code: string,
  range: SourceRange,
  message: string,
  { allowed, replacement }: FaultDetails = {},
): 'dyn' {
  const { start, end } = range;
  const { source } = context;
  context.faults.push({
    code,
    message,
    range: { start, end },
    ...(allowed !== undefined && { allowed }),
    ...(replacement !== undefined && { rewritten: source.slice(0, start) + replacement + source.slice(end) }),
  });
  return 'dyn';
}

/** A node whose value is used as such: an optional must be opened first. */
export function checkValue(node: Node, context: CheckContext): Exclude<CheckedType, 'optional'> {
  return refuseOptional(node, context.check(node, context), context);
}

/** A fault where a node's type is an optional; else the type. */
export function refuseOptional(node: Node, type: CheckedType, context: CheckContext): Exclude<CheckedType, 'optional'> {
  if (type !== 'optional') return type;
  const given = context.source.slice(node.start, node.end);
  return report(context, 'type', node, `${given} may be missing.`, {
    allowed: `${given}.orValue(…) with what stands in for it`,
  });
}

/** A node that must be of one of these types. */
export function checkIs(node: Node, allowed: readonly CheckedType[], what: string, context: CheckContext): CheckedType {
  const type = checkValue(node, context);
  if (type === 'dyn' || allowed.includes(type)) return type;
  return report(context, 'type', node, `${what} is ${typeText(type)}.`, { allowed: allowed.map(typeText).join(', ') });
}
