/** What no key, pane or table can hold of an event. */
import type { RulePlan } from '../plan/plan.ts';
import { groupFault, sizeFault } from './faults.ts';
import { isTooLarge, type SizeBounds, sizeBounds, valueBounds } from './size-bounds.ts';

export class RuleBounds {
  /** Per rule. */
  readonly #bounds: readonly SizeBounds[];

  readonly #rules: readonly RulePlan[];

  constructor(rules: readonly RulePlan[]) {
    this.#rules = rules;
    this.#bounds = rules.map(sizeBounds);
  }

  name(rule: number): string {
    return this.#rules[rule]?.name ?? String(rule);
  }

  isTooLarge(rule: number, value: unknown): boolean {
    return isTooLarge([value], this.#bounds[rule] ?? valueBounds);
  }

  /** Why a rule cannot keep an event; undefined where it can. */
  fault(rule: number, groups: readonly unknown[], args: readonly unknown[]): string | undefined {
    const bounds = this.#bounds[rule] ?? valueBounds;
    if (isTooLarge(groups, bounds) || isTooLarge(args, bounds)) return sizeFault(bounds);
    return groupFault(groups, this.#rules[rule]?.groupNames);
  }
}
