/** What is wrong with a case that was run: data, for whoever shows it. */
import type { AlertRecord } from '../alert/alert.ts';
import type { DerivedEvent } from '../run/in-memory-run.ts';
import { assign } from './assignment.ts';
import type { ExpectedAlert, ExpectedEvent, ExpectedRejection, TestCase } from './definition.ts';
import { alertDifferences, type Difference, distance, eventDifferences, rejectionDifferences } from './difference.ts';
import type { CaseRun, Moment, Rejected } from './run.ts';

export type Failure =
  | (Missing<ExpectedAlert, AlertRecord> & { readonly kind: 'missing-alert'; readonly moment: number })
  | { readonly kind: 'unexpected-alert'; readonly moment: number; readonly alert: AlertRecord }
  | (Missing<ExpectedEvent, DerivedEvent> & { readonly kind: 'missing-event' })
  | { readonly kind: 'unexpected-event'; readonly event: DerivedEvent }
  | (Missing<ExpectedRejection, Rejected> & { readonly kind: 'missing-rejection'; readonly as: Rejected['kind'] })
  | { readonly kind: 'unexpected-rejection'; readonly rejected: Rejected };

interface Missing<Expected, Found> {
  readonly expected: Expected;
  readonly nearest?: Nearest<Found>;
}

/** What is there and was not expected, with what would have to differ. */
export interface Nearest<Found> {
  readonly found: Found;
  readonly differences: readonly Difference[];
}

/** Everything that is wrong; empty where the case passes. */
export function failuresOf(testCase: TestCase, run: CaseRun): Failure[] {
  const about = (rule: string | undefined): boolean => rule === undefined || (testCase.rules?.includes(rule) ?? true);
  const rejections = run.rejections.filter(({ rule }) => about(rule));
  const derived = run.derived.filter(({ rule }) => about(rule));
  return [
    ...run.moments.flatMap((moment, index) => alertFailures(moment, index, about)),
    ...eventFailures(testCase.expectEvents, derived),
    ...rejectionFailures('late', testCase.expectLate, rejections),
    ...rejectionFailures('invalid', testCase.expectInvalid, rejections),
  ];
}

function alertFailures({ expect, alerts }: Moment, moment: number, about: (rule: string) => boolean): Failure[] {
  const candidates = alerts.filter(({ rule }) => about(rule));
  const isWithdrawn = ({ status }: { readonly status?: AlertRecord['status'] }): boolean => status === 'withdrawn';
  const { missing, left } = compare(expect.alerts, candidates, {
    differences: alertDifferences,
    // What was withdrawn does not stand: only who asks for it finds it.
    mayBe: (expected, alert) => isWithdrawn(expected) === isWithdrawn(alert),
    stands: (alert) => !isWithdrawn(alert),
  });
  return [
    ...missing.map((one): Failure => ({ kind: 'missing-alert', moment, ...one })),
    ...left.map((alert): Failure => ({ kind: 'unexpected-alert', moment, alert })),
  ];
}

function eventFailures(expected: readonly ExpectedEvent[] | undefined, derived: readonly DerivedEvent[]): Failure[] {
  if (expected === undefined) return [];
  const { missing, left } = compare(expected, derived, { differences: eventDifferences });
  return [
    ...missing.map((one): Failure => ({ kind: 'missing-event', ...one })),
    ...left.map((event): Failure => ({ kind: 'unexpected-event', event })),
  ];
}

function rejectionFailures(
  as: Rejected['kind'],
  expected: readonly ExpectedRejection[] | undefined,
  rejections: readonly Rejected[],
): Failure[] {
  if (expected === undefined) return [];
  const found = rejections.filter(({ kind }) => kind === as);
  const { missing, left } = compare(expected, found, { differences: rejectionDifferences });
  return [
    ...missing.map((one): Failure => ({ kind: 'missing-rejection', as, ...one })),
    ...left.map((rejected): Failure => ({ kind: 'unexpected-rejection', rejected })),
  ];
}

interface Comparison<Expected, Found> {
  readonly differences: (expected: Expected, found: Found) => readonly Difference[];
  /** Absent: every one may be the partner of every other. */
  readonly mayBe?: (expected: Expected, found: Found) => boolean;
  /** False for what nobody need expect. Absent: all must be expected. */
  readonly stands?: (found: Found) => boolean;
}

/** What is expected and not there, each with the nearest of what is there and not expected, and what is left of that. */
function compare<Expected extends { readonly rule?: string }, Found extends { readonly rule?: string }>(
  expected: readonly Expected[],
  found: readonly Found[],
  { differences, mayBe = () => true, stands = () => true }: Comparison<Expected, Found>,
): { readonly missing: readonly Missing<Expected, Found>[]; readonly left: readonly Found[] } {
  const partners = assign(expected.length, found.length, (at, other) => {
    const [one, two] = [expected[at], found[other]];
    return one !== undefined && two !== undefined && mayBe(one, two) && differences(one, two).length === 0;
  });
  const left = new Set(found.filter((one, index) => stands(one) && !partners.includes(index)));
  const missing = expected
    .filter((_, index) => partners[index] === undefined)
    .map((one) => {
      const nearest = nearestOf(one, left, differences);
      if (nearest !== undefined) left.delete(nearest.found);
      return { expected: one, ...(nearest && { nearest }) };
    });
  return { missing, left: [...left] };
}

/** The one of the same rule that differs least. */
export function nearestOf<Expected extends { readonly rule?: string }, Found extends { readonly rule?: string }>(
  expected: Expected,
  all: Iterable<Found>,
  differences: (expected: Expected, found: Found) => readonly Difference[],
): Nearest<Found> | undefined {
  let nearest: Nearest<Found> | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const found of all) {
    if (expected.rule !== undefined && expected.rule !== found.rule) continue;
    const differs = differences(expected, found);
    const far = distance(differs);
    if (far >= least) continue;
    nearest = { found, differences: differs };
    least = far;
  }
  return nearest;
}

/** Rejected events that concern the case and that it does not speak of. */
export function unmentioned(testCase: TestCase, { rejections }: CaseRun): readonly Rejected[] {
  return rejections.filter(
    ({ kind, rule }) =>
      (kind === 'late' ? testCase.expectLate : testCase.expectInvalid) === undefined &&
      (rule === undefined || (testCase.rules?.includes(rule) ?? true)),
  );
}
