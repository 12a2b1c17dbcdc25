/** Slots of the state table's index in which a rule's panes wait to be closed. */
import type { WindowedRule } from '../state/compiled-rule.ts';

/** Over how many index partitions a rule's due panes are spread. */
export const dueSlots = 4;

export function dueSlot(rule: WindowedRule, pk: string): string {
  let hash = 0;
  for (let i = 0; i < pk.length; i++) hash = (hash * 31 + pk.charCodeAt(i)) >>> 0;
  return dueSlotName(rule, hash % dueSlots);
}

export function dueSlotName({ plan }: WindowedRule, slot: number): string {
  return `${plan.name}#${plan.fingerprint}#${slot}`;
}
