/** What one event means to one rule and key: the unit that panes add up. */
import type { EvidenceEvent } from '../alert/alert.ts';
import type { Order } from '../aggregate/order.ts';
import type { JsonObject } from '../plan/program.ts';

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
