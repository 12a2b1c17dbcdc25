/** Compares what stands, as `weir backtest --standing` prints it, with what the oracle says must stand. */
import { isDeepStrictEqual } from 'node:util';
import type { StandingAlert } from './oracle.ts';

/** What is read of an alert line of `weir backtest --json`. */
export interface AlertLine {
  readonly kind: 'alert';
  readonly rule: string;
  readonly status: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly window?: { readonly start: string; readonly end: string } | null;
  readonly values: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly id: string }[];
  readonly at: string;
}

export function standingAlert(line: AlertLine): Readonly<Record<keyof StandingAlert, unknown>> {
  return {
    rule: line.rule,
    key: line.key,
    window: line.window ?? undefined,
    values: line.values,
    events: line.events.map(({ id }) => id),
    at: line.at,
  };
}

type Comparable = Readonly<Partial<Record<keyof StandingAlert, unknown>>>;

/**
 * One line for each difference, the first of each kind and rule first: what is missing, what should not be there, what
 * differs and in which field. Empty where both are the same set.
 */
export function compareStanding(actual: readonly AlertLine[], expected: readonly StandingAlert[]): string[] {
  const differences: string[] = [];
  const withdrawn = actual.filter(({ status }) => status === 'withdrawn');
  differences.push(...withdrawn.map((line) => `withdrawn, and yet printed: ${JSON.stringify(line)}`));
  const left = new Map<string, Comparable>();
  for (const line of actual) {
    const alert = standingAlert(line);
    if (left.has(identity(alert))) differences.push(`twice: ${identity(alert)}`);
    left.set(identity(alert), alert);
  }
  for (const alert of expected) {
    const found = left.get(identity(alert));
    left.delete(identity(alert));
    if (found === undefined) differences.push(`missing: ${JSON.stringify(alert)}`);
    else differences.push(...fieldDifferences(found, alert));
  }
  differences.push(...[...left.values()].map((alert) => `not expected: ${JSON.stringify(alert)}`));
  return differences;
}

/** Throws with the first differences and how many there are. */
export function expectStanding(actual: readonly AlertLine[], expected: readonly StandingAlert[], shown = 10): void {
  const differences = compareStanding(actual, expected);
  if (differences.length === 0) return;
  throw new Error(
    `${differences.length} differences between ${actual.length} alerts that stand and ${expected.length} expected:\n` +
      differences.slice(0, shown).join('\n'),
  );
}

function fieldDifferences(found: Comparable, alert: StandingAlert): string[] {
  return (['window', 'values', 'events', 'at'] as const)
    .filter((field) => !isDeepStrictEqual(normal(found[field]), normal(alert[field])))
    .map(
      (field) =>
        `differs: ${identity(alert)} ${field} is ${JSON.stringify(found[field])}, expected ${JSON.stringify(alert[field])}`,
    );
}

/** Rule, key and the start of the window; without a window the event. */
function identity({ rule, key, window, events }: Comparable): string {
  const start = (window as StandingAlert['window'])?.start;
  const place = start === undefined ? (events as readonly string[])[0] : normal(start);
  return `${String(rule)} ${JSON.stringify(key)} ${String(place)}`;
}

/** Instants are the same with and without milliseconds. */
function normal(value: unknown): unknown {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return new Date(value).toISOString();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, normal(one)]));
}
