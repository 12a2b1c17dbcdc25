/** Settles the alerts of keys that one shard owns: what should stand is known from memory. */
import { sortableTime } from '../state/pane-item.ts';
import type { Desired, RuleState } from '../state/rule-state.ts';
import type { AlertStore, Told, Wanted } from './alert-store.ts';

/** Also settles alerts of stateless rules, in the same round trips. */
export async function settleOwned(alerts: AlertStore, changes: readonly { readonly state: RuleState }[], stateless: readonly Wanted[]): Promise<Told> {
  const desired = changes.flatMap(({ state }) => state.take().map((one) => ({ state, one })));
  const unread = desired.filter(({ state, one }) => state.unread.has(one.name));
  const records = await alerts.read(unread.map(({ state, one }) => alertKey(state, one.name)));
  for (const { state, one } of unread) {
    const found = records.find(({ key }) => key.pk === state.partitionKey && key.sk === sortableTime(one.name));
    if (found !== undefined) state.records.set(one.name, found.recorded);
    state.unread.delete(one.name);
  }
  return alerts.settle([...stateless, ...desired.map(({ state, one }) => wantedOf(state, one))]);
}

export function wantedOf(state: RuleState, { name, content }: Desired): Wanted {
  return {
    plan: state.rule.plan,
    key: alertKey(state, name),
    content,
    recorded: state.records.get(name),
    store: (recorded) => state.records.set(name, recorded),
  };
}

export function alertKey(state: RuleState, name: Desired['name']): { readonly pk: string; readonly sk: string } {
  return { pk: state.partitionKey, sk: sortableTime(name) };
}
