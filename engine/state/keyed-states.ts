/** All keyed state that a process holds: one record per group key, with the state of every rule that groups so. */
import type { CompiledRule, WindowedRule } from './compiled-rule.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import { RuleState } from './rule-state.ts';

interface KeyRecord {
  readonly groups: readonly unknown[];
  /** By the rule's position. */
  readonly states: (RuleState | undefined)[];
}

interface Grouping {
  readonly records: Map<unknown, KeyRecord>;
  lastKey: unknown;
  lastRecord: KeyRecord | undefined;
}

export class KeyedStates {
  readonly #groupings: Grouping[] = [];
  #size = 0;

  constructor(rules: readonly CompiledRule[]) {
    for (const { plan } of rules)
      this.#groupings[plan.grouping] ??= { records: new Map(), lastKey: undefined, lastRecord: undefined };
  }

  /** How many states of a rule and key there are. */
  get size(): number {
    return this.#size;
  }

  state(rule: WindowedRule, groups: readonly unknown[]): RuleState {
    const record = this.#record(rule, groups);
    const known = record.states[rule.index];
    if (known !== undefined) return known;
    const state = new RuleState(rule, record.groups);
    record.states[rule.index] = state;
    this.#size++;
    return state;
  }

  #record(rule: WindowedRule, groups: readonly unknown[]): KeyRecord {
    const grouping = this.#groupings[rule.plan.grouping];
    if (grouping === undefined) throw new Error(`rule ${rule.plan.name} has no grouping`);
    const key = groups.length === 1 ? groups[0] : composite(groups);
    if (grouping.lastRecord !== undefined && grouping.lastKey === key) return grouping.lastRecord;
    let record = grouping.records.get(key);
    if (record === undefined) {
      record = { groups, states: [] };
      grouping.records.set(key, record);
    }
    grouping.lastKey = key;
    grouping.lastRecord = record;
    return record;
  }

  /** Drops a rule's state of a key. */
  drop(state: RuleState): void {
    const record = this.#record(state.rule, state.groups);
    if (record.states[state.rule.index] === undefined) return;
    record.states[state.rule.index] = undefined;
    this.#size--;
  }

  /** Drops all that no event can change any more; `watermarks` by the rule's position. */
  forget(watermarks: readonly EpochMillis[]): void {
    for (const grouping of this.#groupings) {
      for (const [key, record] of grouping.records) {
        record.states.forEach((state, rule) => {
          if (state?.forget(watermarks[rule] ?? beginningOfTime) !== true) return;
          record.states[rule] = undefined;
          this.#size--;
        });
        if (record.states.every((state) => state === undefined)) grouping.records.delete(key);
      }
      grouping.lastRecord = undefined;
    }
  }
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
