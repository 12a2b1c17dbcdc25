/** What one event means to one rule and key: the unit that panes add up. */
import type { EvidenceEvent } from '../alert/alert.ts';
import { shortHash } from '../alert/identity.ts';
import type { Order } from '../aggregate/order.ts';
import type { JsonObject } from '../plan/program.ts';
import type { EpochMillis } from '../time.ts';

/** An event's identity and place, shared by all that it touches. */
export interface EventReference extends Order {
  readonly stream: string;
  readonly id: string;
}

export interface Touch {
  readonly event: EventReference;
  /** One per accumulator of the rule; null where the event does not count. */
  readonly args: readonly unknown[];
  /** The fields that an alert shows of the event; once it is stored, cut to what it shows of them. */
  fields: JsonObject;
  /** The event as evidence shows it, once it was shown. */
  shown?: ShownEvent | undefined;
  /** Of a log's entries that came in order and that nobody looked at, the one before. */
  before?: Touch | undefined;
}

/** All touches have the same properties from the start: code that meets one form of them is compiled for it. */
export function touchOf(event: EventReference, args: readonly unknown[], fields: JsonObject): Touch {
  return { event, args, fields, shown: undefined, before: undefined };
}

/**
 * Names an event among all that a rule ever counts: by its record, for the id that a producer gave is no name where it
 * sends an event twice, and by its id, which tells apart what several rules made of one record.
 */
export function identityOf(event: EventReference): string {
  const { shard, sequenceNumber, id } = event;
  return shortHash(isOfResult(event) ? `${shard}/${id}` : `${shard}/${sequenceNumber}/${id}`);
}

export function isSameEvent(a: EventReference, b: EventReference): boolean {
  return a.shard === b.shard && a.id === b.id && (a.sequenceNumber === b.sequenceNumber || isOfResult(a));
}

/**
 * A result of another rule, which may lie in several records. Its id names it among all, and stands in the place of the
 * shard: results of one time, as those of all keys of a window are, have the same order whoever told them in which.
 */
export function resultReference(
  { stream, sequenceNumber }: { readonly stream: string; readonly sequenceNumber: string },
  t: EpochMillis,
  id: string,
): EventReference {
  return { t, arrival: t, shard: `${stream}#${id}`, sequenceNumber, index: 0, stream, id };
}

/** True of a result of another rule, and of what stateless rules made of it. */
export function isOfResult({ shard }: EventReference): boolean {
  const at = shard.indexOf('#');
  return at >= 0 && !shard.slice(0, at).includes('/');
}

export interface ShownEvent {
  readonly event: EvidenceEvent;
  /** Bytes that it takes as JSON at most. */
  readonly atMost: number;
}

/** Evidence is shown in event-time order, equal times by id, so that it is the same whoever merged it. */
export function compareEvidence(a: Touch, b: Touch): number {
  if (a.event.t !== b.event.t) return a.event.t - b.event.t;
  if (a.event.id !== b.event.id) return a.event.id < b.event.id ? -1 : 1;
  return a.event.stream < b.event.stream ? -1 : a.event.stream > b.event.stream ? 1 : 0;
}
