/**
 * CEL's values as JavaScript values: JSON's own, and three classes for what JSON lacks. `undefined` is never a value:
 * it is CEL's error, a failed evaluation. Every function here and in operators.ts takes any value, `undefined`
 * included, and answers `undefined` where CEL has no overload.
 */
import type { EpochMillis, Millis } from '../time.ts';
import { spend } from './steps.ts';
import { durationText, timestampText } from './time-text.ts';

/** An instant. CEL counts nanoseconds; this counts milliseconds, as event time does. */
export class Timestamp {
  readonly millis: EpochMillis;

  constructor(millis: number) {
    this.millis = millis as EpochMillis;
  }

  toJSON(): string {
    return timestampText(this.millis);
  }
}

/** A length of time, to the millisecond. */
export class Duration {
  readonly millis: Millis;

  constructor(millis: number) {
    this.millis = millis as Millis;
  }

  toJSON(): string {
    return durationText(this.millis);
  }
}

/** What `event.?field` gives: a value, or none (`undefined`). */
export class Optional {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

export type MapValue = Readonly<Record<string, unknown>>;

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function isMap(value: unknown): value is MapValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !isList(value) &&
    !(value instanceof Timestamp) &&
    !(value instanceof Duration) &&
    !(value instanceof Optional)
  );
}

/** `operand.name`; on an optional, the optional of it. */
export function field(operand: unknown, name: string): unknown {
  if (operand instanceof Optional) return optionalField(operand, name);
  return isMap(operand) && Object.hasOwn(operand, name) ? operand[name] : undefined;
}

/** `operand[key]`: a list's item, counted from 0, or a map's field. */
export function index(operand: unknown, key: unknown): unknown {
  if (operand instanceof Optional) return optionalIndex(operand, key);
  if (isList(operand)) return typeof key === 'number' && Number.isInteger(key) ? operand[key] : undefined;
  return typeof key === 'string' ? field(operand, key) : undefined;
}

/** `operand.?name`: none where the map lacks the field, failure where there is no map. */
export function optionalField(operand: unknown, name: string): Optional | undefined {
  const map = operand instanceof Optional ? operand.value : operand;
  if (map === undefined) return operand instanceof Optional ? operand : undefined;
  return isMap(map) ? new Optional(field(map, name)) : undefined;
}

/** `operand[?key]`. */
export function optionalIndex(operand: unknown, key: unknown): Optional | undefined {
  const container = operand instanceof Optional ? operand.value : operand;
  if (container === undefined) return operand instanceof Optional ? operand : undefined;
  if (typeof key === 'string') return optionalField(container, key);
  return isList(container) && typeof key === 'number' ? new Optional(index(container, key)) : undefined;
}

export function optionalOf(value: unknown): Optional | undefined {
  return value === undefined ? undefined : new Optional(value);
}

export function optionalNone(): Optional {
  return new Optional(undefined);
}

export function hasValue(optional: unknown): boolean | undefined {
  return optional instanceof Optional ? optional.value !== undefined : undefined;
}

export function optionalValue(optional: unknown): unknown {
  return optional instanceof Optional ? optional.value : undefined;
}

/** `has(operand.name)`. */
export function has(operand: unknown, name: string): boolean | undefined {
  if (operand instanceof Optional) return operand.value === undefined ? false : has(operand.value, name);
  return isMap(operand) ? Object.hasOwn(operand, name) : undefined;
}

export function list(...items: readonly unknown[]): readonly unknown[] | undefined {
  return items.includes(undefined) ? undefined : items;
}

/** A map of keys and values in turn; a key that is no text or stands twice is a failure. */
export function map(...keysAndValues: readonly unknown[]): MapValue | undefined {
  const entries = new Map<string, unknown>();
  for (let i = 0; i < keysAndValues.length; i += 2) {
    const key = keysAndValues[i];
    const value = keysAndValues[i + 1];
    if (typeof key !== 'string' || value === undefined || entries.has(key)) return undefined;
    entries.set(key, value);
  }
  // Object.fromEntries defines, it does not assign: the key `__proto__` becomes a field like any other.
  return Object.fromEntries(entries);
}

/** A text's characters (code points), a list's items, a map's fields. */
export function size(value: unknown): number | undefined {
  if (typeof value === 'string') {
    let count = 0;
    for (const _ of value) count++;
    return count;
  }
  if (isList(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : undefined;
}

/** Equality of two values, deep; values of different types are unequal. `undefined` where the step budget ends. */
export function equal(left: unknown, right: unknown, depth = 0): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (left instanceof Timestamp) return right instanceof Timestamp && left.millis === right.millis;
  if (left instanceof Duration) return right instanceof Duration && left.millis === right.millis;
  if (left instanceof Optional) {
    if (!(right instanceof Optional)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equal(left.value, right.value, depth + 1);
  }
  // JSON can nest deeper than the call stack.
  if (depth > 500) return undefined;
  if (isList(left)) return isList(right) && equalLists(left, right, depth);
  return isMap(left) && isMap(right) && equalMaps(left, right, depth);
}

function equalLists(left: readonly unknown[], right: readonly unknown[], depth: number): boolean | undefined {
  if (left.length !== right.length) return false;
  if (!spend(left.length)) return undefined;
  for (let i = 0; i < left.length; i++) {
    const same = equal(left[i], right[i], depth + 1);
    if (same !== true) return same;
  }
  return true;
}

function equalMaps(left: MapValue, right: MapValue, depth: number): boolean | undefined {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  if (!spend(keys.length)) return undefined;
  for (const key of keys) {
    if (!Object.hasOwn(right, key)) return false;
    const same = equal(left[key], right[key], depth + 1);
    if (same !== true) return same;
  }
  return true;
}

/** `!value`. */
export function not(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? !value : undefined;
}

/** `value in container`: an item of a list or a key of a map. */
export function isIn(value: unknown, container: unknown): boolean | undefined {
  if (value === undefined) return undefined;
  if (!isList(container)) {
    if (!isMap(container)) return undefined;
    return typeof value === 'string' && Object.hasOwn(container, value);
  }
  if (!spend(container.length)) return undefined;
  for (const item of container) {
    const same = equal(value, item);
    if (same !== false) return same;
  }
  return false;
}

/** A value's type in the user's words, for messages: `text`, `a number`, `missing`. */
export function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  if (isList(value)) return 'a list';
  if (value instanceof Timestamp) return 'a time';
  if (value instanceof Duration) return 'a duration';
  return value instanceof Optional ? 'an optional' : 'a map';
}
