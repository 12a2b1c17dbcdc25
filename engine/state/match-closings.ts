/**
 * When matches of a sequence are final: one that ends with an event, once all of that time and before have come; one that
 * ends with what did not come, once its time is over.
 */
import { hasAbsence, looksBack, type SequencePlan } from '../plan/sequence-plan.ts';
import { type EpochMillis, endOfTime, type Millis, smallest } from '../time.ts';
import { chainChanges, chainDecides, chainReach } from '../window/chain-reach.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import { type Closing, closingForm, type ClosingLog } from './closing-windows.ts';
import type { WindowedRule } from './compiled-rule.ts';
import type { WindowForm } from './key-windows.ts';
import type { PartialMatch } from './partial-match.ts';
import { SequenceLog } from './sequence-log.ts';
import { bitsOf, type Sequence, sequenceOf } from './sequence-steps.ts';
import { type Soonest, soonestEnd } from './sequence-windows.ts';

export function finalSequenceForm(grid: PaneGrid, plan: SequencePlan): WindowForm {
  const { within, skipsPastLast } = plan;
  const back = looksBack(plan);
  const spans = {
    reach: ((skipsPastLast ? chainReach(within) : 3 * within) + 2 * back) as Millis,
    decides: (within + (skipsPastLast ? chainDecides(within) : 0) + back) as Millis,
  };
  let sequence: Sequence | undefined;
  return closingForm(grid, spans, (rule) => new MatchClosings(rule, (sequence ??= sequenceOf(plan, rule.program))));
}

class MatchClosings extends SequenceLog implements ClosingLog {
  readonly #rule: WindowedRule;
  readonly #plan: SequencePlan;
  readonly #soonest: Soonest;

  constructor(rule: WindowedRule, sequence: Sequence) {
    super(sequence);
    const { plan, waits, lasts } = sequence;
    this.#rule = rule;
    this.#plan = plan;
    const { steps, delay } = soonestEnd(plan);
    // Where no time ends a match, an event does that can be its last step, and is in its own pane.
    this.#soonest = waits ? { steps, delay: Math.max(delay, 1) as Millis } : { steps: lasts, delay: 1 as Millis };
  }

  closing(after: EpochMillis, until: EpochMillis): readonly Closing[] {
    this.pass(until);
    return this.matches((after - this.#plan.within) as EpochMillis, endOfTime).flatMap((match): Closing[] => {
      const at = closesAt(match);
      if (at <= after || at > until || !this.#isKnown(match)) return [];
      const { first: subject, end, values } = match;
      return [{ at, subject, last: lastOf(match), bounds: { start: subject.event.t, end }, values }];
    });
  }

  nextClosing(from: EpochMillis, to: EpochMillis, after: EpochMillis): EpochMillis | undefined {
    const { within, skipsPastLast } = this.#plan;
    // Whose match it is that an event begins, ends or brings back, the event cannot tell; but how far away it begins.
    const earliest = from - within;
    const latest = to + (skipsPastLast ? chainChanges(within) : 0) + looksBack(this.#plan);
    this.pass(after);
    const known = this.pending((after - 1) as EpochMillis).flatMap((match): EpochMillis[] => {
      const { first, state, due, closesAlone } = match;
      if (first.event.t < earliest || first.event.t > latest || (state === 'open' && !closesAlone)) return [];
      const at = state === 'open' ? due : closesAt(match);
      return at > after ? [at] : [];
    });
    const { steps, delay } = this.#soonest;
    const begin = Math.max(from, after - delay + 1) as EpochMillis;
    const own = this.firstOf(begin, to, (touch) => steps === undefined || (bitsOf(touch) & steps) !== 0);
    return smallest([...known, ...(own === undefined ? [] : [(own.event.t + delay) as EpochMillis])]);
  }

  /** What did not come is known from where the rule begins on. */
  #isKnown({ first }: PartialMatch): boolean {
    return !hasAbsence(this.#plan) || first.event.t - looksBack(this.#plan) >= this.#rule.begin.at;
  }
}

function closesAt(match: PartialMatch): EpochMillis {
  return Math.max(match.end, lastOf(match) + 1) as EpochMillis;
}

function lastOf({ touches, first }: PartialMatch): EpochMillis {
  return (touches.at(-1) ?? first).event.t;
}
