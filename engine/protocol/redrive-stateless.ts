/** Puts dead letters back for stateless rules: an event is never late for them, and its alert's id says whether it was there. */
import { partitionKeyOf } from '../alert/identity.ts';
import type { Match } from '../intake/receiver.ts';
import { isWindowed } from '../state/compiled-rule.ts';
import type { AlertStore, Told, Wanted } from './alert-store.ts';
import type { Redriven } from './redrive.ts';

export async function redriveStateless(
  { rules, outcome }: Redriven,
  alerts: AlertStore,
  matches: readonly Match[],
  wanted: readonly Wanted[],
  dryRun: boolean,
): Promise<Told> {
  if (wanted.length === 0) return { opened: 0, amended: 0, withdrawn: 0 };
  const found = await alerts.read(wanted.map(({ key }) => key));
  const recorded = new Map(found.map((one) => [one.key.pk, one.recorded]));
  const told = new Set(recorded.keys());
  for (const { rule: index, touch, record } of matches) {
    const rule = rules[index];
    if (rule === undefined || isWindowed(rule)) continue;
    const pk = partitionKeyOf(rule.plan, [touch.event.stream, touch.event.id]);
    const { alreadyThere, putBack } = outcome(record);
    (told.has(pk) ? alreadyThere : putBack).push(rule.plan.name);
    told.add(pk);
  }
  if (dryRun) return { opened: 0, amended: 0, withdrawn: 0 };
  return alerts.settle(wanted.map((one) => ({ ...one, recorded: recorded.get(one.key.pk) })));
}
