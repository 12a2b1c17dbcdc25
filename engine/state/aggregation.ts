/** What a pane that is a window keeps of its events: an accumulator per aggregate call, and evidence. */
import type { Accumulator } from '../aggregate/accumulator.ts';
import type { EpochMillis } from '../time.ts';
import type { WindowedRule } from './compiled-rule.ts';
import { Evidence } from './evidence.ts';
import type { Touch } from './touch.ts';

const none: readonly unknown[] = [];

export class Aggregation {
  readonly accumulators: Accumulator[];
  readonly evidence: Evidence;
  /** The newest event time; negative infinity while there is no event. */
  newest = Number.NEGATIVE_INFINITY as EpochMillis;

  constructor(rule: WindowedRule) {
    this.accumulators = rule.createAccumulators();
    this.evidence = new Evidence(rule.plan.evidence);
  }

  add(touch: Touch): void {
    const { accumulators } = this;
    for (let slot = 0; slot < accumulators.length; slot++) {
      const arg = touch.args[slot];
      if (arg !== null) accumulators[slot]?.add(arg, touch.event);
    }
    this.show(touch);
  }

  show(touch: Touch): void {
    if (touch.event.t > this.newest) this.newest = touch.event.t;
    // Its arguments are added up: what is kept to be shown needs them no more.
    const { event, args, fields, shown } = touch;
    this.evidence.add(args.length === 0 ? touch : { event, args: none, fields, shown });
  }

  /** Adds what another holds; in whichever order, the result is the same. */
  merge({ accumulators, newest, evidence }: Aggregation): void {
    accumulators.forEach((accumulator, slot) => this.accumulators[slot]?.absorb(accumulator.encode()));
    for (const touch of evidence.touches) this.evidence.add(touch);
    if (newest > this.newest) this.newest = newest;
  }

  results(): readonly unknown[] {
    return resultsOf(this.accumulators);
  }
}

/** In an array made in one place: those that `map` makes differ in kind by their contents, and each has its readers compiled anew. */
export function resultsOf(accumulators: readonly Accumulator[]): readonly unknown[] {
  const results: unknown[] = [];
  for (const accumulator of accumulators) results.push(accumulator.result());
  return results;
}
