/** Runs a case and judges it: what every caller of the rule tests needs. */
import type { PipelineDefinition } from '../pipeline/definition.ts';
import type { Compiled } from '../plan/program.ts';
import type { TestCase } from './definition.ts';
import { explain, type Explanation } from './explanation.ts';
import { type Rejected, runCase } from './run.ts';
import { type Failure, failuresOf, unmentioned } from './verdict.ts';

export interface CaseResult {
  readonly testCase: TestCase;
  readonly failures: readonly ExplainedFailure[];
  /** Rejected events that the case does not speak of. */
  readonly unmentioned: readonly Rejected[];
  /** How many moments were looked at; the last is the end. */
  readonly moments: number;
}

export interface ExplainedFailure {
  readonly failure: Failure;
  /** Why nothing stands, where nothing of the rule is near. */
  readonly explanation?: Explanation;
}

export function caseResult(pipeline: PipelineDefinition, compiled: Compiled, testCase: TestCase): CaseResult {
  const run = runCase(compiled, testCase);
  const failures = failuresOf(testCase, run).map((failure): ExplainedFailure => {
    if (failure.kind !== 'missing-alert' || failure.nearest !== undefined) return { failure };
    const explanation = explain(pipeline, testCase, run, failure);
    return { failure, ...(explanation && { explanation }) };
  });
  return { testCase, failures, unmentioned: unmentioned(testCase, run), moments: run.moments.length };
}
