/** Events to add to an accumulator, a minute apart where nothing else is said. */
import type { Accumulator } from '../../../engine/aggregate/accumulator.ts';
import type { Order } from '../../../engine/aggregate/order.ts';
import type { Json } from '../../../engine/aggregate/value.ts';
import type { EpochMillis } from '../../../engine/time.ts';

export function place(minute: number, arrival = minute, shard = 'orders/shardId-000000000000'): Order {
  const sequenceNumber = `4966${String(minute).padStart(52, '0')}`;
  return { t: (minute * 60_000) as EpochMillis, arrival: arrival as EpochMillis, shard, sequenceNumber, index: 0 };
}

export function addAll<A extends Accumulator>(accumulator: A, values: Iterable<unknown>): A {
  let minute = 0;
  for (const value of values) accumulator.add(value, place(minute++));
  return accumulator;
}

export function merge<A extends Accumulator>(into: A, ...parts: readonly Accumulator[]): A {
  for (const part of parts) into.absorb(JSON.parse(JSON.stringify(part.encode())) as Json);
  return into;
}

/** Numbers in [0, 1) without a pattern, the same in every run. */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
