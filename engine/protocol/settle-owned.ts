/** Settles the alerts of keys that one shard owns: what should stand is known from memory. */
import { alertSortKey, instantOf } from '../state/alert-name.ts';
import type { Desired } from '../state/judgement.ts';
import type { RuleState } from '../state/rule-state.ts';
import type { AlertStore, Told, Wanted } from './alert-store.ts';
import type { Change } from './batch-fold.ts';

export interface SettledOwned {
  readonly told: Told;
  /** Changes whose records somebody else has put meanwhile: what memory says of them is not to be trusted. */
  readonly lost: readonly Change[];
  /** Changes with records that this process has not read yet: to be read before their panes, and so settled anew. */
  readonly unread: readonly Change[];
}

/** Also settles alerts of stateless rules, in the same round trips. */
export async function settleOwned(
  alerts: AlertStore,
  changes: readonly Change[],
  stateless: readonly Wanted[],
): Promise<SettledOwned> {
  const unread: Change[] = [];
  const lost = new Set<Change>();
  const wanted = changes.flatMap((change) => {
    const { state } = change;
    const desired = state.take();
    if (desired.some(({ name }) => state.unread.has(instantOf(name)))) {
      unread.push(change);
      return [];
    }
    return desired.map((one) => ({
      ...wantedOf(state, one),
      fences: change.repeats && mayBeTold(state, one),
      lost: () => lost.add(change),
    }));
  });
  const told = await alerts.settle([...stateless, ...wanted]);
  return { told, lost: [...lost], unread };
}

/** Whether somebody may be about to open an alert: not where the window cannot have become false, nor where no pane notes it. */
function mayBeTold(state: RuleState, { name, content }: Desired): boolean {
  if (content !== undefined || state.records.has(name)) return true;
  return !state.rule.plan.growing && (state.episodes !== undefined || state.panes.get(instantOf(name))?.noted === true);
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
  return { pk: state.partitionKey, sk: alertSortKey(name) };
}
