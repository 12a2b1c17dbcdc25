/** What a generated program calls: the operators of expressions, and what texts need besides. */
import { text } from '../expression/operators.ts';
import { severities, type Severity } from '../pipeline/definition.ts';

export { nearest, percentile } from '../aggregate/approximation.ts';
export { Ranked } from '../aggregate/ranked.ts';
export * from '../expression/operators.ts';

let missing = 0;

/** A value in a text. A part that fails prints `(missing)` and is counted: it never holds an alert back. */
export function show(value: unknown, zone: string): string {
  const shown = text(value, zone);
  if (shown !== undefined) return shown;
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
