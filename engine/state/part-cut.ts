/**
 * How much of a log that waits goes into one part of a pane: DynamoDB takes 400 KB an item. The rest waits for the next
 * part, which is put after this one: each part's progress covers what it and those before it hold. Events of one record
 * stay together.
 */
import { utf8Size } from '../aggregate/json-size.ts';
import { encodeTouch, type EncodedTouch } from './pane-item.ts';
import type { Part } from './pane.ts';
import type { Touch } from './touch.ts';

/** Bytes of a log, beside what else a part holds. */
const largestLog = 128 * 1024;

/** What one put takes of the events of a log that wait, the last sequence number that it covers, and whether more wait. */
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

function isNewRecord(entries: readonly Touch[], at: number): boolean {
  return entries[at]?.event.sequenceNumber !== entries[at - 1]?.event.sequenceNumber;
}
