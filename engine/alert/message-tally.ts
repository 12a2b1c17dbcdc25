/** What the limits of rules make of the messages of a run in memory, which tells everything: what a digest would tell. */
import type { RulePlan } from '../plan/plan.ts';
import type { EpochMillis } from '../time.ts';
import type { AlertRecord } from './alert.ts';
import { counted, digestedOf, type MessageCount, nothingCounted, periodOf } from './message-limit.ts';

export interface TalliedDigest {
  readonly plan: RulePlan;
  /** When the period began. */
  readonly start: EpochMillis;
  readonly count: MessageCount;
}

export class MessageTally {
  readonly #rules = new Map<string, { readonly plan: RulePlan; readonly periods: Map<EpochMillis, MessageCount> }>();

  constructor(rules: readonly RulePlan[]) {
    for (const plan of rules) this.#rules.set(plan.name, { plan, periods: new Map() });
  }

  /** Counts the message that a record has pending, if it has one. */
  add(record: AlertRecord): void {
    const rule = this.#rules.get(record.rule);
    if (rule === undefined || record.pending === undefined) return;
    const { plan, periods } = rule;
    const start = periodOf(plan.limit, record.content.at);
    periods.set(start, counted(periods.get(start) ?? nothingCounted, plan.limit, record).count);
  }

  /** Rule by rule, by period. */
  get digests(): TalliedDigest[] {
    return [...this.#rules.values()].flatMap(({ plan, periods }) =>
      [...periods]
        .filter(([, count]) => digestedOf(count) > 0)
        .sort(([a], [b]) => a - b)
        .map(([start, count]) => ({ plan, start, count })),
    );
  }
}
