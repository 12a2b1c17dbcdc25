/** What a batch did, as one log line says it. */
import { loggedReason } from '../intake/faults.ts';
import type { Rejection } from '../intake/input-record.ts';
import type { Plan } from '../plan/plan.ts';
import type { Told } from './alert-store.ts';

export interface BatchReport {
  readonly stream: string;
  readonly shard: string;
  readonly records: number;
  /** Records that an earlier delivery had finished. */
  readonly repeated: number;
  /** Events that a producer sent again, by their ids: not counted again. */
  readonly resent: number;
  /** The lowest sequence number that there was no time for: the batch must come again from there. */
  readonly unfinished?: string;
  readonly matched: number;
  readonly alerts: number;
  readonly amended: number;
  readonly withdrawn: number;
  readonly late: number;
  readonly invalid: number;
  readonly missingTexts: number;
  /** Predicates that could not be evaluated, by the rules that have any. */
  readonly predicateFailures: Readonly<Record<string, number>>;
  /** The newest reason for which an event was rejected, without any value that it holds. */
  readonly reason?: string;
}

type Counted = 'alerts' | 'amended' | 'withdrawn' | 'late' | 'invalid' | 'reason' | 'unfinished';

export function batchReport(
  counts: Omit<BatchReport, Counted>,
  unfinished: string | undefined,
  told: readonly Told[],
  rejections: readonly Rejection[],
): BatchReport {
  const last = rejections.at(-1);
  return {
    ...counts,
    alerts: total(told, 'opened'),
    amended: total(told, 'amended'),
    withdrawn: total(told, 'withdrawn'),
    late: rejections.filter(({ kind }) => kind === 'late').length,
    invalid: rejections.filter(({ kind }) => kind === 'invalid').length,
    ...(unfinished !== undefined && { unfinished }),
    ...(last !== undefined && { reason: loggedReason(last) }),
  };
}

/** Predicates that failed, by the names of the rules that have any. */
export function failuresByRule({ rules }: Pick<Plan, 'rules'>, failures: readonly number[]): Record<string, number> {
  return Object.fromEntries(failures.flatMap((count, rule) => [[rules[rule]?.name ?? rule, count]]));
}

function total(told: readonly Told[], what: keyof Told): number {
  return told.reduce((sum, one) => sum + one[what], 0);
}
