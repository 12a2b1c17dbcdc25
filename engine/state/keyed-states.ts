/**
 * All keyed state that a process holds: by group key, the states of all rules that group so. They are linked, and the
 * first stands for the key: most keys have one, and each object more is one more to be fetched from memory.
 */
import type { CompiledRule, WindowedRule } from './compiled-rule.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import { RuleState } from './rule-state.ts';

interface Grouping {
  readonly firsts: Map<unknown, RuleState>;
  lastKey: unknown;
  lastFirst: RuleState | undefined;
}

export class KeyedStates {
  readonly #groupings: Grouping[] = [];
  #size = 0;

  constructor(rules: readonly CompiledRule[]) {
    for (const { plan } of rules)
      this.#groupings[plan.grouping] ??= { firsts: new Map(), lastKey: undefined, lastFirst: undefined };
  }

  /** How many states of a rule and key there are. */
  get size(): number {
    return this.#size;
  }

  state(rule: WindowedRule, groups: readonly unknown[]): RuleState {
    const grouping = this.#grouping(rule);
    const key = keyOf(groups);
    const isLast = grouping.lastFirst !== undefined && grouping.lastKey === key;
    const first = isLast ? grouping.lastFirst : grouping.firsts.get(key);
    let state = first;
    while (state !== undefined && state.rule !== rule) state = state.next;
    if (state === undefined) {
      state = new RuleState(rule, first?.groups ?? groups);
      this.#size++;
      if (first === undefined) grouping.firsts.set(key, state);
      else {
        state.next = first.next;
        first.next = state;
      }
    }
    grouping.lastKey = key;
    grouping.lastFirst = first ?? state;
    return state;
  }

  #grouping({ plan }: WindowedRule): Grouping {
    const grouping = this.#groupings[plan.grouping];
    if (grouping === undefined) throw new Error(`rule ${plan.name} has no grouping`);
    return grouping;
  }

  /** Drops a rule's state of a key. */
  drop(state: RuleState): void {
    const grouping = this.#grouping(state.rule);
    this.#keep(grouping, keyOf(state.groups), ({ rule }) => rule !== state.rule);
  }

  /** Drops all that no event can change any more; `watermarks` by the rule's position. */
  forget(watermarks: readonly EpochMillis[]): void {
    for (const grouping of this.#groupings)
      for (const key of grouping.firsts.keys())
        this.#keep(grouping, key, (state) => !state.forget(watermarks[state.rule.index] ?? beginningOfTime));
  }

  /** Keeps the states of a key that are wanted. */
  #keep(grouping: Grouping, key: unknown, wants: (state: RuleState) => boolean): void {
    const before = grouping.firsts.get(key);
    let first: RuleState | undefined;
    let last: RuleState | undefined;
    for (let state = before; state !== undefined; state = state.next) {
      if (!wants(state)) {
        this.#size--;
        continue;
      }
      if (last === undefined) first = state;
      else last.next = state;
      last = state;
    }
    if (last !== undefined) last.next = undefined;
    if (first === undefined) grouping.firsts.delete(key);
    else if (first !== before) grouping.firsts.set(key, first);
    grouping.lastFirst = undefined;
  }
}

function keyOf(groups: readonly unknown[]): unknown {
  return groups.length === 1 ? groups[0] : composite(groups);
}

/** Several group values as one text that no other values give: each with its type and length. */
function composite(groups: readonly unknown[]): string {
  let key = '';
  for (const group of groups) {
    const text = String(group);
    key += `${(typeof group).charAt(0)}${text.length}:${text}`;
  }
  return key;
}
