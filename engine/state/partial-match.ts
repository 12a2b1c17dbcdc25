/**
 * A partial match of a sequence: the events that it has taken, and what it waits for. It is fed the events after its
 * first in order, and each stage that a length of time ends is passed before the events after that.
 */
import { resetSteps } from '../expression/operators.ts';
import type { StagePlan, WaitPlan } from '../plan/sequence-plan.ts';
import { type EpochMillis, endOfTime, largest, smallest } from '../time.ts';
import { isBit, isStep, keptOf, type Sequence } from './sequence-steps.ts';
import { appended } from './short-list.ts';
import type { Touch } from './touch.ts';

const none: (EpochMillis | undefined)[] = [];
const noTouches: Touch[] = [];

export class PartialMatch {
  readonly first: Touch;
  /** Matches leave out others of the same segment alone. */
  readonly segment: EpochMillis;
  /** By name: what is kept of an event, a list of them, or null. */
  readonly values: unknown[];
  /** In the order in which they were taken. */
  touches: Touch[] = noTouches;
  state: 'open' | 'complete' | 'dead' = 'open';
  /** Of a complete one: the time of its last event, or when its last absence was over. */
  end: EpochMillis = endOfTime;
  /** When the stage is over if nothing comes. */
  due: EpochMillis = endOfTime;
  /** Bits of the steps that it looks at. */
  wants = 0;
  readonly #sequence: Sequence;
  #at = 0;
  /** When each wait of the stage is over; undefined where it was ended. */
  #waits: (EpochMillis | undefined)[] = [];
  /** Steps of the stage that were taken. */
  #taken = 0;
  /** How many events the stage's step has taken. */
  #count = 0;
  /** The step before that goes on taking events, and how many it has; -1: none does. */
  #loop = -1;
  #looped = 0;

  constructor(sequence: Sequence, first: Touch, segment: EpochMillis) {
    this.#sequence = sequence;
    this.first = first;
    this.segment = segment;
    this.values = sequence.blank.slice();
    for (const name of sequence.plan.lists) this.values[name] = [];
    this.#enter(0, first.event.t);
    this.#takeStep(first);
  }

  /** True where it may become a match without another event. */
  get closesAlone(): boolean {
    if (this.state !== 'open' || this.due === endOfTime) return false;
    const later = this.#sequence.plan.stages.slice(this.#at + 1);
    return later.every(({ all, steps, waits }) => steps.length === 0 || (!all && waits.length > 0));
  }

  /** Goes on to the next stage where the time of this one is over. */
  pass(): void {
    this.#loop = -1;
    this.#enter(this.#at + 1, this.due);
  }

  /** Takes an event, lets it be, or ends with it; what was due before it was passed. */
  feed(touch: Touch): void {
    const stage = this.#stage();
    if (this.#isEnded(stage, touch) || this.#takeStep(touch) || this.#takeMore(touch)) return;
    const isLast = this.#at === this.#sequence.plan.stages.length - 1;
    if (this.#sequence.plan.strict && !(isLast && stage.steps.length === 0)) this.#die();
  }

  #stage(): StagePlan {
    const stage = this.#sequence.plan.stages[this.#at];
    if (stage === undefined) throw new Error('a partial match is in one of its stages');
    return stage;
  }

  #is(step: number, touch: Touch): boolean {
    return isStep(this.#sequence, step, touch, this.values);
  }

  /** True where an event ends the match, or a wait of it. */
  #isEnded(stage: StagePlan, touch: Touch): boolean {
    for (const step of stage.guards) if (this.#is(step, touch)) return this.#die();
    let ended = false;
    for (let i = 0; i < stage.waits.length; i++) {
      const step = stage.waits[i]?.step;
      const over = this.#waits[i];
      if (step === undefined || over === undefined || touch.event.t >= over || !this.#is(step, touch)) continue;
      if (stage.all) return this.#die();
      this.#waits[i] = undefined;
      ended = true;
    }
    if (!ended) return false;
    if (stage.steps.length === 0 && this.#waits.every((over) => over === undefined)) return this.#die();
    this.#look(stage);
    return true;
  }

  /** Takes the step, or those of the stage's steps, that the event is. */
  #takeStep(touch: Touch): boolean {
    const stage = this.#stage();
    const { t } = touch.event;
    let took = false;
    for (let i = 0; i < stage.steps.length; i++) {
      const step = stage.steps[i];
      if (step === undefined || isBit(this.#taken, i) || !this.#is(step, touch)) continue;
      this.#take(step, touch, took);
      took = true;
      this.#loop = -1;
      if (stage.most > 1) {
        if (++this.#count < stage.least) return true;
        this.#loop = this.#count < stage.most ? step : -1;
        this.#looped = this.#count;
        this.#enter(this.#at + 1, t);
        return true;
      }
      this.#taken |= 1 << i;
      if (!stage.all) break;
    }
    if (!took) return false;
    const isWhole = !stage.all || this.#taken === (1 << stage.steps.length) - 1;
    const waits = stage.all && this.#waits.some((over) => over !== undefined && over > t);
    if (isWhole && !waits) this.#enter(this.#at + 1, t);
    else this.#look(stage);
    return true;
  }

  /** Takes one more event for the step before, as long as the next has not come. */
  #takeMore(touch: Touch): boolean {
    const step = this.#loop;
    if (step === -1 || !this.#is(step, touch)) return false;
    const before = this.#sequence.plan.stages.find(({ steps }) => steps[0] === step);
    this.#take(step, touch, false);
    if (++this.#looped >= (before?.most ?? 1)) this.#loop = -1;
    this.#enter(this.#at, touch.event.t);
    return true;
  }

  #take(step: number, touch: Touch, again: boolean): void {
    const { names, lists } = this.#sequence.plan;
    const name = names[step] ?? 0;
    const list = this.values[name];
    if (lists.includes(name) && Array.isArray(list)) list.push(keptOf(touch));
    else this.values[name] = keptOf(touch);
    if (!again) this.touches = appended(this.touches, touch);
  }

  #enter(at: number, t: EpochMillis): void {
    const { stages } = this.#sequence.plan;
    const stage = stages[at];
    this.#at = at;
    this.#taken = 0;
    this.#count = 0;
    if (stage === undefined) {
      this.state = 'complete';
      this.end = t;
      this.due = endOfTime;
      return;
    }
    this.#waits = stage.waits.length === 0 ? none : stage.waits.map((wait) => this.#over(wait, t));
    this.#look(stage);
  }

  /** When a wait is over that begins then; the end of time where a match would take too long. */
  #over(wait: WaitPlan, t: EpochMillis): EpochMillis {
    const last = this.first.event.t + this.#sequence.plan.within;
    let over: number = last;
    if (wait.for !== undefined) over = t + wait.for;
    else if (wait.until === true) {
      resetSteps();
      const until = this.#sequence.ends[wait.step]?.({}, this.values, t);
      over = typeof until === 'number' ? Math.max(until, t) : endOfTime;
    }
    return (over > last ? endOfTime : over) as EpochMillis;
  }

  /** Finds what it waits for. */
  #look({ all, steps, waits, guards }: StagePlan): void {
    this.due = endOfTime;
    if (waits.length > 0) {
      const open = this.#waits.filter((over) => over !== undefined);
      if (all && open.includes(endOfTime)) {
        this.#die();
        return;
      }
      if (!all) this.due = smallest(open) ?? endOfTime;
      else if (this.#taken === (1 << steps.length) - 1) this.due = largest(open);
    }
    let wants = 0;
    for (const step of guards) wants |= 1 << step;
    for (const { step } of waits) wants |= 1 << step;
    for (const step of steps) wants |= 1 << step;
    if (this.#loop !== -1) wants |= 1 << this.#loop;
    this.wants = wants;
  }

  #die(): true {
    this.state = 'dead';
    this.due = endOfTime;
    return true;
  }
}

/** Of those that are open, the one whose stage is over first by an instant; of equal times, the first in the list. */
export function earliestDue(matches: readonly PartialMatch[], until: EpochMillis): PartialMatch | undefined {
  let earliest: PartialMatch | undefined;
  for (const match of matches) {
    if (match.state !== 'open' || match.due === endOfTime || match.due > until) continue;
    if (earliest === undefined || match.due < earliest.due) earliest = match;
  }
  return earliest;
}
