import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { columns } from '../../../pipelines/online-retail/online-retail-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-'));
  const rows = ['1,A,CUP,1,2010-12-01 08:26:00,1.5,,France', '1,B,MUG,some,2010-12-01 08:26:00,1.5,,France'];
  writeFileSync(join(folder, 'in.csv'), [columns, ...rows, ''].join('\n'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const root = fileURLToPath(new URL('../../..', import.meta.url));

function convert(...args: readonly string[]): { status: number | null; stderr: string } {
  const script = join(root, 'pipelines/online-retail/convert.ts');
  return spawnSync(process.execPath, ['--import', 'tsx', script, ...args], { encoding: 'utf8', cwd: root });
}

test('the converter writes one stream, lists what it could not convert, and sums up', () => {
  const { status, stderr } = convert(join(folder, 'in.csv'), join(folder, 'out.ndjson'), '--stream', 'orders');
  expect(stderr).toMatch(
    /^line 2 has the quantity 'some', not an integer\n1 lines, 1 invoices, 1 lines that could not be converted, in [\d.]+ s\n$/,
  );
  expect(status).toBe(0);
  expect(readFileSync(join(folder, 'out.ndjson'), 'utf8')).toMatch(/^\{"stream":"orders".*\}\n$/);
});

test.each([
  ['no output', ['in.csv'], 'usage: npx tsx pipelines/online-retail/convert.ts INPUT.csv[.gz]'],
  ['another stream', ['in.csv', 'out', '--stream', 'carts'], "--stream is 'carts', not lines, orders or both"],
  ['no number of lines', ['in.csv', 'out', '--first', '0'], "--first is '0', not a number of lines above 0"],
  ['no file', ['none.csv', 'out'], 'no such file or directory'],
])('rejects %s', (_, [input = '', ...rest], message) => {
  const { status, stderr } = convert(
    join(folder, input),
    ...rest.map((arg) => arg.replace(/^out$/, join(folder, 'out'))),
  );
  expect(stderr).toContain(message);
  expect(status).toBe(1);
});
