/** What is pending in the alert table: alerts and results, each page by page, the oldest of each slot first. */
import type { EpochMillis } from '../time.ts';
import { alertSlots, perSlot, resultSlots } from './due-slot.ts';
import type { ItemKey, ItemStore } from './item.ts';
import { PublishingTime } from './publishing-time.ts';

/** Alerts or results, and where they wait; each has time of its own, so that neither waits for the other's service. */
export interface Lane {
  readonly results: boolean;
  readonly slots: readonly string[];
  readonly time: PublishingTime;
}

export function lanes(timeLeft?: () => number): readonly Lane[] {
  return [
    { results: false, slots: alertSlots, time: new PublishingTime(timeLeft) },
    { results: true, slots: resultSlots, time: new PublishingTime(timeLeft) },
  ];
}

/** Looked at in one go. */
const page = 1000;

/**
 * Has `publish` look at all that is pending in these slots since before an instant, each key once. Ends early where it
 * answers that it has left some of them.
 */
export async function forPending(
  alerts: ItemStore,
  slots: readonly string[],
  until: EpochMillis,
  publish: (keys: readonly ItemKey[]) => Promise<number>,
): Promise<void> {
  const seen = new Set<string>();
  for (let limit = perSlot; ; ) {
    const ofSlots = await Promise.all(slots.map((slot) => alerts.due(slot, until, limit)));
    // The first of each slot before the second of any, so that no slot keeps another waiting.
    const keys = Array.from({ length: limit }, (_, at) => ofSlots.flatMap((slot) => slot[at] ?? [])).flat();
    // The index trails the table: what was seen may come again, and hide what lies behind it.
    const fresh = keys.filter((key) => !seen.has(textOf(key)));
    for (let at = 0; at < fresh.length; at += page) if ((await publish(fresh.slice(at, at + page))) > 0) return;
    for (const key of fresh) seen.add(textOf(key));
    if (ofSlots.every((slot) => slot.length < limit)) return;
    limit = fresh.length === 0 ? 2 * limit : perSlot;
  }
}

export function textOf({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}
