/**
 * What lies in the Kinesis stream of a derived stream: results of rules, and watermarks that say how far they are complete.
 * Both are JSON objects that say what they are, for a stream may have readers that are not Weir.
 */
import type { Plan } from '../plan/plan.ts';
import { isJsonObject, type JsonObject } from '../plan/program.ts';
import { type AlertRecord, announcementOf } from '../alert/alert.ts';
import { isoTime } from '../aggregate/value.ts';
import type { Result } from '../state/result.ts';
import type { EpochMillis } from '../time.ts';
import type { InputRecord } from './input-record.ts';

/** A result; without a value, what is for no rule. */
export interface ResultRecord {
  readonly at: EpochMillis;
  readonly id: string;
  readonly value: JsonObject | undefined;
}

/** The record of a result. One of a rule in shadow is for rules in shadow alone, and tells all others so. */
export function resultRecord(result: Result): JsonObject {
  const { rule, stream, id, at, key, window, value, partial, approximate, tooLarge, isShadow } = result;
  return {
    kind: isShadow ? 'shadow' : 'event',
    rule,
    stream,
    id,
    revision: 0,
    key,
    ...(window && { window: { start: isoTime(window.start), end: isoTime(window.end) } }),
    value,
    at: isoTime(at),
    ...(partial && { partial }),
    ...(approximate && { approximate }),
    ...(tooLarge && { tooLarge }),
  };
}

/** The record of a revision of a result: all of what stands by it, or of what does no longer. */
export function revisionRecord(stream: string, record: AlertRecord): JsonObject {
  const { rule, id, revision, content } = record;
  const { values: value, ...rest } = content;
  const result = resultRecord({ ...rest, rule, stream, id, value, isShadow: false });
  return { ...result, revision, status: record.pending ?? announcementOf(record) };
}

/** The record that says: no result of this stream that is older comes after it. */
export function watermarkRecord(stream: string, at: EpochMillis): JsonObject {
  return { kind: 'watermark', stream, at: isoTime(at) };
}

/** Of the times of some records of a stream, those that move its watermark: where it holds results, watermarks alone do. */
export function movingTimes<T>({ streams }: Plan, records: readonly InputRecord[], times: readonly T[]): readonly T[] {
  const ofResults = streams.some(({ name, resultsOf }) => name === records[0]?.stream && resultsOf !== undefined);
  return ofResults ? times.filter((_, at) => isWatermark(records[at]?.event)) : times;
}

function isWatermark(event: unknown): boolean {
  return isJsonObject(event) && event['kind'] === 'watermark';
}

/** What a record of such a stream says, or why it is none. */
export function readResultRecord(event: JsonObject): ResultRecord | string {
  const { kind, id, value } = event;
  const at = Date.parse(String(event['at'])) as EpochMillis; // Branding.
  if (Number.isNaN(at)) return noRecord;
  if (kind === 'watermark') return { at, id: '', value: undefined };
  if ((kind !== 'event' && kind !== 'shadow') || typeof id !== 'string' || !isJsonObject(value)) return noRecord;
  // The rules of the stream may have told revisions before they told finally; those are nobody's input.
  return { at, id, value: Object.hasOwn(event, 'status') ? undefined : value };
}

const noRecord = 'a derived stream holds results of rules, and this is none: nothing else may be put into it';
