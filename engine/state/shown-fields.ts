/**
 * What alerts and items keep of an event's fields. It is bounded, for DynamoDB takes 400 KB an item: long texts are cut,
 * and of very large events, and of many large ones, the rest is left out. The event itself is in the stream.
 */
import { jsonSize, utf8Size, widest } from '../aggregate/json-size.ts';
import { type Json, plain, plainSize } from '../aggregate/value.ts';
import type { JsonObject } from '../plan/program.ts';
import type { ShownEvent, Touch } from './touch.ts';

/** Characters of a text that an alert says. */
export const longestText = 4_000;

/** Characters of one field, and of all fields of an event. */
const longestField = 4_000;
const largestEvent = 8_000;

/** Bytes of a value's JSON beyond which not even its beginning is shown: more than a record has. */
const largestPrinted = 4 << 20;

/** Bytes of all fields of an event as JSON: only control characters take more than three a character. */
const largestEventSize = 3 * largestEvent;

/** Bytes of all events of an alert as JSON. */
const largestEvidence = 100_000;

export type ShownFields = { readonly [name: string]: Json };

/** Shown fields that are shown again are the same. */
export function shownFields(fields: JsonObject): ShownFields {
  return show(fields).fields;
}

/** The fields that are shown, and how many bytes they take as JSON at most. */
function show(fields: JsonObject): { readonly fields: ShownFields; readonly atMost: number } {
  const shown: Record<string, Json> = {};
  let length = 0;
  let size: number | undefined;
  let count = 0;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    // Assigning to `__proto__` would set no field.
    if (value === undefined || name === '__proto__') continue;
    const one = clipped(value);
    const more =
      name.length + (typeof one === 'string' ? one.length : typeof one === 'object' ? JSON.stringify(one).length : 8);
    if (length + more > largestEvent) break;
    // Bytes are counted only where so many characters could take too many.
    if ((length + more) * widest > largestEventSize) {
      size = (size ?? utf8Size(JSON.stringify(shown))) + jsonSize(name) + utf8Size(JSON.stringify(one)) + 2;
      if (size > largestEventSize) break;
    }
    length += more;
    count++;
    shown[name] = one;
  }
  return { fields: shown, atMost: (length + count) * widest };
}

function clipped(value: unknown): Json {
  if (typeof value === 'string') return clippedText(value, longestField);
  // An event has no such value, but an expression can make of it more than could be printed.
  if (typeof value === 'object' && plainSize(value, largestPrinted) > largestPrinted) return '…';
  const shown = plain(value);
  if (typeof shown !== 'object' || shown === null) return shown;
  const text = JSON.stringify(shown);
  return text.length <= longestField ? shown : clippedText(text, longestField);
}

/** A text of at most so many characters; a cut is marked, and does not cut a character in two. */
export function clippedText(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Of touches, the oldest first, as many of the newest as an alert shows. */
export function withinBounds(touches: readonly Touch[]): readonly Touch[] {
  let atMost = 0;
  for (const touch of touches) atMost += shownOf(touch).atMost;
  if (atMost <= largestEvidence) return touches;
  let left = largestEvidence;
  const first = touches.findLastIndex((touch) => (left -= utf8Size(JSON.stringify(shownEvent(touch)))) < 0);
  return touches.slice(first + 1);
}

/** An event as evidence shows it. */
export function shownEvent(touch: Touch): ShownEvent['event'] {
  return shownOf(touch).event;
}

/** Bytes of the names, the time and the marks around an event. */
const frame = 80;

function shownOf(touch: Touch): ShownEvent {
  if (touch.shown !== undefined) return touch.shown;
  const { stream, id, t } = touch.event;
  const { fields, atMost } = show(touch.fields);
  touch.shown = {
    event: { stream, id, at: t, fields },
    atMost: atMost + (stream.length + id.length) * widest + frame,
  };
  return touch.shown;
}
