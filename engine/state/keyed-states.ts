/**
 * All keyed state that a process holds: by group key, the states of all rules that group so. They are linked, and the
 * first stands for the key: most keys have one, and each object more is one more to be fetched from memory.
 */
import type { CompiledRule, WindowedRule } from './compiled-rule.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import { isSameKey, KeyTable } from './key-table.ts';
import { RuleState } from './rule-state.ts';

interface Grouping {
  readonly firsts: KeyTable<RuleState>;
  lastFirst: RuleState | undefined;
}

export class KeyedStates {
  readonly #groupings: Grouping[] = [];
  #size = 0;

  constructor(rules: readonly CompiledRule[]) {
    for (const { plan } of rules) this.#groupings[plan.grouping] ??= { firsts: new KeyTable(), lastFirst: undefined };
  }

  /** How many states of a rule and key there are. */
  get size(): number {
    return this.#size;
  }

  state(rule: WindowedRule, groups: readonly unknown[]): RuleState {
    const grouping = this.#grouping(rule);
    const last = grouping.lastFirst;
    const first = last !== undefined && isSameKey(last.groups, groups) ? last : grouping.firsts.get(groups);
    let state = first;
    while (state !== undefined && state.rule !== rule) state = state.next;
    if (state === undefined) {
      state = new RuleState(rule, first?.groups ?? groups);
      this.#size++;
      if (first === undefined) grouping.firsts.set(groups, state);
      else {
        state.next = first.next;
        first.next = state;
      }
    }
    grouping.lastFirst = first ?? state;
    return state;
  }

  #grouping({ plan }: WindowedRule): Grouping {
    const grouping = this.#groupings[plan.grouping];
    if (grouping === undefined) throw new Error(`rule ${plan.name} has no grouping`);
    return grouping;
  }

  /** Drops a rule's state of a key. */
  drop({ rule: dropped, groups }: RuleState): void {
    const grouping = this.#grouping(dropped);
    grouping.lastFirst = undefined;
    const { firsts } = grouping;
    const before = firsts.get(groups);
    if (before === undefined) return;
    const first = this.#kept(before, ({ rule }) => rule !== dropped);
    if (first === undefined) firsts.delete(groups);
    else firsts.set(groups, first);
  }

  /** Drops all that no event can change any more; `watermarks` by the rule's position. */
  forget(watermarks: readonly EpochMillis[]): void {
    const wants = (state: RuleState): boolean => !state.forget(watermarks[state.rule.index] ?? beginningOfTime);
    for (const grouping of this.#groupings) {
      grouping.lastFirst = undefined;
      grouping.firsts.replace((first) => this.#kept(first, wants));
    }
  }

  /** Keeps the states of a key that are wanted, and answers their first. */
  #kept(before: RuleState, wants: (state: RuleState) => boolean): RuleState | undefined {
    let first: RuleState | undefined;
    let last: RuleState | undefined;
    for (let state: RuleState | undefined = before; state !== undefined; state = state.next) {
      if (!wants(state)) {
        this.#size--;
        continue;
      }
      if (last === undefined) first = state;
      else last.next = state;
      last = state;
    }
    if (last !== undefined) last.next = undefined;
    return first;
  }
}
