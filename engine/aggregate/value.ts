/** Values as they are kept in items and shown to people: JSON, with times and durations marked. */
import { Duration, Timestamp } from '../expression/operators.ts';
import { jsonSize } from './json-size.ts';
import { Ranked } from './ranked.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * A value as an item keeps it, so that a timestamp comes back as one. A map from an event that looks like a mark is
 * marked as a map: what an event holds is never taken for ours.
 */
export function encodeValue(value: unknown): Json {
  if (value instanceof Timestamp) return { $timestamp: value.millis };
  if (value instanceof Duration) return { $duration: value.millis };
  if (value instanceof Ranked) return { $ranked: [encodeValue(value.value), encodeValue(value.by)] };
  const kept = plain(value);
  return isMarked(kept) ? { $map: kept } : kept;
}

function isMarked(value: Json): boolean {
  if (value === null || typeof value !== 'object') return false;
  return ['$timestamp', '$duration', '$ranked', '$map'].some((mark) => Object.hasOwn(value, mark));
}

export function decodeValue(encoded: Json | undefined): unknown {
  if (encoded !== undefined && encoded !== null && typeof encoded === 'object' && !isList(encoded)) {
    if (Object.hasOwn(encoded, '$map')) return encoded['$map'];
    if (Object.hasOwn(encoded, '$timestamp')) return new Timestamp(Number(encoded['$timestamp']));
    if (Object.hasOwn(encoded, '$duration')) return new Duration(Number(encoded['$duration']));
    const ranked = encoded['$ranked'];
    if (Object.hasOwn(encoded, '$ranked') && isList(ranked))
      return new Ranked(decodeValue(ranked[0]), decodeValue(ranked[1]));
  }
  return encoded;
}

/** JSON nested deeper than this is cut off where it is shown or kept: it could exhaust the call stack. */
const deepest = 64;

/** A value as output shows it: times in ISO-8601, durations in seconds as CEL prints them, a failed value as null. */
export function plain(value: unknown, depth = 0): Json {
  if (value === undefined || value === null || depth > deepest) return null;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value instanceof Timestamp) return isoTime(value.millis);
  if (value instanceof Duration) return `${value.millis / 1000}s`;
  if (Array.isArray(value)) return value.map((inner) => plain(inner, depth + 1));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner, depth + 1)]));
  return null;
}

/**
 * Bytes of the JSON of what `plain` gives; where these are more than `most` it looks no further, and answers no more than
 * that they are: expressions can repeat a value until no memory would hold its copy.
 */
export function plainSize(value: unknown, most: number, depth = 0): number {
  if (typeof value === 'string' && depth <= deepest) return value.length > most ? value.length : jsonSize(value);
  const isWhole = typeof value !== 'object' || value instanceof Timestamp || value instanceof Duration;
  if (isWhole || value === null || depth > deepest) {
    const shown = plain(value, depth);
    return (typeof shown === 'number' ? String(shown) : JSON.stringify(shown)).length;
  }
  const names = Array.isArray(value) ? undefined : Object.keys(value);
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  // What is around it; each that it holds has a comma or the end after it.
  let size = inner.length === 0 ? 2 : 1;
  for (let i = 0; i < inner.length && size <= most; i++) {
    const name = names?.[i];
    if (name !== undefined) size += jsonSize(name) + 1;
    size += plainSize(inner[i], most - size, depth + 1) + 1;
  }
  return size;
}

/** ISO-8601 in UTC; milliseconds only where there are any. */
export function isoTime(millis: number): string {
  return new Date(millis).toISOString().replace('.000Z', 'Z');
}

/** JSON with sorted names: equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`).join(',')}}`;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
