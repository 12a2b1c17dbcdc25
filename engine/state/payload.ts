/**
 * What an alert or a result says, made once of a window, or of an event of a rule without one. All of it is bounded here:
 * expressions can repeat what a pane holds, and an item that DynamoDB does not take, or a record that Kinesis does not,
 * would hold its shard up for ever. What is said follows from the window alone, so it is cut alike wherever it is made.
 */
import { jsonSize, widest } from '../aggregate/json-size.ts';
import { type Json, plain, plainSize } from '../aggregate/value.ts';
import type { AlertContent } from '../alert/alert.ts';
import type { JsonObject, RenderedTexts } from '../plan/program.ts';
import { clippedText, longestText, shownFields } from './shown-fields.ts';

/** What a stateless alert says, kept whole where `cooldown` joins several. */
export type Payload = Pick<AlertContent, 'values' | 'tooLarge' | 'severity' | 'title' | 'description' | 'labels'>;

/** Bytes of all values as JSON: there is room for all that the aggregates of a rule keep, or a match, shown once. */
const largestValues = 120_000;

/** Bytes of title, description and labels as JSON; each has the same share. */
const largestTexts = 60_000;

/** Of an event of a stateless rule: values are shown as fields of events are, and those left out are named. */
export function eventPayload(texts: RenderedTexts, values: JsonObject): Payload {
  const shown = shownFields(values);
  const said = { values: shown, ...clippedTexts(texts) };
  const tooLarge = Object.keys(values).filter((name) => values[name] !== undefined && !Object.hasOwn(shown, name));
  return tooLarge.length === 0 ? said : { ...said, tooLarge };
}

/** Of a window: a value that has no room beside those before it is null, and named. */
export function windowPayload(texts: RenderedTexts, names: readonly string[], results: readonly unknown[]): Payload {
  const values: Record<string, Json> = {};
  let tooLarge: string[] | undefined;
  let left = largestValues;
  for (const [i, name] of names.entries()) {
    const size = plainSize(results[i], left);
    const fits = size <= left;
    if (fits) left -= size;
    else (tooLarge ??= []).push(name);
    values[name] = fits ? plain(results[i]) : null;
  }
  const said = { values, ...clippedTexts(texts) };
  return tooLarge === undefined ? said : { ...said, tooLarge };
}

function clippedTexts({ severity, title, description, labels }: RenderedTexts): Omit<Payload, 'values'> {
  const share = Math.floor(largestTexts / (2 + (labels === undefined ? 0 : Object.keys(labels).length)));
  return {
    severity,
    title: within(title, share),
    description: description && within(description, share),
    labels: labels && Object.fromEntries(Object.entries(labels).map(([name, label]) => [name, within(label, share)])),
  };
}

/** Bytes are counted only where so many characters could take too many. */
function within(text: string, bytes: number): string {
  const clipped = clippedText(text, longestText);
  if (clipped.length * widest <= bytes || jsonSize(clipped) <= bytes) return clipped;
  return clippedText(clipped, Math.floor(bytes / widest));
}
