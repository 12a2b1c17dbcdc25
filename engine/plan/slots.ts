/** The accumulators that a rule's aggregates need: one slot for all calls that keep the same. */
import type { AccumulatorPlan } from '../aggregate/accumulator.ts';
import { type AggregateCall, aggregateCall, aggregateKey } from '../expression/aggregate-call.ts';
import type { Node } from '../expression/expression.ts';
import { walk } from '../expression/tree.ts';
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
      const key = aggregateKey(call);
      if (!positions.has(key)) {
        positions.set(key, list.length);
        list.push({
          call,
          aggregate: name,
          plan: { kind: call.name, ...(call.limit !== undefined && { limit: call.limit }) },
        });
      }
      return false;
    });
  }
  const of = (node: Node): number | undefined => {
    const call = aggregateCall(node);
    return call && positions.get(aggregateKey(call));
  };
  return { list, of };
}

/** The code of an aggregate call's value, from that of its slot's result. */
export function resultCode({ name, p }: AggregateCall, result: string): string {
  switch (name) {
    case 'percentile':
      return `$.percentile(${result}, ${p ?? 0})`;
    case 'countDistinct':
      return `$.nearest(${result})`;
    default:
      return result;
  }
}

/** Of each aggregate that may be approximate, the slots that make it so. */
export function approximable(aggregates: readonly NamedExpression[]): (readonly [name: string, slots: number[]])[] {
  const slots = slotsOf(aggregates);
  return aggregates.flatMap(({ name, expression }) => {
    const found = new Set<number>();
    walk(expression.node, (node) => {
      const slot = slots.of(node);
      const kind = slot === undefined ? undefined : slots.list[slot]?.plan.kind;
      if (slot !== undefined && (kind === 'percentile' || kind === 'countDistinct')) found.add(slot);
      return slot === undefined;
    });
    return found.size === 0 ? [] : [[name, [...found]] as const];
  });
}
