import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(path.join(tmpdir(), 'weir-check-'));

function weir(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'cli/weir.mjs'), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function written(name: string, content: string | Buffer): string {
  writeFileSync(path.join(folder, name), content);
  return name;
}

const valid = path.join(root, 'pipelines/retail/pipeline.yaml');

test('a valid file gets one friendly line and exit code 0', () => {
  expect(weir('check', valid)).toEqual({
    status: 0,
    stdout: `${valid}: retail is fine, with 4 streams and 12 rules.\n`,
    stderr: '',
  });
});

test('a file with faults gets its report and exit code 1; a file beside it is checked as well', () => {
  const { status, stdout, stderr } = weir('check', written('bad.yaml', 'pipeline: bad\nstreams:\n'), valid);
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(stdout).toMatch(
    /^bad\.yaml:1:1 pipeline\.rules\.missing\n[^]*\n\nbad\.yaml:2:1 pipeline\.streams\.not-a-map\n/,
  );
  expect(stdout).toMatch(/retail is fine/);
});

test('--json gives every fault with its place as data', () => {
  const { status, stdout } = weir('check', '--json', written('bad.yaml', 'pipeline: bad\nstreams:\n'));
  expect(status).toBe(1);
  const printed: unknown = JSON.parse(stdout);
  expect(printed).toMatchObject({ files: [{ path: 'bad.yaml', valid: false }] });
  expect(printed).toHaveProperty('files.0.faults.1', {
    code: 'pipeline.streams.not-a-map',
    severity: 'error',
    message: "'streams' has nothing under it.",
    allowed: 'a map of streams by name',
    place: { line: 2, column: 1, endLine: 2, endColumn: 8 },
  });
});

test('a file that cannot be read is named with the reason, without a stack trace', () => {
  const { status, stderr } = weir('check', 'missing.yaml', '.', 'missing/pipeline.yaml');
  expect(status).toBe(1);
  expect(stderr).toBe(
    [
      'missing.yaml: there is no such file',
      '.: it is a folder, not a file',
      'missing/pipeline.yaml: there is no such file',
      '',
    ]
      .map((line) => (line === '' ? '' : `weir check: cannot read ${line}`))
      .join('\n'),
  );
});

test('a file that is not UTF-8 is refused at the first character that cannot be read', () => {
  const { status, stdout } = weir('check', written('latin.yaml', Buffer.from('pipeline: caf\xe9\n', 'latin1')));
  expect(status).toBe(1);
  expect(stdout).toMatch(/^latin\.yaml:1:14 file\.not-utf8\n/);
});

test('a parameter of the command line takes the place of the one in the file', () => {
  const { status, stdout } = weir('check', valid, '--param', 'review=much', '--param', 'reviw=1');
  expect(status).toBe(1);
  expect(stdout).toMatch(/param\.unknown[^]*did you mean 'review'\?[^]*param\.type[^]*'much'/);
});

test.each([
  [['chek', 'a.yaml'], "weir: there is no command 'chek'; did you mean 'check'?"],
  [[], 'weir: it needs a command: check, backtest, test, explain or replay.'],
  [['check'], 'weir check: it needs a pipeline file.'],
  [['check', 'a.yaml', '--jsn'], "weir check: there is no option '--jsn'."],
  [
    ['check', 'a.yaml', '--param', 'x'],
    "weir check: --param needs name=value, for example --param review=2000, not 'x'.",
  ],
])('rejects the call %j with exit code 2', (args, message) => {
  const { status, stderr } = weir(...args);
  expect({ status, first: stderr.split('\n')[0] }).toEqual({ status: 2, first: message });
});

test('a pipeline without tests beside it is nothing to test: exit code 2', () => {
  const { status, stderr } = weir('test', written('alone.yaml', 'pipeline: alone\n'));
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: 'weir test: there is no alone.test.yaml.\n',
  });
});

test('--version is that of the package', () => {
  expect(weir('--version')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
});

test('a backtest reads a file that begins with the mark that Windows puts before UTF-8', () => {
  const event = { id: 'v1', at: '2026-03-02T09:00:00Z', type: 'visit', customerId: 'c1', page: '/' };
  const file = written('marked.ndjson', `\uFEFF${JSON.stringify({ stream: 'visits', event })}\r\n`);
  expect(weir('backtest', valid, file).stdout).toMatch(/^1 events? .* 0 invalid/m);
});

test('a backtest shows a rejected event with all of its fields, and reads on', () => {
  const pipeline = written(
    'small.yaml',
    `pipeline: small
streams:
  orders:
    partitionKey: event.customer
    eventTime: event.at
rules:
  big:
    from: orders
    where: event.total > 5
    alert:
      severity: low
      title: '{{ event.total }}'
`,
  );
  const good = { customer: 'ann', at: '2026-03-02T09:00:00Z', total: 6, note: 'good' };
  const events = [{ ...good, at: 'yesterday', note: 'bad' }, good].map((event) => ({ stream: 'orders', event }));
  const lines = [...events.map((event) => JSON.stringify(event)), '', '{"stream":"orders","event":', '   '];
  const { stdout } = weir('backtest', pipeline, written('small.ndjson', lines.join('\n')), '--json');
  const printed = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
  expect(printed).toMatchObject([
    { kind: 'alert', title: '6' },
    { kind: 'invalid', event: { customer: 'ann', total: 6, note: 'bad' } },
    { kind: 'invalid', reason: expect.stringMatching(/^small\.ndjson:4: /) as string },
  ]);
});

test('a backtest prints every revision of a result for readers outside, or what stands of it', () => {
  const pipeline = written(
    'revised.yaml',
    `pipeline: revised
streams:
  orders:
    partitionKey: event.customer
    eventTime: event.at
    eventId: event.id
rules:
  so-far:
    from: orders
    window:
      tumbling: 1h
    aggregate:
      n: count()
      spent: sum(event.total)
    having: spent < 10
    emit: changes
    into: spending
`,
  );
  const totals = [4, 5, 6, -6];
  const lines = totals.map((total, i) =>
    JSON.stringify({ stream: 'orders', event: { id: `e${i}`, customer: 'ann', at: `2026-03-02T09:0${i}:00Z`, total } }),
  );
  const file = written('revised.ndjson', lines.join('\n'));
  const printed = (...options: string[]) =>
    weir('backtest', pipeline, file, '--json', ...options)
      .stdout.split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as object);
  const all = printed();
  expect(all).toMatchObject([
    { kind: 'event', stream: 'spending', revision: 0, status: 'opened', value: { n: 1, spent: 4 } },
    { revision: 1, status: 'amended', value: { n: 2, spent: 9 } },
    { revision: 2, status: 'withdrawn', value: { n: 2, spent: 9 } },
    { revision: 3, status: 'reopened', value: { n: 4, spent: 9 } },
  ]);
  expect(printed('--standing')).toEqual(all.slice(3));
  expect(weir('backtest', pipeline, file).stdout).toMatch(/^ {2}so-far: 1 result stands$/m);
});

test.each(['check', 'backtest', 'test'])('weir %s --help shows examples', (command) => {
  const { status, stdout } = weir(command, '--help');
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples:\\n\\s+weir ${command}`));
});

test('explain says what each rule asks, how it runs and what it costs, as JSON too', () => {
  const { status, stdout, stderr } = weir('explain', valid, '--rate', '500');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('writer:  one: the key holds the partition key');
  expect(stdout).toMatch(/at most [\d.]+ a month at 500 events\/s/);
  const { rules } = JSON.parse(weir('explain', valid, '--json').stdout) as { rules: { rule: string }[] };
  expect(rules).toHaveLength(12);
});

test('explain --diff says what a deployment does to each rule', () => {
  const { status, stdout } = weir('explain', '--diff', valid, valid);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^keep {2}review-export +nothing changes$/m);
  expect(weir('explain', valid, valid)).toMatchObject({ status: 2, stdout: '' });
});
