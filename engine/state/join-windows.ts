/**
 * Pairs of events of two sides, found on the key's log. Each is an alert of its own; those that are whole at one time
 * are a window here, which is that time. An event that has no other stands alone, where the rule asks for that, once the
 * watermark has passed the last instant at which one could come: advance-time says so in the panes.
 */
import { type JoinPlan, joinReach } from '../plan/join-plan.ts';
import { type EpochMillis, instantAfter, largest, type Millis, smallest } from '../time.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import type { WindowBounds, WindowedRule } from './compiled-rule.ts';
import { before, JoinLog, loneJoined, loneOf } from './join-log.ts';
import { Joined } from './joined.ts';
import { countHeld } from './key-limits.ts';
import type { KeyPanes } from './key-panes.ts';
import type { KeyWindows, Schedule, WindowForm } from './key-windows.ts';
import { distinctTimes } from './ordered-log.ts';
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
    open: (rule, panes) => new JoinWindows(rule, panes, plan),
  };
}

class JoinWindows implements KeyWindows {
  readonly schedule?: Schedule;
  readonly #rule: WindowedRule;
  readonly #panes: KeyPanes;
  readonly #log: JoinLog;

  constructor(rule: WindowedRule, panes: KeyPanes, plan: JoinPlan) {
    this.#rule = rule;
    this.#panes = panes;
    this.#log = new JoinLog(plan);
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
    this.#log.insert(touch);
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
    if (subject instanceof Joined) return { start: subject.start, end: this.newest(name, subject) };
    const all = this.subjects(name).filter((one) => this.#stands(one));
    return { start: name, end: largest([name, ...all.map((one) => this.newest(name, one))]) };
  }

  has(name: EpochMillis): boolean {
    return this.subjects(name).some((subject) => this.#stands(subject));
  }

  results(_: EpochMillis, subject?: Touch): readonly unknown[] | undefined {
    return subject instanceof Joined && this.#stands(subject) ? subject.values : undefined;
  }

  subjects(name: EpochMillis): readonly Joined[] {
    return this.#log
      .between(name, instantAfter(name))
      .flatMap((touch) => [
        ...this.#log.pairsWith(touch),
        ...this.#log.alone(touch).map((side) => loneJoined(touch, side)),
      ]);
  }

  isUndecided(subject: Touch): boolean {
    const lone = loneOf(subject);
    return (
      lone !== undefined &&
      !this.#log.hasOther(lone.touch, lone.side) &&
      this.#log.over(lone.touch, lone.side) > this.#panes.told
    );
  }

  /** Of an event without another, the last instant at which one could have come. */
  newest(name: EpochMillis, subject?: Touch): EpochMillis {
    const lone = loneOf(subject);
    return lone === undefined ? name : before(this.#log.over(lone.touch, lone.side));
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
    if (this.#log.over(touch, side) > this.#panes.told || this.#log.hasOther(touch, side)) return false;
    return touch.event.t - this.#log.span(side).earlier >= this.#rule.begin.at;
  }

  /** When it is known of events of a pane that they stay alone, with their times. */
  #ends(pane: EpochMillis): { readonly end: EpochMillis; readonly t: EpochMillis }[] {
    return this.#log
      .between(pane, this.#rule.grid.end(pane))
      .flatMap((touch) =>
        this.#log
          .alone(touch)
          .flatMap((side) =>
            this.#log.hasOther(touch, side) ? [] : [{ end: this.#log.over(touch, side), t: touch.event.t }],
          ),
      );
  }
}
