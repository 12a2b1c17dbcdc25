/**
 * Matches of a sequence, found on the key's log. Each is an alert of its own, named by its first event; those that begin
 * at one time are a window here, which is that time. A match that follows from what did not come stands once the
 * watermark has passed its end: advance-time says so in the panes.
 */
import { hasAbsence, looksBack, type SequencePlan } from '../plan/sequence-plan.ts';
import { type EpochMillis, endOfTime, instantAfter, largest, type Millis } from '../time.ts';
import { chainChanges, chainDecides, chainReach } from '../window/chain-reach.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import type { WindowBounds, WindowedRule } from './compiled-rule.ts';
import { countHeld } from './key-limits.ts';
import type { KeyPanes } from './key-panes.ts';
import type { KeyWindows, Schedule, WindowForm } from './key-windows.ts';
import { distinctTimes } from './ordered-log.ts';
import type { Pane } from './pane.ts';
import type { PartialMatch } from './partial-match.ts';
import { SequenceLog } from './sequence-log.ts';
import { bitsOf, type Sequence, sequenceOf } from './sequence-steps.ts';
import { compareEvidence, type EventReference, isSameEvent, type Touch } from './touch.ts';

export function sequenceForm(grid: PaneGrid, plan: SequencePlan): WindowForm {
  const { within, skipsPastLast } = plan;
  const back = looksBack(plan);
  const decides = skipsPastLast ? chainDecides(within) : 0;
  const changes = skipsPastLast ? chainChanges(within) : 0;
  const soonest = soonestEnd(plan);
  let sequence: Sequence | undefined;
  return {
    grid,
    isLog: true,
    isNamedByPane: false,
    closesByWindow: hasAbsence(plan),
    longest: 0 as Millis,
    reach: ((skipsPastLast ? chainReach(within) : 3 * within) + 2 * back) as Millis,
    firstChanged: (t) => (t - within) as EpochMillis,
    pastChanged: (t) => (t + changes + back + 1) as EpochMillis,
    since: (name) => (name - decides - back) as EpochMillis,
    lastEnd: (t) => (t + Math.max(within, back)) as EpochMillis,
    isForgotten: ({ end }, frozen) => end < frozen,
    open: (rule, panes) => new SequenceWindows(rule, panes, (sequence ??= sequenceOf(plan, rule.program)), soonest),
  };
}

/** It is the log itself, and does not refer to one: of many keys, each object is one more to be fetched from memory. */
class SequenceWindows extends SequenceLog implements KeyWindows {
  readonly schedule?: Schedule;
  readonly #rule: WindowedRule;
  readonly #panes: KeyPanes;
  readonly #plan: SequencePlan;
  readonly #soonest: Soonest;

  constructor(rule: WindowedRule, panes: KeyPanes, sequence: Sequence, soonest: Soonest) {
    super(sequence);
    const { plan } = sequence;
    this.#rule = rule;
    this.#panes = panes;
    this.#plan = plan;
    this.#soonest = soonest;
    if (!hasAbsence(plan)) return;
    this.schedule = {
      nextEnd: (pane, after) => this.#nextEnd(pane, after),
      endingIn: (_, after, until) => {
        this.pass(until);
        return this.matches((after - plan.within) as EpochMillis, endOfTime).flatMap(({ end, first }) =>
          end > after && end <= until ? [first.event.t] : [],
        );
      },
      between: (first, last) => this.names(first, (last + 1) as EpochMillis),
    };
  }

  add(pane: Pane, touch: Touch): boolean {
    countHeld(this.#rule, pane, touch);
    this.insert(touch);
    return false;
  }

  absorbed(): void {
    // A log takes in events one by one.
  }

  override takeChanged(): readonly EpochMillis[] {
    this.#passTold();
    return super.takeChanged();
  }

  changed(t: EpochMillis, _: EpochMillis, into: Set<EpochMillis>): void {
    const { form } = this.#rule;
    for (const name of this.names(form.firstChanged(t), form.pastChanged(t))) into.add(name);
  }

  names(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    this.#passTold();
    return distinctTimes(this.matches(from, to).map(({ first }) => first));
  }

  /** Whoever has seen less may have a match begin with any event that can. */
  everNamed(from: EpochMillis, to: EpochMillis): EpochMillis[] {
    return distinctTimes(this.between(from, to).filter((touch) => this.isFirst(touch)));
  }

  bounds(name: EpochMillis, subject?: Touch): WindowBounds {
    return { start: name, end: largest([name, ...this.#all(name, subject).map(({ end }) => end)]) };
  }

  has(name: EpochMillis): boolean {
    return this.#of(name, undefined) !== undefined;
  }

  results(name: EpochMillis, subject?: Touch): readonly unknown[] | undefined {
    return this.#of(name, subject)?.values;
  }

  subjects(name: EpochMillis): readonly Touch[] {
    return this.between(name, instantAfter(name)).filter((touch) => this.isFirst(touch));
  }

  /** True where the match that begins with an event may still come to stand: what was told of it is not disproved. */
  isUndecided(subject: Touch): boolean {
    if (!hasAbsence(this.#plan)) return false;
    this.#passTold();
    return this.pending(this.#panes.told).some(
      ({ first, end, state, closesAlone }) =>
        first === subject && (state === 'open' ? closesAlone : end > this.#panes.told),
    );
  }

  newest(name: EpochMillis, subject?: Touch): EpochMillis {
    return this.#of(name, subject)?.end ?? name;
  }

  evidence(name: EpochMillis, subject?: Touch): readonly Touch[] {
    const { evidence } = this.#rule.plan;
    return evidence === 0 ? [] : [...(this.#of(name, subject)?.touches ?? [])].sort(compareEvidence).slice(-evidence);
  }

  keeps(event: EventReference): boolean {
    return this.between(event.t, instantAfter(event.t)).some((entry) => isSameEvent(entry.event, event));
  }

  home(name: EpochMillis): EpochMillis {
    return largest([name, ...this.matches(name, instantAfter(name)).map(({ touches }) => touches.at(-1)?.event.t)]);
  }

  isTold(): boolean {
    return false;
  }

  #of(name: EpochMillis, subject: Touch | undefined): PartialMatch | undefined {
    return this.#all(name, subject)[0];
  }

  /** Matches that stand: of events of one time, those that begin with the subject. */
  #all(name: EpochMillis, subject: Touch | undefined): readonly PartialMatch[] {
    this.#passTold();
    return this.matches(name, instantAfter(name)).filter(
      (match) => (subject === undefined || match.first === subject) && this.#stands(match),
    );
  }

  /** What did not come is known up to where advance-time has told, from where the rule begins on. */
  #stands({ first, end }: PartialMatch): boolean {
    if (this.schedule === undefined) return true;
    return end <= this.#panes.told && first.event.t - looksBack(this.#plan) >= this.#rule.begin.at;
  }

  #passTold(): void {
    if (this.schedule !== undefined) this.pass(this.#panes.told);
  }

  /** When something may come to stand after an instant: as far as is known, and by the pane's events at the soonest. */
  #nextEnd(pane: EpochMillis, after: EpochMillis): EpochMillis | undefined {
    const { form, grid } = this.#rule;
    const [from, past] = [form.firstChanged(pane), form.pastChanged(grid.end(pane))];
    let earliest: number = endOfTime;
    for (const { first, state, end, due, closesAlone } of this.pending(after)) {
      // What the pane's events cannot change waits in the panes of others: else those of a busy key would wait for ever.
      if (first.event.t < from || first.event.t >= past || (state === 'open' && !closesAlone)) continue;
      earliest = Math.min(earliest, state === 'open' ? due : end);
    }
    const { steps, delay } = this.#soonest;
    const own = this.firstOf(
      Math.max(pane, after - delay + 1) as EpochMillis,
      grid.end(pane),
      (touch) => steps === undefined || (bitsOf(touch) & steps) !== 0,
    );
    if (own !== undefined) earliest = Math.min(earliest, own.event.t + delay);
    return earliest === endOfTime ? undefined : (earliest as EpochMillis);
  }
}

/** What an event may bring, though nobody who has seen it alone can know. */
export interface Soonest {
  /** Bits of the steps that an event must be one of, undefined where any will do; */
  readonly steps: number | undefined;
  /** and how long after it that is, at the soonest. */
  readonly delay: Millis;
}

/**
 * Who writes a key with others sees only its own events: a match that ends with one of them, or is left out no more
 * because of it, may be of events of theirs. Where one event alone begins and ends a match, it says when that is.
 */
export function soonestEnd({ stages, most, within, names }: SequencePlan): Soonest {
  const [first, last, third] = stages;
  const wait = last?.waits[0];
  if (third !== undefined || first?.steps.length !== 1 || most !== 1 || last?.steps.length !== 0 || wait === undefined)
    return { steps: undefined, delay: 0 as Millis };
  const steps = names.reduce<number>((bits, name, step) => (name === null ? bits : bits | (1 << step)), 0);
  return { steps, delay: wait.until === true ? (0 as Millis) : (wait.for ?? within) };
}
