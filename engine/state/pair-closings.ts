/** When results of a join are final: a pair once all events up to its later one have come, and one that is alone once none can. */
import { type JoinPlan, joinReach } from '../plan/join-plan.ts';
import { type EpochMillis, instantAfter, type Millis, smallest } from '../time.ts';
import type { PaneGrid } from '../window/pane-grid.ts';
import { type Closing, closingForm, type ClosingLog } from './closing-windows.ts';
import type { WindowedRule } from './compiled-rule.ts';
import { before, JoinLog, loneJoined, type Side } from './join-log.ts';
import type { Joined } from './joined.ts';
import type { WindowForm } from './key-windows.ts';
import type { Touch } from './touch.ts';

export function finalJoinForm(grid: PaneGrid, plan: JoinPlan): WindowForm {
  const spans = {
    reach: (3 * joinReach(plan)) as Millis,
    decides: (plan.before + plan.after + 1) as Millis,
  };
  return closingForm(grid, spans, (rule) => new PairClosings(rule, plan));
}

class PairClosings extends JoinLog implements ClosingLog {
  readonly #rule: WindowedRule;
  readonly #sides: readonly Side[];

  constructor(rule: WindowedRule, plan: JoinPlan) {
    super(plan);
    this.#rule = rule;
    this.#sides = ([0, 1] as const).filter((side) => plan.alone[side]);
  }

  closing(after: EpochMillis, until: EpochMillis): readonly Closing[] {
    const pairs = this.between(after, until).flatMap((touch) =>
      this.pairsWith(touch).map((pair) => closingOf(pair, instantAfter(pair.event.t), pair.event.t)),
    );
    const lone = this.#sides.flatMap((side) => {
      const { later, earlier } = this.span(side);
      return this.between((after - later) as EpochMillis, (until - later) as EpochMillis)
        .filter((touch) => this.alone(touch).includes(side) && !this.hasOther(touch, side))
        .filter(({ event }) => event.t - earlier >= this.#rule.begin.at)
        .map((touch) => closingOf(loneJoined(touch, side), this.over(touch, side), before(this.over(touch, side))));
    });
    return [...pairs, ...lone];
  }

  /** An event may make a pair with one that another writer has seen. */
  nextClosing(from: EpochMillis, to: EpochMillis, after: EpochMillis): EpochMillis | undefined {
    return smallest(
      this.between(from, to)
        .flatMap((touch) => [instantAfter(touch.event.t), ...this.#overs(touch)])
        .filter((at) => at > after),
    );
  }

  #overs(touch: Touch): EpochMillis[] {
    return this.alone(touch).flatMap((side) => (this.hasOther(touch, side) ? [] : [this.over(touch, side)]));
  }
}

function closingOf(subject: Joined, at: EpochMillis, end: EpochMillis): Closing {
  return { at, subject, last: subject.event.t, bounds: { start: subject.start, end }, values: subject.values };
}
