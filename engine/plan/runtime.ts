/** What a generated program calls: the operators of expressions, and what texts need besides. */
import { type Json, plain } from '../aggregate/value.ts';
import { text } from '../expression/operators.ts';
import { readEventTime } from '../intake/event-time.ts';
import { severities, type Severity } from '../pipeline/definition.ts';
import { clippedText, longestText } from '../state/shown-fields.ts';

export { nearest, percentile } from '../aggregate/approximation.ts';
export { Ranked } from '../aggregate/ranked.ts';
export { tablesOf } from './lookup-table.ts';
export * from '../expression/operators.ts';

/** As much of an event as is kept with it, as it comes back from an item; a field that it has not stays missing. */
export function kept(event: { readonly [name: string]: unknown }): { readonly [name: string]: Json } {
  return Object.fromEntries(
    Object.entries(event).flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(value, 1)]])),
  );
}

/** True for a value that is kept as it was read. */
export function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null || Number.isFinite(value);
}

/** Fields of an event that are kept with it, by their names. */
export function keptFields(names: readonly string[], values: readonly unknown[]): { readonly [name: string]: Json } {
  const fields: Record<string, Json> = {};
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    const value = values[i];
    if (name === undefined || value === undefined) continue;
    if (name === '__proto__') Object.defineProperty(fields, name, { value: plain(value, 1), enumerable: true });
    else fields[name] = plain(value, 1);
  }
  return fields;
}

/** The instant that a value is, as event times are read; undefined where it is none. */
export function instant(value: unknown): number | undefined {
  const t = readEventTime(value);
  return typeof t === 'string' ? undefined : t;
}

let missing = 0;

/**
 * A value in a text. A part that fails prints `(missing)` and is counted: it never holds an alert back. Of a part no more
 * is printed than is said of the whole: parts of the longest texts would not fit into one.
 */
export function show(value: unknown, zone: string): string {
  const shown = text(value, zone);
  if (shown !== undefined) return clippedText(shown, longestText);
  missing++;
  return '(missing)';
}

/** A severity that an expression gave; where it is none, `medium`, counted like a missing text. */
export function severity(value: unknown): Severity {
  const known = severities.find((name) => name === value);
  if (known === undefined) missing++;
  return known ?? 'medium';
}

/** How many parts of texts were missing since the last call. */
export function takeMissing(): number {
  const count = missing;
  missing = 0;
  return count;
}
