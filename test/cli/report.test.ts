import { readdirSync, readFileSync } from 'node:fs';
import { reportOf } from '../../cli/check.ts';
import { loadPipelineFile } from '../../cli/pipeline-file.ts';
import { renderFaults } from '../../cli/report.ts';
import type { Fault } from '../../engine/fault.ts';

const folder = new URL('../engine/pipeline/broken/', import.meta.url).pathname;
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

const fault: Fault = {
  code: 'rule.where.type',
  severity: 'error',
  message: 'It is wrong.',
  place: { line: 1, column: 8, endLine: 1, endColumn: 12 },
};

const plain = { colour: false, path: 'p.yaml' };

// After a change of the reports: cd test/engine/pipeline/broken && npx weir check NAME.yaml > NAME.report.txt
test.each(files)('the report on %s says what a new user needs', (name) => {
  const file = { ...loadPipelineFile(folder + name), path: name };
  expect(`${reportOf(file, false)}\n`).toBe(readFileSync(folder + name.replace('.yaml', '.report.txt'), 'utf8'));
});

test('there are ten broken pipeline files or more, each with several faults', () => {
  expect(files.length).toBeGreaterThanOrEqual(10);
  // Of what cannot be run yet there is less and less.
  for (const name of files.filter((one) => one !== 'tomorrow.yaml'))
    expect(loadPipelineFile(folder + name).faults.length).toBeGreaterThan(5);
});

test('the place is underlined', () => {
  const report = renderFaults([fault], new Map([['', 'where: true\n']]), plain);
  expect(report.split('\n').slice(2)).toEqual(['  1 | where: true', '    |        ^^^^']);
});

test('a place of several lines is underlined to the end of its first line', () => {
  const long = { ...fault, place: { line: 1, column: 8, endLine: 3, endColumn: 2 } };
  const report = renderFaults([long], new Map([['', 'where: true\n  a\n  b\n']]), plain);
  expect(report.split('\n').at(-1)).toBe('    |        ^^^^');
});

test('a tab takes one column, so that the mark stands under its place', () => {
  const report = renderFaults([fault], new Map([['', '\t\twhere:true']]), plain);
  expect(report.split('\n').slice(2)).toEqual(['  1 | →→where:true', '    |        ^^^^']);
});

test('a long line is cut around its place', () => {
  const place = { line: 1, column: 1001, endLine: 1, endColumn: 1005 };
  const report = renderFaults(
    [{ ...fault, place }],
    new Map([['', `${'a'.repeat(1000)}true${'b'.repeat(1000)}`]]),
    plain,
  );
  const [line = '', mark = ''] = report.split('\n').slice(2);
  expect(line.length).toBeLessThan(180);
  expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('true');
});

test('escape codes of the file do not reach the terminal', () => {
  const report = renderFaults(
    [{ ...fault, message: '\u001b[2J' }],
    new Map([['', 'where: \u001b[31mtrue\u0007']]),
    plain,
  );
  expect(report).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test('colour is written where it is wanted and only there', () => {
  const sources = new Map([['', 'where: true']]);
  expect(renderFaults([fault], sources, { ...plain, colour: true })).toContain('\u001b[');
  expect(renderFaults([fault], sources, plain)).not.toContain('\u001b[');
});
