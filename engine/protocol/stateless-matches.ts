/** What the matches of stateless rules come to: an alert each, or touches of keyed state where `cooldown` joins them. */
import { alertContent, type CompiledRule, evidenceOf, isWindowed, keyOf } from '../state/compiled-rule.ts';
import { partitionKeyOf, statelessName } from '../alert/identity.ts';
import type { KeyedTouch, Match } from '../intake/intake.ts';
import type { Wanted } from './alert-store.ts';

/** An alert of a stateless rule, with the sequence number of its record. */
export interface StatelessAlert extends Wanted {
  readonly sequenceNumber: string;
}

export function statelessMatches(
  rules: readonly CompiledRule[],
  matches: readonly Match[],
): { readonly wanted: readonly StatelessAlert[]; readonly touches: readonly KeyedTouch[] } {
  const wanted = new Map<string, StatelessAlert>();
  const touches: KeyedTouch[] = [];
  for (const { rule: index, groups, said, touch, record } of matches) {
    const rule = rules[index];
    if (rule === undefined) continue;
    if (isWindowed(rule)) {
      touches.push({ rule: index, groups, touch: { ...touch, args: [said] }, record });
      continue;
    }
    const { stream, id, t } = touch.event;
    const content = alertContent(said, {
      key: keyOf(rule, groups),
      window: undefined,
      events: rule.plan.evidence === 0 ? [] : evidenceOf([touch]),
      at: t,
    });
    const pk = partitionKeyOf(rule.plan, [stream, id]);
    // The first of several events with one id is the event; the others are a producer's retries.
    if (!wanted.has(pk))
      wanted.set(pk, {
        plan: rule.plan,
        key: { pk, sk: statelessName },
        content,
        recorded: undefined,
        store: () => undefined,
        keepsFirst: true,
        sequenceNumber: touch.event.sequenceNumber,
      });
  }
  return { wanted: [...wanted.values()], touches };
}
