/** What a join tells of: two events, or one that has no other. It stands for an event, with a name of its own. */
import { type EpochMillis, largest } from '../time.ts';
import type { EventReference, Touch } from './touch.ts';

export class Joined implements Touch {
  readonly left: Touch | undefined;
  readonly right: Touch | undefined;
  /** Named by both; as old as the later one. */
  readonly event: EventReference;
  readonly args: readonly unknown[] = [];
  readonly fields = {};

  constructor(left: Touch | undefined, right: Touch | undefined) {
    this.left = left;
    this.right = right;
    const later = laterOf(left, right);
    const names = [left, right].map((side) => (side === undefined ? null : [side.event.stream, side.event.id]));
    this.event = { ...later.event, id: JSON.stringify(names) };
  }

  get touches(): readonly Touch[] {
    const { left, right } = this;
    // An event that is of both sides is one.
    return [left, right === left ? undefined : right].flatMap((side) => side ?? []);
  }

  get start(): EpochMillis {
    return Math.min(...this.touches.map(({ event }) => event.t)) as EpochMillis;
  }

  get end(): EpochMillis {
    return largest(this.touches.map(({ event }) => event.t));
  }

  /** What is kept of both; null on the side that there is none of. */
  get values(): readonly unknown[] {
    return [this.left, this.right].map((side) => side?.args[1] ?? null);
  }
}

function laterOf(left: Touch | undefined, right: Touch | undefined): Touch {
  const later = left === undefined || (right !== undefined && right.event.t > left.event.t) ? right : left;
  if (later === undefined) throw new Error('a join is of an event');
  return later;
}
