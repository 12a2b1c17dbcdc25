/**
 * Slots of a table's index, in which what somebody must look at waits. A slot is a partition of the index, which takes
 * 1,000 changes a second; what waits changes it when it comes and when it goes.
 */
import type { WindowedRule } from '../state/compiled-rule.ts';

/**
 * Over how many slots a rule's due panes are spread, and so the alerts that are pending: they take about as many a second
 * as the one process that looks at them. Never fewer than before: what waits in the others would not be found.
 */
export const dueSlots = 8;

/** Keys of a slot that are taken at a time. */
export const perSlot = 250;

/** The same slot for a partition key, each time. */
function slotOf(pk: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < pk.length; i++) hash = Math.imul(hash ^ pk.charCodeAt(i), 0x01000193);
  // The lowest bits know least of the text.
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 16) % dueSlots;
}

export function dueSlot(rule: WindowedRule, pk: string): string {
  return dueSlotName(rule, slotOf(pk));
}

export function dueSlotName({ plan }: WindowedRule, slot: number): string {
  return `${plan.name}#${plan.fingerprint}#${slot}`;
}

/** Where alerts, and digests from the end of their period on, wait to be published, */
export const alertSlots: readonly string[] = slotsNamed('pending');
/** and where results that are revised wait to be put into their stream. */
export const resultSlots: readonly string[] = slotsNamed('pending-results');

export const pendingSlots: readonly string[] = [...alertSlots, ...resultSlots];

export function pendingSlot(pk: string): string {
  return alertSlots[slotOf(pk)] ?? '';
}

export function resultSlot(pk: string): string {
  return resultSlots[slotOf(pk)] ?? '';
}

function slotsNamed(name: string): string[] {
  return Array.from({ length: dueSlots }, (_, slot) => (slot === 0 ? name : `${name}#${slot}`));
}
