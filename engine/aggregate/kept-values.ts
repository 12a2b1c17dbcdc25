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
  const place = placeOf(all, one, compare);
  if (place >= limit) return one;
  all.splice(place, 0, one);
  return all.length > limit ? all.pop() : undefined;
}

/** Takes one out of a list that is sorted by `compare`; false where none is the same. */
export function removeKept<K extends Kept>(all: K[], one: K, compare: (a: K, b: K) => number): boolean {
  const place = placeOf(all, one, compare) - 1;
  const found = all[place];
  if (found === undefined || compare(found, one) !== 0) return false;
  if (place === 0) all.shift();
  else all.splice(place, 1);
  return true;
}

/** The place behind all that do not come after one. */
function placeOf<K extends Kept>(all: readonly K[], one: K, compare: (a: K, b: K) => number): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(all[middle] ?? one, one) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
