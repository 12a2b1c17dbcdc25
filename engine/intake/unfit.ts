/** What no key, pane or table can hold of an event, and what no event can be. */
import { type Json, plain, plainSize } from '../aggregate/value.ts';
import type { RulePlan } from '../plan/plan.ts';
import type { JsonObject } from '../plan/program.ts';
import { groupFault, sizeFault } from './faults.ts';
import { groupBounds, isTooLarge, type SizeBounds, sizeBounds } from './size-bounds.ts';

export class RuleBounds {
  /** Per rule, of a value of `groupBy`, and of one that an aggregate takes. */
  readonly #bounds: readonly { readonly group: SizeBounds; readonly value: SizeBounds }[];

  readonly #rules: readonly RulePlan[];
  /** What was found to fit last: the touch that it is an argument of asks about it again. */
  #fits: unknown;

  constructor(rules: readonly RulePlan[]) {
    this.#rules = rules;
    this.#bounds = rules.map((rule) => ({ group: groupBounds(rule), value: sizeBounds(rule) }));
  }

  name(rule: number): string {
    return this.#rules[rule]?.name ?? String(rule);
  }

  isTooLarge(rule: number, value: unknown): boolean {
    const bounds = this.#bounds[rule];
    if (bounds !== undefined && isTooLarge([value], bounds.value)) return true;
    this.#fits = value;
    return false;
  }

  /** Why a rule cannot keep an event; undefined where it can. */
  fault(rule: number, groups: readonly unknown[], args: readonly unknown[]): string | undefined {
    const bounds = this.#bounds[rule];
    if (bounds === undefined) return undefined;
    if (isTooLarge(groups, bounds.group)) return sizeFault(bounds.group);
    if (isTooLarge(args, bounds.value, this.#fits)) return sizeFault(bounds.value);
    return groupFault(groups, this.#rules[rule]?.groupNames);
  }
}

/** Bytes of JSON: a record has at most a quarter of it. */
const largestDerived = 4 << 20;

/**
 * The event that a rule makes of another, as other rules see it; or why it is none. Texts are bounded by themselves, and
 * what is no list or map is not looked at.
 */
export function derivedValues(event: JsonObject): { readonly [name: string]: Json } | string {
  let left = largestDerived;
  for (const name in event) {
    const value = event[name];
    if (typeof value === 'object') left -= plainSize(value, left);
    if (left < 0) return `select.${name}: the event is larger than ${largestDerived} bytes of JSON with it`;
  }
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name, plain(value)]));
}
