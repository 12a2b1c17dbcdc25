/** All keyed state that a process holds: by group key, the states of all rules that group so. */
import type { CompiledRule, WindowedRule } from './compiled-rule.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import { RuleState } from './rule-state.ts';

/** By the rule's position. */
type KeyRecord = (RuleState | undefined)[];

interface Grouping {
  readonly records: Map<unknown, KeyRecord>;
  lastKey: unknown;
  lastRecord: KeyRecord | undefined;
}

export class KeyedStates {
  readonly #groupings: Grouping[] = [];
  readonly #rules: number;
  #size = 0;

  constructor(rules: readonly CompiledRule[]) {
    this.#rules = rules.length;
    for (const { plan } of rules)
      this.#groupings[plan.grouping] ??= { records: new Map(), lastKey: undefined, lastRecord: undefined };
  }

  /** How many states of a rule and key there are. */
  get size(): number {
    return this.#size;
  }

  state(rule: WindowedRule, groups: readonly unknown[]): RuleState {
    const record = this.#record(rule, groups);
    const known = record[rule.index];
    if (known !== undefined) return known;
    const other = record.find((state) => state !== undefined);
    const state = new RuleState(rule, other?.groups ?? groups);
    record[rule.index] = state;
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
      // As long as it is going to be: an array that grows takes room for more.
      record = new Array<undefined>(this.#rules).fill(undefined);
      grouping.records.set(key, record);
    }
    grouping.lastKey = key;
    grouping.lastRecord = record;
    return record;
  }

  /** Drops a rule's state of a key. */
  drop(state: RuleState): void {
    const record = this.#record(state.rule, state.groups);
    if (record[state.rule.index] === undefined) return;
    record[state.rule.index] = undefined;
    this.#size--;
  }

  /** Drops all that no event can change any more; `watermarks` by the rule's position. */
  forget(watermarks: readonly EpochMillis[]): void {
    for (const grouping of this.#groupings) {
      for (const [key, record] of grouping.records) {
        let left = 0;
        for (let rule = 0; rule < record.length; rule++) {
          const state = record[rule];
          if (state === undefined) continue;
          left++;
          if (!state.forget(watermarks[rule] ?? beginningOfTime)) continue;
          record[rule] = undefined;
          left--;
          this.#size--;
        }
        if (left === 0) grouping.records.delete(key);
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
