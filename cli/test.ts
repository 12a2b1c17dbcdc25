/** `weir test`: the tests that stand beside a pipeline. */
import { existsSync } from 'node:fs';
import pc from 'picocolors';
import type { AlertRecord } from '../engine/alert/alert.ts';
import { alertJson } from '../engine/alert/message.ts';
import { compileHere } from '../engine/plan/compile-here.ts';
import { type CaseResult, caseResult, type ExplainedFailure } from '../engine/rule-test/case-result.ts';
import { expectedJson } from '../engine/rule-test/difference.ts';
import type { Rejected } from '../engine/rule-test/run.ts';
import { type Output, reportOf, terminal } from './check.ts';
import { renderFaults } from './report.ts';
import { findTestFiles, loadTestFile, type TestFile } from './test-file.ts';
import { caseReport } from './test-report.ts';

export interface TestOptions {
  readonly files: readonly string[];
  /** One JSON object for all files, for editors and scripts. */
  readonly json: boolean;
  readonly param: Readonly<Record<string, string>>;
}

interface FileResult {
  readonly file: TestFile;
  readonly cases: readonly CaseResult[];
}

/** Runs the tests and gives the exit code: 1 where a case fails or a file has faults, 2 where there is no test. */
export function runTest({ files: named, json, param }: TestOptions, output: Output = terminal): number {
  const given = named.length === 0 ? ['pipelines'] : named;
  const found = given.map((one) => ({ given: one, tests: findTestFiles(one) }));
  const without = found.filter(({ tests }) => tests.length === 0).map((one) => one.given);
  if (without.length > 0) {
    output.error(`weir test: there is no pipeline.test.yaml in ${without.join(', ')}, nor in a folder in it.`);
    return 2;
  }
  const files = [...new Set(found.flatMap(({ tests }) => tests))];
  if (!files.some((file) => existsSync(file))) {
    output.error(`weir test: there is no ${files.join(', ')}.`);
    return 2;
  }
  const results = files.map((file) => resultOf(loadTestFile(file, param)));
  const isGood = results.every(({ file, cases }) => file.ready !== undefined && cases.every(passes));
  if (json) output.out(JSON.stringify({ passes: isGood, files: results.map(asJson) }, undefined, 2));
  else {
    for (const result of results) printFile(result, output);
    output.out(summary(results));
  }
  return isGood ? 0 : 1;
}

function resultOf(file: TestFile): FileResult {
  if (file.ready === undefined) return { file, cases: [] };
  const { pipeline, test } = file.ready;
  const compiled = compileHere(pipeline);
  return { file, cases: test.cases.map((testCase) => caseResult(pipeline, compiled, testCase)) };
}

function passes({ failures }: CaseResult): boolean {
  return failures.length === 0;
}

function printFile({ file, cases }: FileResult, { out, error, colour }: Output): void {
  const { path, ready, unreadable, faultyPipeline, faults, text } = file;
  if (unreadable !== undefined) error(`weir test: ${unreadable}\n`);
  else if (faultyPipeline !== undefined) out(`${reportOf(faultyPipeline, colour)}\n`);
  else if (faults.length > 0) out(`${renderFaults(faults, new Map([['', text]]), { colour, path })}\n`);
  if (ready === undefined) return;
  const paint = pc.createColors(colour);
  const context = { pipeline: ready.pipeline.name, test: ready.test, paint };
  out([paint.bold(path), ...cases.map((result) => caseReport(result, context)), ''].join('\n'));
}

function summary(results: readonly FileResult[]): string {
  const cases = results.flatMap((result) => result.cases);
  const failed = cases.filter((result) => !passes(result)).length;
  const broken = results.filter(({ file }) => file.ready === undefined).length;
  const files = results.length - broken;
  const parts = [
    ...(files === 0
      ? []
      : [
          `${counted(cases.length, 'case')} in ${counted(files, 'file')}: ${cases.length - failed} passed, ${failed} failed`,
        ]),
    ...(broken === 0 ? [] : [`${counted(broken, 'file')} could not be run`]),
  ];
  return `${parts.join('; ')}.`;
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

function asJson({ file, cases }: FileResult): object {
  const { path, unreadable, faultyPipeline, faults } = file;
  return {
    path,
    valid: file.ready !== undefined,
    ...(unreadable !== undefined && { unreadable }),
    ...(faultyPipeline && { pipeline: { path: faultyPipeline.path, faults: faultyPipeline.faults } }),
    faults,
    cases: cases.map((result) => ({
      name: result.testCase.name,
      line: result.testCase.place.line,
      passes: passes(result),
      failures: result.failures.map(failureJson),
      notes: result.unmentioned.map(rejectedJson),
    })),
  };
}

function failureJson({ failure, explanation }: ExplainedFailure): object {
  const { kind } = failure;
  switch (kind) {
    case 'missing-alert': {
      const { expected, nearest, moment } = failure;
      return {
        kind,
        moment,
        line: expected.place.line,
        expected: expectedJson(expected),
        ...(nearest && { nearest: { alert: recordJson(nearest.alert), differences: nearest.differences } }),
        ...(explanation && {
          explanation: {
            ...explanation,
            rejected: explanation.rejected.map(rejectedJson),
            revisions: explanation.revisions.map(recordJson),
            ...(explanation.window && { window: recordJson(explanation.window) }),
          },
        }),
      };
    }
    case 'unexpected-alert':
      return { kind, moment: failure.moment, alert: recordJson(failure.alert) };
    case 'missing-rejection': {
      const { place, ...expected } = failure.expected;
      return { kind, as: failure.as, line: place.line, expected };
    }
    case 'unexpected-rejection':
      return { kind, rejected: rejectedJson(failure.rejected) };
  }
}

function recordJson({ rule, id, status, revision, content }: AlertRecord): object {
  return { rule, id, status, revision, ...alertJson(content) };
}

function rejectedJson({ kind, record, rule, eventId, reason }: Rejected): object {
  return {
    kind,
    stream: record.stream,
    ...(rule !== undefined && { rule }),
    ...(eventId !== undefined && { event: eventId }),
    reason,
  };
}
