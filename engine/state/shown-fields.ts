/**
 * What alerts and items keep of an event's fields. It is bounded, for DynamoDB takes 400 KB an item: long texts are cut,
 * and of very large events, and of many large ones, the rest is left out. The event itself is in the stream.
 */
import { type Json, plain } from '../aggregate/value.ts';
import type { EvidenceEvent } from '../alert/alert.ts';
import type { JsonObject } from '../plan/program.ts';
import type { Touch } from './touch.ts';

/** Characters of one field, of all fields of an event, and of all events of an alert. */
const longestField = 4_000;
const largestEvent = 8_000;
const largestEvidence = 100_000;

type Fields = { readonly [name: string]: Json };

/** Shown fields that are shown again are the same. */
export function shownFields(fields: JsonObject): Fields {
  const shown: Record<string, Json> = {};
  let left = largestEvent;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    // Assigning to `__proto__` would set no field.
    if (value === undefined || name === '__proto__') continue;
    const one = clipped(plain(value));
    left -=
      name.length + (typeof one === 'string' ? one.length : typeof one === 'object' ? JSON.stringify(one).length : 8);
    if (left < 0) break;
    shown[name] = one;
  }
  return shown;
}

function clipped(value: Json): Json {
  if (typeof value === 'string') return clippedText(value, longestField);
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  return text.length <= longestField ? value : clippedText(text, longestField);
}

/** A text of at most so many characters; a cut is marked, and does not cut a character in two. */
export function clippedText(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Of touches, the oldest first, as many of the newest as an alert shows. */
export function withinBounds(touches: readonly Touch[]): readonly Touch[] {
  if (touches.length * largestEvent <= largestEvidence) return touches;
  let left = largestEvidence;
  const first = touches.findLastIndex((touch) => (left -= JSON.stringify(shownEvent(touch)).length) < 0);
  return touches.slice(first + 1);
}

/** An event as evidence shows it. */
export function shownEvent(touch: Touch): EvidenceEvent {
  const { event, fields } = touch;
  touch.shown ??= { stream: event.stream, id: event.id, at: event.t, fields: shownFields(fields) };
  return touch.shown;
}
