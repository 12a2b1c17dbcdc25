/** A join as data. Which side an event is of, its first argument says: 1, the left one, 2, the right one, or 3, both. */
import type { JoinDefinition } from '../pipeline/definition.ts';
import type { Millis } from '../time.ts';

export interface JoinPlan {
  readonly kind: 'join';
  /** How much earlier than the left event the right one is at most, and how much later. */
  readonly before: Millis;
  readonly after: Millis;
  /** True for a side of which events are told that have no other. */
  readonly alone: readonly [left: boolean, right: boolean];
}

export function joinPlan({ before, after, type }: JoinDefinition): JoinPlan {
  const isFull = type === 'full';
  return { kind: 'join', before, after, alone: [isFull || type === 'left', isFull || type === 'right'] };
}

/** How far the events of a pair are apart at most. */
export function joinReach({ before, after }: Pick<JoinPlan, 'before' | 'after'>): Millis {
  return Math.max(before, after) as Millis;
}
