/** In which of the fields that are expected an alert or an event differs. */
import { canonicalJson, isoTime, type Json } from '../aggregate/value.ts';
import type { AlertRecord } from '../alert/alert.ts';
import type { DerivedEvent } from '../run/in-memory-run.ts';
import {
  defined,
  type ExpectedAlert,
  type ExpectedEvent,
  type ExpectedRejection,
  isJsonMap,
  type JsonMap,
} from './definition.ts';
import type { Rejected } from './run.ts';

export interface Difference {
  /** For example `values.orders`. */
  readonly field: string;
  readonly expected: Json;
  /** Absent where there is no such field. */
  readonly actual?: Json;
}

export function alertDifferences(expected: ExpectedAlert, record: AlertRecord): Difference[] {
  return differences(expectedJson(expected), alertFields(record));
}

export function eventDifferences(expected: ExpectedEvent, { at, result: _, ...fields }: DerivedEvent): Difference[] {
  return differences(expectedJson(expected), { ...fields, at: isoTime(at) });
}

/** Of a reason a part is given. */
export function rejectionDifferences({ place: _, ...expected }: ExpectedRejection, found: Rejected): Difference[] {
  const { reason = '' } = expected;
  return differences(defined(expected), {
    stream: found.record.stream,
    ...(found.rule !== undefined && { rule: found.rule }),
    ...(found.eventId !== undefined && { event: found.eventId }),
    reason: found.reason.includes(reason) ? reason : found.reason,
  });
}

/** What is expected, without what is not said, times as ISO 8601. */
export function expectedJson(expected: ExpectedAlert | ExpectedEvent): JsonMap {
  const { place: _, at, window, ...fields }: ExpectedAlert & ExpectedEvent = expected;
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

/** Empty where all is as expected. */
function differences(expected: JsonMap, actual: JsonMap, path = ''): Difference[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const field = `${path}${name}`;
    const is = Object.hasOwn(actual, name) ? actual[name] : undefined;
    if (isJsonMap(value) && isJsonMap(is)) return differences(value, is, `${field}.`);
    if (is === undefined) return [{ field, expected: value }];
    return canonicalJson(value) === canonicalJson(is) ? [] : [{ field, expected: value, actual: is }];
  });
}

/**
 * How far something is from what is expected, for finding the nearest: another rule or stream counts most, then another
 * key or id, then the number of fields, then by how much numbers differ.
 */
export function distance(found: readonly Difference[]): number {
  const rules = found.filter(({ field }) => field === 'rule' || field === 'stream').length;
  const keys = found.filter(({ field }) => /^(?:key|id|event)(?:\.|$)/.test(field)).length;
  const apart = found.reduce((sum, { expected, actual }) => sum + relative(expected, actual), 0);
  return rules * 1e6 + keys * 1e3 + found.length + apart / (found.length + 1);
}

/** 0 for equal numbers, towards 1 for those far apart, 1 for what is no number. */
function relative(expected: Json, actual: Json | undefined): number {
  if (typeof expected !== 'number' || typeof actual !== 'number') return 1;
  return Math.abs(expected - actual) / (Math.abs(expected) + Math.abs(actual) || 1);
}
