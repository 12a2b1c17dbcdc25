/**
 * All keyed state that a process holds: by group key, the states of all rules that group so. They are linked, and the
 * first stands for the key: most keys have one, and each object more is one more to be fetched from memory.
 */
import type { CompiledRule, WindowedRule } from './compiled-rule.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import { KeyTable } from './key-table.ts';
import { RuleState } from './rule-state.ts';

export class KeyedStates {
  /** By the position of their grouping. */
  readonly #firsts: KeyTable<RuleState>[] = [];
  #size = 0;

  constructor(rules: readonly CompiledRule[]) {
    for (const { plan } of rules) this.#firsts[plan.grouping] ??= new KeyTable();
  }

  /** How many states of a rule and key there are. */
  get size(): number {
    return this.#size;
  }

  state(rule: WindowedRule, groups: readonly unknown[]): RuleState {
    const firsts = this.#firstsOf(rule);
    const first = firsts.get(groups);
    let state = first;
    while (state !== undefined && state.rule !== rule) state = state.next;
    if (state === undefined) {
      state = new RuleState(rule, first?.groups ?? groups);
      this.#size++;
      if (first === undefined) firsts.set(groups, state);
      else {
        state.next = first.next;
        first.next = state;
      }
    }
    return state;
  }

  #firstsOf({ plan }: WindowedRule): KeyTable<RuleState> {
    const firsts = this.#firsts[plan.grouping];
    if (firsts === undefined) throw new Error(`rule ${plan.name} has no grouping`);
    return firsts;
  }

  /** Drops a rule's state of a key. */
  drop({ rule: dropped, groups }: RuleState): void {
    const firsts = this.#firstsOf(dropped);
    const before = firsts.get(groups);
    if (before === undefined) return;
    const first = this.#kept(before, ({ rule }) => rule !== dropped);
    if (first === undefined) firsts.delete(groups);
    else firsts.set(groups, first);
  }

  /** Drops all that no event can change any more; `watermarks` by the rule's position. */
  forget(watermarks: readonly EpochMillis[]): void {
    const wants = (state: RuleState): boolean => !state.forget(watermarks[state.rule.index] ?? beginningOfTime);
    for (const firsts of this.#firsts) firsts.replace((first) => this.#kept(first, wants));
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
