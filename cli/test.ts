/** `weir test`: the tests that stand beside a pipeline. */
import { existsSync } from 'node:fs';
import pc from 'picocolors';
import { compileHere } from '../engine/plan/compile-here.ts';
import { type CaseResult, caseResult } from '../engine/rule-test/case-result.ts';
import { withTestTables } from '../engine/rule-test/tables.ts';
import { type Output, reportOf, terminal } from './check.ts';
import { renderFaults } from './report.ts';
import { fileJson, type FileResult } from './test-json.ts';
import { findTestFiles, loadTestFile, type TestFile } from './test-file.ts';
import { caseReport } from './test-report.ts';

export interface TestOptions {
  readonly files: readonly string[];
  /** One JSON object for all files, for editors and scripts. */
  readonly json: boolean;
  readonly param: Readonly<Record<string, string>>;
}

export interface TestRun {
  /** 1 where a case fails or a file has faults, 2 where there is no test. */
  readonly code: number;
  /** Every file that was asked for, by its path, with its text; undefined where it could not be read. */
  readonly read: ReadonlyMap<string, string | undefined>;
}

/** Runs the tests once; with `json` prints one object, indented by `indent`. */
export function runTest({ files: named, json, param }: TestOptions, output: Output = terminal, indent = 2): TestRun {
  const given = named.length === 0 ? ['pipelines'] : named;
  const found = given.map((one) => ({ given: one, tests: findTestFiles(one) }));
  const without = found.filter(({ tests }) => tests.length === 0).map((one) => one.given);
  if (without.length > 0) {
    output.error(`weir test: there is no pipeline.test.yaml in ${without.join(', ')}, nor in a folder in it.`);
    return noTests;
  }
  const files = [...new Set(found.flatMap(({ tests }) => tests))];
  if (!files.some((file) => existsSync(file))) {
    output.error(`weir test: there is no ${files.join(', ')}.`);
    return noTests;
  }
  const results = files.map((file) => resultOf(loadTestFile(file, param)));
  const isGood = results.every(({ file, cases }) => file.ready !== undefined && cases.every(passes));
  if (json) output.out(JSON.stringify({ passes: isGood, files: results.map(fileJson) }, undefined, indent));
  else {
    for (const result of results) printFile(result, output);
    output.out(summary(results));
  }
  return { code: isGood ? 0 : 1, read: new Map(results.flatMap(({ file }) => [...file.read])) };
}

const noTests: TestRun = { code: 2, read: new Map() };

function resultOf(file: TestFile): FileResult {
  if (file.ready === undefined) return { file, cases: [] };
  const { test } = file.ready;
  const pipeline = withTestTables(file.ready.pipeline, test);
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
