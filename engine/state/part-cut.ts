/**
 * How much of what waits goes into one part of a pane: DynamoDB takes 400 KB an item. The rest waits for the next part,
 * which is put after this one: each part's progress covers what it and those before it hold. Events of one record stay
 * together.
 */
import { identitySize } from '../aggregate/accumulators.ts';
import { utf8Size } from '../aggregate/json-size.ts';
import type { WindowedRule } from './compiled-rule.ts';
import { encodeTouch, type EncodedTouch } from './pane-item.ts';
import type { Touch } from './touch.ts';

/** Bytes of a log, and of distinct values, beside what else a part holds. */
const largestLog = 128 * 1024;
const largestDistinct = 64 * 1024;

/** The entries of an open log that go into one part, as its item keeps them. */
export function logWithin(entries: readonly Touch[]): readonly EncodedTouch[] {
  const encoded: EncodedTouch[] = [];
  let size = 0;
  for (const [i, touch] of entries.entries()) {
    if (size > largestLog && isNewRecord(entries, i)) break;
    const one = encodeTouch(touch, true);
    encoded.push(one);
    size += utf8Size(JSON.stringify(one));
  }
  return encoded;
}

/** How many of the events that wait may be added to a window's part. */
export function countWithin({ plan }: WindowedRule, entries: readonly Touch[]): number {
  let size = 0;
  for (const [i, { args }] of entries.entries()) {
    if (size > largestDistinct && isNewRecord(entries, i)) return i;
    plan.accumulators.forEach(({ kind }, slot) => {
      if (kind === 'countDistinct' && args[slot] !== null) size += identitySize(args[slot]);
    });
  }
  return entries.length;
}

function isNewRecord(entries: readonly Touch[], at: number): boolean {
  return entries[at]?.event.sequenceNumber !== entries[at - 1]?.event.sequenceNumber;
}
