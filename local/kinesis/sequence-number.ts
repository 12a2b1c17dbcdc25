/**
 * Sequence numbers of 56 digits: when the shard was made, which shard of its stream it is, and a counter. They grow
 * within a shard, and those of a child shard are greater than all of its parents'.
 */
import type { EpochMillis } from '../../engine/time.ts';

const counterDigits = 16;

/** What all sequence numbers of a shard begin with. */
export function sequencePrefix(createdAt: EpochMillis, shardIndex: number): string {
  return `49${String(createdAt).padStart(13, '0')}${String(shardIndex).padStart(25, '0')}`;
}

export function sequenceNumber(prefix: string, counter: number): string {
  return prefix + String(counter).padStart(counterDigits, '0');
}

/** The counter in a sequence number of the shard with this prefix, or undefined where the number is not of this shard. */
export function sequenceCounter(prefix: string, number: string): number | undefined {
  if (number.length !== prefix.length + counterDigits || !number.startsWith(prefix)) return undefined;
  const counter = Number(number.slice(prefix.length));
  return Number.isSafeInteger(counter) ? counter : undefined;
}
