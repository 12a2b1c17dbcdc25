import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'weir-app-'));

/** Runs the application as the CDK does. */
function app(context: Readonly<Record<string, string>>): { readonly status: number | null; readonly stderr: string } {
  const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: join(folder, 'out') };
  return spawnSync(process.execPath, ['--import', 'tsx', 'infra/app.ts'], { env, encoding: 'utf8' });
}

test('a bad pipeline file fails synth with the report of weir check, and no stack trace', () => {
  const pipeline = join(folder, 'bad.yaml');
  writeFileSync(pipeline, 'pipeline: bad\nstreams:\n  orders:\n    partitionKey: event.a +\nrules: {}\n');
  const { status, stderr } = app({ pipeline });
  expect(status).toBe(1);
  expect(stderr).toContain('bad.yaml:4:28 stream.partitionKey.syntax');
  expect(stderr).toContain('rule.none');
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('a good one says nothing', () => {
  expect(app({ pipeline: 'pipelines/retail/pipeline.yaml' })).toMatchObject({ status: 0, stderr: '' });
});

test('a table with a bad row fails synth at the row', () => {
  const pipeline = join(folder, 'table.yaml');
  writeFileSync(join(folder, 'rates.csv'), 'currency,gbp\nEUR,0.85\nUSD,\n');
  writeFileSync(
    pipeline,
    `pipeline: p
streams: { orders: { partitionKey: event.c } }
tables: { rates: { file: rates.csv, key: event.currency, value: { gbp: double(event.gbp) } } }
rules: { r: { from: orders, alert: { severity: low, title: x } } }
`,
  );
  const { status, stderr } = app({ pipeline });
  expect(status).toBe(1);
  expect(stderr).toContain('rates.csv:3:1 table.row.failed');
});

test('a file that is not there fails synth in a line', () => {
  expect(app({ pipeline: 'nowhere.yaml' })).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^[^\n]*nowhere\.yaml[^\n]*\n$/) as string,
  });
});
