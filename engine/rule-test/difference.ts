/** In which of the fields that are expected an alert differs. */
import { canonicalJson, isoTime, type Json } from '../aggregate/value.ts';
import type { AlertRecord } from '../alert/alert.ts';
import { type ExpectedAlert, isJsonMap, type JsonMap } from './definition.ts';

export interface Difference {
  /** For example `values.orders`. */
  readonly field: string;
  readonly expected: Json;
  /** Absent where the alert has no such field. */
  readonly actual?: Json;
}

/** Empty where the alert is as expected. */
export function differences(expected: ExpectedAlert, record: AlertRecord): Difference[] {
  return unlike(expectedJson(expected), alertFields(record), '');
}

/** What is expected of an alert, without what is not said, times as ISO 8601. */
export function expectedJson({ place: _, at, window, ...fields }: ExpectedAlert): JsonMap {
  return {
    ...fields,
    ...(window !== undefined && {
      window: {
        ...(window.start !== undefined && { start: isoTime(window.start) }),
        ...(window.end !== undefined && { end: isoTime(window.end) }),
      },
    }),
    ...(at !== undefined && { at: isoTime(at) }),
  };
}

/** The fields of an alert that can be expected. */
export function alertFields({ rule, status, revision, content }: AlertRecord): JsonMap {
  const { severity, title, description, labels, key, values, window, at, events } = content;
  return {
    rule,
    status,
    revision,
    severity,
    title,
    ...(description !== undefined && { description }),
    ...(labels !== undefined && { labels }),
    key,
    values,
    ...(window !== undefined && { window: { start: isoTime(window.start), end: isoTime(window.end) } }),
    at: isoTime(at),
    events: events.map(({ id }) => id),
  };
}

function unlike(expected: JsonMap, actual: JsonMap, path: string): Difference[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const field = `${path}${name}`;
    const is = Object.hasOwn(actual, name) ? actual[name] : undefined;
    if (isJsonMap(value) && isJsonMap(is)) return unlike(value, is, `${field}.`);
    if (is === undefined) return [{ field, expected: value }];
    return canonicalJson(value) === canonicalJson(is) ? [] : [{ field, expected: value, actual: is }];
  });
}

/**
 * How far an alert is from what is expected, for finding the nearest: another rule counts most, then another key, then
 * the number of fields, then by how much numbers differ.
 */
export function distance(found: readonly Difference[]): number {
  const rules = found.filter(({ field }) => field === 'rule').length;
  const keys = found.filter(({ field }) => field === 'key' || field.startsWith('key.')).length;
  const apart = found.reduce((sum, { expected, actual }) => sum + relative(expected, actual), 0);
  return rules * 1e6 + keys * 1e3 + found.length + apart / (found.length + 1);
}

/** 0 for equal numbers, towards 1 for those far apart, 1 for what is no number. */
function relative(expected: Json, actual: Json | undefined): number {
  if (typeof expected !== 'number' || typeof actual !== 'number') return 1;
  return Math.abs(expected - actual) / (Math.abs(expected) + Math.abs(actual) || 1);
}
