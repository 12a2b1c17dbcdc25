/**
 * Pairs of events of two sides, found on the key's log. Each is an alert of its own; those that are whole at one time
 * are a window here, which is that time. An event that has no other stands alone, where the rule asks for that, once the
 * watermark has passed the last instant at which one could come: advance-time says so in the panes.
 */
import { type JoinPlan, joinReach } from '../plan/join-plan.ts';
import { type EpochMillis, endOfTime, instantAfter, type Millis, smallest } from '../time.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import type { WindowBounds, WindowedRule } from './compiled-rule.ts';
import { Joined } from './joined.ts';
import { countHeld } from './key-limits.ts';
import type { KeyPanes } from './key-panes.ts';
import type { KeyWindows, Schedule, WindowForm } from './key-windows.ts';
import { distinctTimes, OrderedLog } from './ordered-log.ts';
import type { Pane } from './pane.ts';
import { compareEvidence, type EventReference, isSameEvent, type Touch } from './touch.ts';

export function joinForm(grid: PaneGrid, plan: JoinPlan): WindowForm {
  const reach = joinReach(plan);
  const waits = plan.alone.includes(true);
  return {
    grid,
    isLog: true,
    isNamedByPane: false,
    closesByWindow: waits,
    longest: 0 as Millis,
    reach: (3 * reach) as Millis,
    // A pair is of the time of its later event, an event without another of its own.
    firstChanged: (t) => (waits ? t - reach : t) as EpochMillis,
    pastChanged: (t) => (t + reach + 1) as EpochMillis,
    since: (name) => (name - reach) as EpochMillis,
    lastEnd: (t) => (t + reach + 1) as EpochMillis,
    isForgotten: ({ end }, frozen) => end < frozen,
    namesOf: (_, name) => ({ first: name, last: name }),
    open: (rule, panes) => new JoinWindows(rule, panes, plan),
  };
}

const sides = [0, 1] as const;
type Side = (typeof sides)[number];

class JoinWindows implements KeyWindows {
  readonly schedule?: Schedule;
  readonly #rule: WindowedRule;
  readonly #panes: KeyPanes;
  readonly #plan: JoinPlan;
  readonly #log = new OrderedLog();

  constructor(rule: WindowedRule, panes: KeyPanes, plan: JoinPlan) {
    this.#rule = rule;
    this.#panes = panes;
    this.#plan = plan;
    if (!plan.alone.includes(true)) return;
    this.schedule = {
      nextEnd: (pane, after) => smallest(this.#ends(pane).flatMap(({ end }) => (end > after ? [end] : []))),
      endingIn: (pane, after, until) =>
        this.#ends(pane).flatMap(({ end, t }) => (end > after && end <= until ? [t] : [])),
      between: (first, last) => this.names(first, (last + 1) as EpochMillis),
    };
  }

  add(pane: Pane, touch: Touch): boolean {
    countHeld(this.#rule, pane, touch);
    this.#log.add(touch);
    return false;
  }

  absorbed(): void {
    // A log takes in events one by one.
  }

  changed(t: EpochMillis, _: EpochMillis, into: Set<EpochMillis>): void {
    const { form } = this.#rule;
    for (const name of this.names(form.firstChanged(t), form.pastChanged(t))) into.add(name);
  }

  names(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    return distinctTimes(this.#log.between(from, to));
  }

  bounds(name: EpochMillis, subject?: Touch): WindowBounds {
    if (!(subject instanceof Joined)) return { start: name, end: name };
    return { start: subject.start, end: this.newest(name, subject) };
  }

  has(name: EpochMillis): boolean {
    return this.subjects(name).some((subject) => this.#stands(subject));
  }

  results(_: EpochMillis, subject?: Touch): readonly unknown[] | undefined {
    return subject instanceof Joined && this.#stands(subject) ? subject.values : undefined;
  }

  subjects(name: EpochMillis): readonly Joined[] {
    return this.#log.between(name, instantAfter(name)).flatMap((touch) => [
      ...(isOf(touch, 0) ? this.#others(touch, 0, name).map((right) => new Joined(touch, right)) : []),
      // Of two events of one time, the left one has told of the pair.
      ...(isOf(touch, 1) ? this.#others(touch, 1, before(name)).map((left) => new Joined(left, touch)) : []),
      ...this.#alone(touch).map((side) => (side === 0 ? new Joined(touch, undefined) : new Joined(undefined, touch))),
    ]);
  }

  isUndecided(subject: Touch): boolean {
    const lone = loneOf(subject);
    return (
      lone !== undefined &&
      !this.#hasOther(lone.touch, lone.side) &&
      this.#over(lone.touch, lone.side) > this.#panes.told
    );
  }

  /** Of an event without another, the last instant at which one could have come. */
  newest(name: EpochMillis, subject?: Touch): EpochMillis {
    const lone = loneOf(subject);
    return lone === undefined ? name : before(this.#over(lone.touch, lone.side));
  }

  evidence(_: EpochMillis, subject?: Touch): readonly Touch[] {
    const { evidence } = this.#rule.plan;
    if (evidence === 0 || !(subject instanceof Joined)) return [];
    return subject.touches.toSorted(compareEvidence).slice(-evidence);
  }

  keeps(event: EventReference): boolean {
    return this.#log.between(event.t, instantAfter(event.t)).some((entry) => isSameEvent(entry.event, event));
  }

  home(name: EpochMillis): EpochMillis {
    return name;
  }

  isTold(): boolean {
    return false;
  }

  forget(frozen: EpochMillis): void {
    this.#log.forget(frozen);
  }

  /** A pair stands; an event alone as far as advance-time has told, from where the rule begins on. */
  #stands(joined: Joined): boolean {
    const lone = loneOf(joined);
    if (lone === undefined) return true;
    const { touch, side } = lone;
    if (this.#over(touch, side) > this.#panes.told || this.#hasOther(touch, side)) return false;
    return touch.event.t - this.#span(side).earlier >= this.#rule.begin.at;
  }

  /** The sides of an event of which it is told without another. */
  #alone(touch: Touch): Side[] {
    return sides.filter((side) => this.#plan.alone[side] && isOf(touch, side));
  }

  /** How far the other event may be from one of a side. */
  #span(side: Side): { readonly earlier: Millis; readonly later: Millis } {
    const { before: earlier, after: later } = this.#plan;
    return side === 0 ? { earlier, later } : { earlier: later, later: earlier };
  }

  /** The first instant at which no other can come. */
  #over({ event }: Touch, side: Side): EpochMillis {
    return (event.t + this.#span(side).later + 1) as EpochMillis;
  }

  /** Events of the other side that make a pair with one, up to an instant. */
  #others({ event }: Touch, side: Side, until: EpochMillis): Touch[] {
    const { earlier, later } = this.#span(side);
    const from = (event.t - earlier) as EpochMillis;
    const to = instantAfter(Math.min(until, event.t + later) as EpochMillis);
    return this.#log.between(from, to).filter((other) => isOf(other, side === 0 ? 1 : 0));
  }

  #hasOther(touch: Touch, side: Side): boolean {
    return this.#others(touch, side, endOfTime).length > 0;
  }

  /** When it is known of events of a pane that they stay alone, with their times. */
  #ends(pane: EpochMillis): { readonly end: EpochMillis; readonly t: EpochMillis }[] {
    return this.#log
      .between(pane, this.#rule.grid.end(pane))
      .flatMap((touch) =>
        this.#alone(touch).flatMap((side) =>
          this.#hasOther(touch, side) ? [] : [{ end: this.#over(touch, side), t: touch.event.t }],
        ),
      );
  }
}

function isOf({ args }: Touch, side: Side): boolean {
  return (Number(args[0]) & (side + 1)) !== 0;
}

/** The event of what is told without another, and its side; undefined for a pair. */
function loneOf(subject: Touch | undefined): { readonly touch: Touch; readonly side: Side } | undefined {
  if (!(subject instanceof Joined)) return undefined;
  const { left, right } = subject;
  if (left !== undefined && right === undefined) return { touch: left, side: 0 };
  return left === undefined && right !== undefined ? { touch: right, side: 1 } : undefined;
}

function before(t: EpochMillis): EpochMillis {
  return (t - 1) as EpochMillis;
}
