/** The accumulators that a rule's aggregates need: one slot per distinct aggregate call, shared by all that say it. */
import type { AccumulatorPlan } from '../aggregate/accumulator.ts';
import { type AggregateCall, aggregateCall } from '../expression/aggregate-call.ts';
import type { Node } from '../expression/expression.ts';
import { canonical, walk } from '../expression/tree.ts';
import type { NamedExpression } from '../pipeline/definition.ts';

export interface Slot {
  readonly plan: AccumulatorPlan;
  readonly call: AggregateCall;
  /** The name of the aggregate that it was first found in, for messages. */
  readonly aggregate: string;
}

export interface Slots {
  readonly list: readonly Slot[];
  /** The slot of an aggregate call; undefined for every other node. */
  of(node: Node): number | undefined;
}

export function slotsOf(aggregates: readonly NamedExpression[]): Slots {
  const list: Slot[] = [];
  const positions = new Map<string, number>();
  for (const { name, expression } of aggregates) {
    walk(expression.node, (node) => {
      const call = aggregateCall(node);
      if (call === undefined) return true;
      const text = canonical(node);
      if (!positions.has(text)) {
        positions.set(text, list.length);
        list.push({
          call,
          aggregate: name,
          plan: { kind: call.name, ...(call.limit !== undefined && { limit: call.limit }) },
        });
      }
      return false;
    });
  }
  return { list, of: (node) => (aggregateCall(node) === undefined ? undefined : positions.get(canonical(node))) };
}
