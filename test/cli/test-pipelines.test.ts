import path from 'node:path';
import pc from 'picocolors';
import { findTestFiles, loadTestFile } from '../../cli/test-file.ts';
import { caseReport } from '../../cli/test-report.ts';
import { compileHere } from '../../engine/plan/compile-here.ts';
import { caseResult } from '../../engine/rule-test/case-result.ts';
import { withTestTables } from '../../engine/rule-test/tables.ts';

const root = new URL('../../', import.meta.url).pathname;
const files = findTestFiles(path.join(root, 'pipelines')).map((file) => loadTestFile(file));

test('every pipeline of the repository has tests that can be run', () => {
  expect(files.map((file) => path.basename(path.dirname(file.path)))).toEqual(
    expect.arrayContaining(['online-retail', 'retail']),
  );
  expect(files.flatMap(({ faults }) => faults)).toEqual([]);
});

describe.each(files)('$path', ({ ready }) => {
  if (ready === undefined) throw new Error('the file or its pipeline has faults: see weir test');
  const { test: ruleTest } = ready;
  const pipeline = withTestTables(ready.pipeline, ruleTest);
  const compiled = compileHere(pipeline);

  test.each(ruleTest.cases)('$name', (testCase) => {
    const result = caseResult(pipeline, compiled, testCase);
    const report = caseReport(result, { pipeline: pipeline.name, test: ruleTest, paint: pc.createColors(false) });
    // A case whose events are rejected without a word could pass for the wrong reason: the report would say so.
    expect(report).toBe(`  ✓ ${testCase.name}`);
  });

  test('every rule with an alert is expected to speak in some case', () => {
    const spoken = new Set(ruleTest.cases.flatMap(({ expect: { alerts } }) => alerts.map(({ rule }) => rule)));
    const rules = pipeline.rules.filter(({ alert, mode }) => alert !== undefined && mode !== 'off');
    expect(rules.map(({ name }) => name).filter((name) => !spoken.has(name))).toEqual([]);
  });
});
