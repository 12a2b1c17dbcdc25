/** Values that an aggregate keeps with the order of their events, as items hold them: each shard's name stands once. */
import { type Order, readOrder } from './order.ts';
import { isList, type Json } from './value.ts';

export interface Kept {
  readonly order: Order;
}

/** `parts`: what is kept of one besides its order. */
export function encodeKept<K extends Kept>(all: readonly K[], parts: (kept: K) => readonly Json[]): Json {
  const shards: string[] = [];
  const rows = all.map((kept) => {
    const { t, arrival, shard, sequenceNumber, index } = kept.order;
    if (!shards.includes(shard)) shards.push(shard);
    return [t, arrival, shards.indexOf(shard), sequenceNumber, index, ...parts(kept)];
  });
  return [shards, rows];
}

/** Calls `take` with the order and the parts of each. */
export function decodeKept(encoded: Json, take: (order: Order, parts: readonly Json[]) => void): void {
  if (!isList(encoded)) return;
  const [shards, rows] = encoded;
  if (!isList(shards) || !isList(rows)) return;
  for (const row of rows) {
    if (!isList(row)) continue;
    const [t = null, arrival = null, shard, sequenceNumber = null, index = null, ...parts] = row;
    const order = readOrder([t, arrival, shards[Number(shard)] ?? null, sequenceNumber, index]);
    if (order !== undefined) take(order, parts);
  }
}

/**
 * Puts one into a list that is sorted by `compare` and holds `limit` at most. Answers the one that is not kept for it,
 * which may be itself.
 */
export function insertKept<K extends Kept>(
  all: K[],
  one: K,
  limit: number,
  compare: (a: K, b: K) => number,
): K | undefined {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(all[middle] ?? one, one) <= 0) low = middle + 1;
    else high = middle;
  }
  if (low >= limit) return one;
  all.splice(low, 0, one);
  return all.length > limit ? all.pop() : undefined;
}
