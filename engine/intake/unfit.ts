/** What no key, pane or table can hold of an event. */
import type { RulePlan } from '../plan/plan.ts';
import { groupFault, sizeFault } from './faults.ts';
import { groupBounds, isTooLarge, type SizeBounds, sizeBounds } from './size-bounds.ts';

export class RuleBounds {
  /** Per rule, of a value of `groupBy`, and of one that an aggregate takes. */
  readonly #bounds: readonly { readonly group: SizeBounds; readonly value: SizeBounds }[];

  readonly #rules: readonly RulePlan[];

  constructor(rules: readonly RulePlan[]) {
    this.#rules = rules;
    this.#bounds = rules.map((rule) => ({ group: groupBounds(rule), value: sizeBounds(rule) }));
  }

  name(rule: number): string {
    return this.#rules[rule]?.name ?? String(rule);
  }

  /** Why a rule cannot keep an event; undefined where it can. */
  fault(rule: number, groups: readonly unknown[], args: readonly unknown[]): string | undefined {
    const bounds = this.#bounds[rule];
    if (bounds === undefined) return undefined;
    if (isTooLarge(groups, bounds.group)) return sizeFault(bounds.group);
    if (isTooLarge(args, bounds.value)) return sizeFault(bounds.value);
    return groupFault(groups, this.#rules[rule]?.groupNames);
  }
}
