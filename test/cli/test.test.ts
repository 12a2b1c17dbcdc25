import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTest } from '../../cli/test.ts';

const cases = new URL('rule-test/', import.meta.url).pathname;
const folder = `${mkdtempSync(path.join(tmpdir(), 'weir-test-'))}/`;

/** Puts a test file beside the pipeline that all of them test. */
function placed(name: string): string {
  copyFileSync(`${cases}shop.yaml`, `${folder}${name}.yaml`);
  copyFileSync(`${cases}${name}.test.yaml`, `${folder}${name}.test.yaml`);
  return `${folder}${name}.test.yaml`;
}

function weirTest(files: readonly string[], { json = false, param = {} } = {}) {
  const out: string[] = [];
  const error: string[] = [];
  const { code } = runTest(
    { files, json, param },
    { out: (text) => out.push(text), error: (text) => error.push(text), colour: false },
  );
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`.replaceAll(folder, '')).join('');
  return { code, out: text(out), error: text(error) };
}

interface Report {
  readonly passes: boolean;
  readonly files: readonly {
    readonly faults: readonly { readonly code: string }[];
    readonly cases: readonly {
      readonly failures: readonly { readonly nearest?: { readonly differences: readonly object[] } }[];
      readonly notes: readonly object[];
    }[];
  }[];
}

function parsed(out: string): Report {
  return JSON.parse(out) as Report;
}

// After a change of the reports: copy shop.yaml beside NAME.test.yaml as NAME.yaml, and weir test NAME.test.yaml.
test.each([
  ['passing', 0],
  ['failing', 1],
  ['broken', 1],
] as const)('the report on %s.test.yaml says what a user needs', (name, code) => {
  expect(weirTest([placed(name)])).toEqual({
    code,
    out: readFileSync(`${cases}${name}.report.txt`, 'utf8'),
    error: '',
  });
});

test('a case that fails says so in --json, with the alert that came nearest', () => {
  const { code, out } = weirTest([placed('failing')], { json: true });
  const report = parsed(out);
  expect(code).toBe(1);
  expect(report).toMatchObject({ passes: false, files: [{ path: 'failing.test.yaml', valid: true, faults: [] }] });
  const [wrong, missing, unexpected] = report.files[0]!.cases;
  expect(wrong).toMatchObject({ name: 'a wrong value', line: 3, passes: false });
  expect(wrong!.failures).toMatchObject([
    {
      kind: 'missing-alert',
      line: 10,
      expected: { rule: 'three-high-value-orders', values: { orders: 4 } },
      nearest: { alert: { status: 'open', values: { orders: 3, spent: 1900.1 } } },
    },
  ]);
  expect(wrong!.failures[0]!.nearest!.differences).toContainEqual({ field: 'values.orders', expected: 4, actual: 3 });
  expect(missing!.failures).toMatchObject([{ explanation: { sent: 6, taken: ['e1', 'e2', 'e4', 'e5'] } }]);
  expect(unexpected!.failures).toMatchObject([
    { kind: 'unexpected-alert', moment: 0, alert: { rule: 'many-returns' } },
  ]);
});

test('cases that pass say so in --json, with what was rejected', () => {
  const { code, out } = weirTest([placed('passing')], { json: true });
  const { passes, files } = parsed(out);
  expect({ code, passes }).toEqual({ code: 0, passes: true });
  expect(files[0]!.cases.at(-2)!.notes).toEqual([
    { kind: 'invalid', stream: 'carts', reason: 'eventId: must be a text or a number; this is a list' },
  ]);
});

test('a pipeline file and a folder mean the tests in them, each file once', () => {
  const shop = `${folder}shops/corner/`;
  mkdirSync(shop, { recursive: true });
  copyFileSync(`${cases}shop.yaml`, `${shop}pipeline.yaml`);
  copyFileSync(`${cases}passing.test.yaml`, `${shop}pipeline.test.yaml`);
  const { code, out } = weirTest([`${shop}pipeline.yaml`, `${folder}shops`, `${folder}shops/corner`]);
  expect(code).toBe(0);
  expect(out).toContain('8 cases in 1 file: 8 passed, 0 failed.');
});

test('a parameter takes the place of the one in the pipeline file', () => {
  const { code, out } = weirTest([placed('passing')], { param: { highValue: '650' } });
  expect(code).toBe(1);
  expect(out).toContain('it needs having: orders >= 3');
});

test('rejects a pipeline with faults with the report of weir check', () => {
  writeFileSync(`${folder}faulty.yaml`, 'pipeline: faulty\nstreams:\n');
  copyFileSync(`${cases}passing.test.yaml`, `${folder}faulty.test.yaml`);
  const { code, out } = weirTest([`${folder}faulty.test.yaml`]);
  expect(code).toBe(1);
  expect(out).toMatch(/^faulty\.yaml:1:1 pipeline\.rules\.missing\n[^]*\n1 file could not be run\.\n$/);
});

test('rejects a test file without its pipeline, one that is not there, and one with another name', () => {
  copyFileSync(`${cases}passing.test.yaml`, `${folder}alone.test.yaml`);
  writeFileSync(`${folder}notes.txt`, '');
  const { code, error } = weirTest([`${folder}alone.test.yaml`, `${folder}none.test.yaml`, `${folder}notes.txt`]);
  expect(code).toBe(1);
  const [alone, none, notes] = error.trim().split(/\n+/);
  expect(alone).toMatch(/^weir test: cannot read alone\.yaml: .*, and alone\.test\.yaml tests it$/);
  expect(none).toMatch(/^weir test: cannot read none\.test\.yaml: /);
  expect(notes).toMatch(/^weir test: notes\.txt is no test file: .* tests pipeline\.yaml beside it$/);
});

test('a folder without tests is a wrong call', () => {
  mkdirSync(`${folder}empty`);
  expect(weirTest([`${folder}empty`])).toEqual({
    code: 2,
    out: '',
    error: 'weir test: there is no pipeline.test.yaml in empty, nor in a folder in it.\n',
  });
});

test.each([
  ['', 'yaml.empty'],
  ['- a\n', 'yaml.not-a-map'],
  ['start: 2026-03-02T09:00:00Z\ncases:\n', 'test.cases.not-a-list'],
  ['start: 2026-03-02T09:00:00Z\ncases: []\n', 'test.cases.empty'],
  ['start: 2026-03-02T09:00:00Z\ncases:\n  - name: x\n   steps: []\n', 'yaml.no-colon'],
  ['start: 09:00\nstart: 10:00\ncases: [a]\n', 'yaml.duplicate-key'],
])('rejects the test file %j with %s', (text, code) => {
  copyFileSync(`${cases}shop.yaml`, `${folder}small.yaml`);
  writeFileSync(`${folder}small.test.yaml`, text);
  const { code: exit, out } = weirTest([`${folder}small.test.yaml`], { json: true });
  const [file] = parsed(out).files;
  expect(exit).toBe(1);
  expect(file!.faults.map((fault) => fault.code)).toContain(code);
  expect(JSON.stringify(file!.faults)).not.toContain("'pipeline', 'streams'");
});
