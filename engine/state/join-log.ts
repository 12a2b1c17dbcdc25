/** The log of a key for a join: the events of both sides in order, the pairs that they make, and those that have no other. */
import type { JoinPlan } from '../plan/join-plan.ts';
import { type EpochMillis, endOfTime, instantAfter, type Millis } from '../time.ts';
import { Joined } from './joined.ts';
import { OrderedLog } from './ordered-log.ts';
import type { Touch } from './touch.ts';

const sides = [0, 1] as const;
export type Side = (typeof sides)[number];

export class JoinLog {
  readonly #plan: JoinPlan;
  readonly #log = new OrderedLog();

  constructor(plan: JoinPlan) {
    this.#plan = plan;
  }

  insert(touch: Touch): void {
    this.#log.insert(touch);
  }

  /** Events of times in [from, to). */
  between(from: EpochMillis, to: EpochMillis): readonly Touch[] {
    return this.#log.between(from, to);
  }

  forget(until: EpochMillis): void {
    this.#log.forget(until);
  }

  /** The pairs that are whole with an event. */
  pairsWith(touch: Touch): Joined[] {
    const { t } = touch.event;
    return [
      ...(isOf(touch, 0) ? this.#others(touch, 0, t).map((right) => new Joined(touch, right)) : []),
      // Of two events of one time, the left one has told of the pair.
      ...(isOf(touch, 1) ? this.#others(touch, 1, before(t)).map((left) => new Joined(left, touch)) : []),
    ];
  }

  /** The sides of an event of which it is told without another. */
  alone(touch: Touch): Side[] {
    return sides.filter((side) => this.#plan.alone[side] && isOf(touch, side));
  }

  /** How far the other event may be from one of a side. */
  span(side: Side): { readonly earlier: Millis; readonly later: Millis } {
    const { before: earlier, after: later } = this.#plan;
    return side === 0 ? { earlier, later } : { earlier: later, later: earlier };
  }

  /** The first instant at which no other can come. */
  over({ event }: Touch, side: Side): EpochMillis {
    return (event.t + this.span(side).later + 1) as EpochMillis;
  }

  hasOther(touch: Touch, side: Side): boolean {
    return this.#others(touch, side, endOfTime).length > 0;
  }

  /** Events of the other side that make a pair with one, up to an instant. */
  #others({ event }: Touch, side: Side, until: EpochMillis): Touch[] {
    const { earlier, later } = this.span(side);
    const from = (event.t - earlier) as EpochMillis;
    const to = instantAfter(Math.min(until, event.t + later) as EpochMillis);
    return this.#log.between(from, to).filter((other) => isOf(other, side === 0 ? 1 : 0));
  }
}

export function isOf({ args }: Touch, side: Side): boolean {
  return (Number(args[0]) & (side + 1)) !== 0;
}

export function loneJoined(touch: Touch, side: Side): Joined {
  return side === 0 ? new Joined(touch, undefined) : new Joined(undefined, touch);
}

/** The event of what is told without another, and its side; undefined for a pair. */
export function loneOf(subject: Touch | undefined): { readonly touch: Touch; readonly side: Side } | undefined {
  if (!(subject instanceof Joined)) return undefined;
  const { left, right } = subject;
  if (left !== undefined && right === undefined) return { touch: left, side: 0 };
  return left === undefined && right !== undefined ? { touch: right, side: 1 } : undefined;
}

export function before(t: EpochMillis): EpochMillis {
  return (t - 1) as EpochMillis;
}
