import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { records } from '../../../pipelines/online-retail/conversion.ts';
import { columns, readOnlineRetail, writeNdjson } from '../../../pipelines/online-retail/online-retail-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const csv = `${columns}
1,A,"SET OF 3, ""SMALL""",1,2010-12-01 08:26:00,1.5,,France
1,B,,2,2010-12-01 08:26:00,1.5,,France
2,C,VOUCHER £40,1,2010-12-01 08:27:00,40,17850.0,EIRE
`;

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test.each(['data.csv', 'data.csv.gz'])('%s is read with its quotes, empty cells and pounds', async (name) => {
  const { lines } = await readOnlineRetail(file(name, name.endsWith('.gz') ? gzipSync(csv) : csv));
  expect(lines.map(({ event }) => event.description)).toEqual(['SET OF 3, "SMALL"', '', 'VOUCHER £40']);
});

test('the first lines make orders of what was read of them', async () => {
  const { lines, orders } = await readOnlineRetail(file('data.csv', csv), { first: 1 });
  expect(lines).toHaveLength(1);
  expect([...orders.values()]).toMatchObject([{ id: '1', total: 1.5, lines: 1 }]);
});

test.each([
  ['another file', file.bind(undefined, 'other.csv', 'a,b\n1,2\n'), `begins with 'a,b', not with '${columns}'`],
  ['an empty file', file.bind(undefined, 'empty.csv', ''), 'is empty'],
  [
    'half of a packed file',
    file.bind(undefined, 'half.csv.gz', gzipSync(csv).subarray(0, 80)),
    'unexpected end of file',
  ],
  ['no file', () => join(folder, 'none.csv'), 'no such file'],
])('rejects %s', async (_, path, message) => {
  await expect(readOnlineRetail(path())).rejects.toThrow(message);
});

test.each(['data.ndjson', 'data.ndjson.gz'])('%s holds one record a line', async (name) => {
  const conversion = await readOnlineRetail(file('data.csv', csv));
  const output = join(folder, name);
  await writeNdjson(output, records(conversion));
  const bytes = readFileSync(output);
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([...records(conversion)]);
});
