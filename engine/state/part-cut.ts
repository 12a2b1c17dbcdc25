/**
 * How much of what waits goes into one part of a pane: DynamoDB takes 400 KB an item. The rest waits for the next part,
 * which is put after this one: each part's progress covers what it and those before it hold. Events of one record stay
 * together.
 */
import { identitySize } from '../aggregate/accumulators.ts';
import { utf8Size } from '../aggregate/json-size.ts';
import type { WindowedRule } from './compiled-rule.ts';
import { encodeTouch, type EncodedTouch } from './pane-item.ts';
import type { Part } from './pane.ts';
import type { Touch } from './touch.ts';

/** Bytes of a log, and of distinct values, beside what else a part holds. */
const largestLog = 128 * 1024;
const largestDistinct = 64 * 1024;

/** What one put takes of the events that wait, the last sequence number that it covers, and whether more wait. */
export interface Taken {
  readonly log: readonly EncodedTouch[];
  readonly last: string | undefined;
  readonly waiting: boolean;
}

/** Takes entries of a log. */
export function takeLog(open: Part): Taken {
  const log = logWithin(open.entries);
  const waiting = log.length < open.entries.length;
  return { log, last: waiting ? open.entries[log.length - 1]?.event.sequenceNumber : open.applied, waiting };
}

/** Adds events that wait to what the part holds. */
export function takeDistinct(rule: WindowedRule, open: Part): Taken {
  const taken = open.entries.splice(0, countWithin(rule, open.entries));
  for (const touch of taken) open.aggregation?.add(touch);
  const waiting = open.entries.length > 0;
  return { log: [], last: waiting ? taken.at(-1)?.event.sequenceNumber : open.applied, waiting };
}

/** The entries of an open log that go into one part, as its item keeps them. */
function logWithin(entries: readonly Touch[]): readonly EncodedTouch[] {
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
function countWithin({ plan }: WindowedRule, entries: readonly Touch[]): number {
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
