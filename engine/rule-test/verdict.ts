/** What is wrong with a case that was run: data, for whoever shows it. */
import type { AlertRecord } from '../alert/alert.ts';
import { assign } from './assignment.ts';
import type { ExpectedAlert, ExpectedRejection, TestCase } from './definition.ts';
import { type Difference, differences, distance } from './difference.ts';
import type { CaseRun, Moment, Rejected } from './run.ts';

export type Failure =
  | {
      readonly kind: 'missing-alert';
      readonly moment: number;
      readonly expected: ExpectedAlert;
      readonly nearest?: NearestAlert;
    }
  | { readonly kind: 'unexpected-alert'; readonly moment: number; readonly alert: AlertRecord }
  | { readonly kind: 'missing-rejection'; readonly as: Rejected['kind']; readonly expected: ExpectedRejection }
  | { readonly kind: 'unexpected-rejection'; readonly rejected: Rejected };

/** An alert that stands and was not expected, with what would have to differ. */
export interface NearestAlert {
  readonly alert: AlertRecord;
  readonly differences: readonly Difference[];
}

/** Everything that is wrong; empty where the case passes. */
export function failuresOf(testCase: TestCase, run: CaseRun): Failure[] {
  const about = (rule: string | undefined): boolean => rule === undefined || (testCase.rules?.includes(rule) ?? true);
  const rejections = run.rejections.filter(({ rule }) => about(rule));
  return [
    ...run.moments.flatMap((moment, index) => alertFailures(moment, index, about)),
    ...rejectionFailures('late', testCase.expectLate, rejections),
    ...rejectionFailures('invalid', testCase.expectInvalid, rejections),
  ];
}

function alertFailures({ expect, alerts }: Moment, moment: number, about: (rule: string) => boolean): Failure[] {
  const candidates = alerts.filter(({ rule }) => about(rule));
  // What was withdrawn does not stand: only who asks for it finds it.
  const isCandidate = (expected: ExpectedAlert, { status }: AlertRecord): boolean =>
    (status === 'withdrawn') === (expected.status === 'withdrawn');
  const partners = assign(expect.alerts.length, candidates.length, (one, other) => {
    const expected = expect.alerts[one];
    const alert = candidates[other];
    return (
      expected !== undefined &&
      alert !== undefined &&
      isCandidate(expected, alert) &&
      differences(expected, alert).length === 0
    );
  });
  const left = new Set(candidates.filter((alert, index) => alert.status !== 'withdrawn' && !partners.includes(index)));
  const missing = expect.alerts.filter((_, index) => partners[index] === undefined);
  const failures = missing.map((expected): Failure => {
    const nearest = nearestOf(expected, left);
    if (nearest !== undefined) left.delete(nearest.alert);
    return { kind: 'missing-alert', moment, expected, ...(nearest && { nearest }) };
  });
  return [...failures, ...[...left].map((alert): Failure => ({ kind: 'unexpected-alert', moment, alert }))];
}

/** The alert of the rule that differs least. */
export function nearestOf(expected: ExpectedAlert, alerts: Iterable<AlertRecord>): NearestAlert | undefined {
  let nearest: NearestAlert | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const alert of alerts) {
    if (expected.rule !== undefined && expected.rule !== alert.rule) continue;
    const found = differences(expected, alert);
    const far = distance(found);
    if (far >= least) continue;
    nearest = { alert, differences: found };
    least = far;
  }
  return nearest;
}

function rejectionFailures(
  as: Rejected['kind'],
  expected: readonly ExpectedRejection[] | undefined,
  rejections: readonly Rejected[],
): Failure[] {
  if (expected === undefined) return [];
  const found = rejections.filter(({ kind }) => kind === as);
  const partners = assign(expected.length, found.length, (one, other) => isAs(expected[one], found[other]));
  return [
    ...expected
      .filter((_, index) => partners[index] === undefined)
      .map((one): Failure => ({ kind: 'missing-rejection', as, expected: one })),
    ...found
      .filter((_, index) => !partners.includes(index))
      .map((rejected): Failure => ({ kind: 'unexpected-rejection', rejected })),
  ];
}

function isAs(expected: ExpectedRejection | undefined, found: Rejected | undefined): boolean {
  if (expected === undefined || found === undefined) return false;
  const { stream = found.record.stream, rule = found.rule, event = found.eventId, reason = '' } = expected;
  return (
    stream === found.record.stream && rule === found.rule && event === found.eventId && found.reason.includes(reason)
  );
}

/** Rejected events that concern the case and that it does not speak of. */
export function unmentioned(testCase: TestCase, { rejections }: CaseRun): readonly Rejected[] {
  return rejections.filter(
    ({ kind, rule }) =>
      (kind === 'late' ? testCase.expectLate : testCase.expectInvalid) === undefined &&
      (rule === undefined || (testCase.rules?.includes(rule) ?? true)),
  );
}
