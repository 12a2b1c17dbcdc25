/**
 * The log of a key for a sequence: its events in order, the partial matches that are open after the last of them, and
 * the matches. Events in order go on from there; from one out of order on, what it can change is found again.
 *
 * Matches are taken as they become whole, of equal times the one that began first. With `skip-past-last` each leaves out
 * all partial matches of its segment that began up to its last event.
 */
import { compareOrder } from '../aggregate/order.ts';
import { beginningOfTime, type EpochMillis, endOfTime, type Millis } from '../time.ts';
import { chainDecides } from '../window/chain-reach.ts';
import { type FirstsRun, nextRun, noRun, segmentOf } from '../window/sequence-segments.ts';
import { cameBefore } from './came-before.ts';
import { changedFirsts } from './changed-matches.ts';
import { firstWith, OrderedLog } from './ordered-log.ts';
import { earliestDue, PartialMatch } from './partial-match.ts';
import { bitsOf, type Sequence } from './sequence-steps.ts';
import { appended } from './short-list.ts';
import type { Touch } from './touch.ts';

/** It is the log of events itself, and does not refer to one: of many keys, each object is one more to be fetched from memory. */
export class SequenceLog extends OrderedLog {
  readonly #sequence: Sequence;
  readonly #within: Millis;
  /** By their first events, in order. */
  #matches = noMatches;
  /** In the order in which they began. */
  #open = noMatches;
  /** How many events were looked at, and up to when all was. */
  #seen = 0;
  #passed = beginningOfTime;
  /** The earliest event that came out of order since. */
  #lateFrom = endOfTime;
  /** True where a match may have come to be since then: until one can, nobody need look. */
  #isDue = false;
  #run = noRun;
  /** Times of first events whose matches changed. */
  #changed: Set<EpochMillis> | undefined;

  constructor(sequence: Sequence) {
    super();
    this.#sequence = sequence;
    this.#within = sequence.plan.within;
  }

  override insert(touch: Touch): number {
    const at = super.insert(touch);
    const { t } = touch.event;
    const { waits, lasts } = this.#sequence;
    const isLate = at < this.#seen || (waits && t < this.#passed);
    if (isLate && t < this.#lateFrom) this.#lateFrom = t;
    this.#isDue ||= isLate || waits || (bitsOf(touch) & lasts) !== 0;
    return at;
  }

  /** True for an event that a match can begin with. */
  isFirst(touch: Touch): boolean {
    return (bitsOf(touch) & this.#sequence.firsts) !== 0;
  }

  /** The first event of a time in [from, to) that is such a one. */
  firstOf(from: EpochMillis, to: EpochMillis, is: (touch: Touch) => boolean): Touch | undefined {
    let at = this.position(from);
    for (let touch = this.at(at); touch !== undefined && touch.event.t < to; touch = this.at(++at))
      if (is(touch)) return touch;
    return undefined;
  }

  /** Matches whose first events are of times in [from, to). */
  matches(from: EpochMillis, to: EpochMillis): readonly PartialMatch[] {
    this.#look();
    const begin = (t: EpochMillis): number =>
      firstWith(this.#matches.length, (i) => (this.#matches[i]?.first.event.t ?? t) >= t);
    return this.#matches.slice(begin(from), begin(to));
  }

  /** Partial matches that may become whole, and the whole ones that begin late enough for an instant to be theirs. */
  pending(after: EpochMillis): readonly PartialMatch[] {
    this.#look();
    return [
      ...this.matches((after - this.#within) as EpochMillis, endOfTime).filter(({ end }) => end > after),
      ...this.#open,
    ];
  }

  /** Passes all that is over by an instant. */
  pass(until: EpochMillis): void {
    this.#look();
    if (until <= this.#passed) return;
    this.#passOpen(until);
    this.#passed = until;
  }

  /** Times of first events whose matches changed since the last call. */
  takeChanged(): readonly EpochMillis[] {
    if (this.#isDue) this.#look();
    if (this.#changed === undefined) return none;
    const changed = [...this.#changed];
    this.#changed = undefined;
    return changed;
  }

  /** Drops what lies before an instant. */
  override forget(until: EpochMillis): void {
    const gone = this.position(until);
    if (gone === 0) return;
    const isEmpty = gone === this.length;
    // What goes is looked at first, where anything stays that it may mean something to.
    if (!isEmpty && (gone > this.#seen || this.#isDue)) this.#look();
    super.forget(until);
    this.#seen = isEmpty ? 0 : this.#seen - gone;
    if (isEmpty) this.#lateFrom = endOfTime;
    const stays = ({ first }: PartialMatch): boolean => first.event.t >= until;
    if (this.#matches.length > 0) this.#matches = this.#matches.filter(stays);
    if (this.#open.length > 0) this.#open = this.#open.filter(stays);
  }

  #look(): void {
    if (this.#lateFrom < endOfTime) this.#rewind(this.#lateFrom);
    for (let touch = this.at(this.#seen); touch !== undefined; touch = this.at(this.#seen)) {
      this.#next(touch);
      this.#seen++;
    }
    this.#isDue = false;
  }

  /** Finds again all that an event at an instant can change. */
  #rewind(t: EpochMillis): void {
    this.#lateFrom = endOfTime;
    const passed = this.#passed;
    const changed = this.#changed ?? new Set();
    const open = this.#open;
    const matches = this.#matches;
    const from = this.#changedFrom(t);
    const isKept = ({ first }: PartialMatch): boolean => first.event.t < from;
    const kept = matches.filter(isKept);
    this.#matches = noMatches;
    this.#open = noMatches;
    this.#changed = undefined;
    this.#passed = beginningOfTime;
    this.#run = this.#runBefore(from);
    this.#seen = this.position(from);
    this.#look();
    this.pass(passed);
    for (const t of changedFirsts(matches.slice(kept.length), this.#matches)) changed.add(t);
    this.#changed = changed;
    this.#matches = [...kept, ...this.#matches];
    this.#open = [...open.filter(isKept), ...this.#open];
  }

  /** The time of the first event from which on matches may begin that an event at an instant changes. */
  #changedFrom(t: EpochMillis): EpochMillis {
    const since = (t - this.#within + 1) as EpochMillis;
    if (!this.#sequence.plan.skipsPastLast) return since;
    const first = this.between(since, endOfTime).find((touch) => this.isFirst(touch));
    if (first === undefined) return since;
    const run = nextRun(this.#runBefore(first.event.t), first.event.t, this.#within);
    return Math.min(since, segmentOf(run, this.#within)) as EpochMillis;
  }

  /** The run of events that can begin a match, as it is before an instant. */
  #runBefore(t: EpochMillis): FirstsRun {
    const earliest = (t - chainDecides(this.#within)) as EpochMillis;
    const firsts = this.between(earliest, t).filter((touch) => this.isFirst(touch));
    return firsts.reduce((run, { event }) => nextRun(run, event.t, this.#within), noRun);
  }

  /** Looks at the next event. */
  #next(touch: Touch): void {
    const { t } = touch.event;
    this.#passOpen(t);
    this.#passed = t;
    const bits = bitsOf(touch);
    const { strict } = this.#sequence.plan;
    let whole: PartialMatch[] | undefined;
    let closed = false;
    for (const match of this.#open) {
      if (t - match.first.event.t >= this.#within) match.state = 'dead';
      else if (strict || (bits & match.wants) !== 0) match.feed(touch);
      if (match.state === 'open') continue;
      closed = true;
      if (match.state === 'complete') (whole ??= []).push(match);
    }
    const taken = whole === undefined ? none : this.#takeWhole(whole, touch);
    if (closed) this.#open = this.#open.filter(({ state }) => state === 'open');
    if ((bits & this.#sequence.firsts) === 0) return;
    this.#run = nextRun(this.#run, t, this.#within);
    const segment = segmentOf(this.#run, this.#within);
    if (taken.includes(segment)) return;
    const match = new PartialMatch(this.#sequence, touch, segment);
    if (cameBefore(this.#sequence, this, match)) return;
    if (match.state === 'complete') this.#takeWhole([match], touch);
    if (match.state === 'open') this.#open = appended(this.#open, match);
  }

  /** Of those that an event made whole, takes what is not left out; answers their segments. */
  #takeWhole(whole: readonly PartialMatch[], last: Touch): EpochMillis[] {
    const taken: EpochMillis[] = [];
    for (const match of whole) {
      if (this.#sequence.plan.skipsPastLast) {
        if (taken.includes(match.segment)) continue;
        taken.push(match.segment);
        this.#leaveOut(match, last);
      }
      this.#insert(match);
    }
    return taken;
  }

  #leaveOut({ segment }: PartialMatch, last: Touch): void {
    for (const other of this.#open)
      if (other.segment === segment && other.state === 'open' && compareOrder(other.first.event, last.event) <= 0)
        other.state = 'dead';
  }

  /** Passes stages of open ones that are over by an instant, the earliest first. */
  #passOpen(until: EpochMillis): void {
    if (!this.#sequence.waits) return;
    let passed = false;
    for (
      let next = earliestDue(this.#open, until);
      next !== undefined;
      next = earliestDue(this.#open, until), passed = true
    ) {
      next.pass();
      if (next.state !== 'complete') continue;
      const last = next.touches.at(-1);
      if (this.#sequence.plan.skipsPastLast && last !== undefined) this.#leaveOut(next, last);
      this.#insert(next);
    }
    if (passed) this.#open = this.#open.filter(({ state }) => state === 'open');
  }

  #insert(match: PartialMatch): void {
    const matches = this.#matches;
    let at = matches.length;
    for (let before = matches[at - 1]; before !== undefined; before = matches[at - 1]) {
      if (compareOrder(before.first.event, match.first.event) <= 0) break;
      at--;
    }
    if (at === matches.length) this.#matches = appended(matches, match);
    else matches.splice(at, 0, match);
    (this.#changed ??= new Set()).add(match.first.event.t);
  }
}

const none: readonly EpochMillis[] = [];
/** Nothing is put into it: what has a match has a list of its own. */
const noMatches: PartialMatch[] = [];
