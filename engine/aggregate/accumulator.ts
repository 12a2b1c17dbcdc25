/**
 * An accumulator is what one aggregate call keeps of the events of a pane: mergeable, so that every writer can keep
 * its own (Beam's CombineFn, Flink's AggregateFunction), and encoded as plain JSON. What it keeps follows from the set
 * of events alone: not from their order, nor from who added or merged what. That holds too for whether it still keeps
 * all of them or, beyond a bound, a sketch.
 */
import type { Order } from './order.ts';
import type { Json } from './value.ts';

export interface Accumulator {
  /** Adds the value of one event. The caller leaves out null: no aggregate but `count()` sees it. */
  add(value: unknown, order: Order): void;
  /** Takes out what was added first of all that is in; false where only adding everything again gives the result. */
  remove(value: unknown, order: Order): boolean;
  /** Merges what `encode` gave; associative and commutative. */
  absorb(encoded: Json): void;
  encode(): Json;
  /** The aggregate's value; null where there is none; a `Distribution` or an `Approximation` from those that sketch. */
  result(): unknown;
}

/** Which accumulator an aggregate call needs, as data of the plan. */
export interface AccumulatorPlan {
  readonly kind:
    | 'count'
    | 'sum'
    | 'avg'
    | 'stddev'
    | 'min'
    | 'max'
    | 'first'
    | 'last'
    | 'countDistinct'
    | 'collect'
    | 'values'
    | 'top'
    | 'argmin'
    | 'argmax'
    | 'percentile'
    | 'newest';
  /** How many values `collect`, `values` and `top` keep. */
  readonly limit?: number;
}
