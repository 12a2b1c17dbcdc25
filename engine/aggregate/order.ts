/**
 * The order of events with equal event time: arrival time, then shard, then position in the shard. It is total, so
 * that `first` and `last` do not depend on who merges what.
 */
import type { EpochMillis } from '../time.ts';
import { isList, type Json } from './value.ts';

export interface Order {
  readonly t: EpochMillis;
  readonly arrival: EpochMillis;
  /** `<stream>/<shardId>`; of what follows from a result of another rule, `<stream>#<id of the result>`. */
  readonly shard: string;
  readonly sequenceNumber: string;
  /** Position among the events of one record. */
  readonly index: number;
}

/** Kinesis sequence numbers are decimal numbers of any length: compare by length, then as text. */
export function compareSequenceNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function compareOrder(a: Order, b: Order): number {
  if (a.t !== b.t) return a.t - b.t;
  if (a.arrival !== b.arrival) return a.arrival - b.arrival;
  if (a.shard !== b.shard) return a.shard < b.shard ? -1 : 1;
  return compareSequenceNumbers(a.sequenceNumber, b.sequenceNumber) || a.index - b.index;
}

export type EncodedOrder = readonly [EpochMillis, EpochMillis, string, string, number];

export function encodeOrder(order: Order): EncodedOrder {
  return [order.t, order.arrival, order.shard, order.sequenceNumber, order.index];
}

export function decodeOrder([t, arrival, shard, sequenceNumber, index]: EncodedOrder): Order {
  return { t, arrival, shard, sequenceNumber, index };
}

/** The order alone of what may hold more, such as an event. */
export function copyOrder({ t, arrival, shard, sequenceNumber, index }: Order): Order {
  return { t, arrival, shard, sequenceNumber, index };
}

/** An order that was encoded; undefined for what is none. */
export function readOrder(encoded: Json | undefined): Order | undefined {
  if (!isList(encoded)) return undefined;
  const [t, arrival, shard, sequenceNumber, index] = encoded;
  if (
    typeof t !== 'number' ||
    typeof arrival !== 'number' ||
    typeof shard !== 'string' ||
    typeof sequenceNumber !== 'string' ||
    typeof index !== 'number'
  )
    return undefined;
  return decodeOrder([t as EpochMillis, arrival as EpochMillis, shard, sequenceNumber, index]);
}
