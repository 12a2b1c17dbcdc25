/**
 * An accumulator is what one aggregate call keeps of the events of a pane: mergeable, so that every writer can keep
 * its own (Beam's CombineFn, Flink's AggregateFunction), and encoded as plain JSON.
 */
import type { Order } from './order.ts';
import type { Json } from './value.ts';

export interface Accumulator {
  /** Adds the value of one event. The caller leaves out null: no aggregate but `count()` sees it. */
  add(value: unknown, order: Order): void;
  /** Takes out what `add` put in; false where only adding everything again gives the result. */
  remove(value: unknown, order: Order): boolean;
  /** False where a value would be one more than `most` distinct ones; absent where it does not grow with them. */
  hasRoom?(value: unknown, most: number): boolean;
  /** Merges what `encode` gave; associative and commutative. */
  absorb(encoded: Json): void;
  encode(): Json;
  /** The aggregate's value; null where there is none. */
  result(): unknown;
}

/** Which accumulator an aggregate call needs, as data of the plan. */
export interface AccumulatorPlan {
  readonly kind: 'count' | 'sum' | 'avg' | 'min' | 'max' | 'first' | 'last' | 'countDistinct' | 'collect' | 'newest';
  /** How many values `collect` keeps. */
  readonly limit?: number;
}
