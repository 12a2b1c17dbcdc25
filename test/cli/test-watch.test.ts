import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { watchTests } from '../../cli/test-watch.ts';

const cases = new URL('rule-test/', import.meta.url).pathname;

/** A folder with a pipeline whose cases all pass, and a schema beside it. */
function shop() {
  const folder = mkdtempSync(path.join(tmpdir(), 'weir-watch-'));
  const file = (name: string): string => path.join(folder, name);
  const pipeline = readFileSync(`${cases}shop.yaml`, 'utf8');
  writeFileSync(file('pipeline.yaml'), pipeline.replace('  carts:\n', '  carts:\n    schema: cart.json\n'));
  writeFileSync(file('cart.json'), '{"type": "object"}');
  copyFileSync(`${cases}passing.test.yaml`, file('pipeline.test.yaml'));
  const edit = (name: string, from: string, to: string): void =>
    writeFileSync(file(name), readFileSync(file(name), 'utf8').replace(from, to));
  return { folder, file, edit };
}

/** What is printed, a run at a time. */
class Runs {
  readonly #stop = new AbortController();
  readonly code: Promise<number>;
  readonly #lines: string[] = [];
  #waiting: (() => void) | undefined;
  clears = 0;

  constructor(folder: string, json = false) {
    const out = (text: string): void => {
      this.#lines.push(text);
      this.#waiting?.();
    };
    const output = { out, error: out, colour: false, clear: () => this.clears++ };
    this.code = watchTests({ files: [folder], json, param: {} }, this.#stop.signal, output);
  }

  /** All that was printed since the last call, up to a line. */
  async until(last: RegExp): Promise<string> {
    for (;;) {
      const at = this.#lines.findIndex((line) => last.test(line));
      if (at >= 0) return this.#lines.splice(0, at + 1).join('\n');
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }

  stop(): Promise<number> {
    this.#stop.abort();
    return this.code;
  }
}

const waits = /Ctrl-C ends it/;

test('the tests run again when the file of a table changes', async () => {
  const { folder, file, edit } = shop();
  writeFileSync(file('limits.csv'), 'name,limit\nhigh,500\n');
  edit(
    'pipeline.yaml',
    'rules:\n',
    'tables:\n  limits: { file: limits.csv, key: event.name, value: { limit: int(event.limit) } }\nrules:\n',
  );
  edit('pipeline.yaml', 'params.highValue', 'tables.limits.high.limit');
  const runs = new Runs(folder);
  expect(await runs.until(waits)).toMatch(/8 passed, 0 failed\.\n\nWatching 4 files\./);
  edit('limits.csv', '500', '650');
  expect(await runs.until(waits)).toContain('it needs having: orders >= 3');
  edit('limits.csv', '650', 'many');
  expect(await runs.until(waits)).toContain('limits.csv:2:1 table.row.failed');
  edit('limits.csv', 'many', '500');
  expect(await runs.until(waits)).toContain('8 passed, 0 failed.');
  await runs.stop();
  rmSync(folder, { recursive: true });
});

test('the tests run again when the pipeline, the tests or a schema change, on an empty screen each time', async () => {
  const { folder, file, edit } = shop();
  const runs = new Runs(folder);
  expect(await runs.until(waits)).toMatch(/8 passed, 0 failed\.\n\nWatching 3 files\./);
  edit('pipeline.yaml', 'highValue: 500', 'highValue: 650');
  expect(await runs.until(waits)).toContain('it needs having: orders >= 3');
  edit('pipeline.yaml', 'highValue: 650', 'highValue: 500');
  expect(await runs.until(waits)).toContain('8 passed, 0 failed.');
  edit('pipeline.test.yaml', '{ orders: 4 }', '{ orders: 5 }');
  expect(await runs.until(waits)).toContain('expected 5, is 4');
  edit('pipeline.test.yaml', '{ orders: 5 }', '{ orders: 4 }');
  expect(await runs.until(waits)).toContain('8 passed, 0 failed.');
  edit('cart.json', '"object"', '"array"');
  expect(await runs.until(waits)).toContain('schema');
  expect(runs.clears).toBe(6);
  rmSync(file('cart.json'));
  expect(await runs.until(waits)).toContain('stream.schema.no-file');
  writeFileSync(file('cart.json'), '{}');
  expect(await runs.until(waits)).toContain('8 passed, 0 failed.');
  expect(await runs.stop()).toBe(0);
});

test('a file that an editor puts in the place of the old one is noticed, and one without a change is not', async () => {
  const { folder, file } = shop();
  const runs = new Runs(folder, true);
  expect(await runs.until(/"passes"/)).toMatch(/^\{"passes":true,/);
  const text = readFileSync(file('pipeline.test.yaml'), 'utf8');
  writeFileSync(file('pipeline.test.yaml'), text);
  writeFileSync(file('pipeline.test.yaml~'), text.replace('{ orders: 4 }', '{ orders: 5 }'));
  renameSync(file('pipeline.test.yaml~'), file('pipeline.test.yaml'));
  expect(await runs.until(/"passes"/)).toMatch(/^\{"passes":false,/);
  expect(await runs.stop()).toBe(1);
});

test('where there is no test there is nothing to watch', async () => {
  expect(await new Runs(mkdtempSync(path.join(tmpdir(), 'weir-watch-'))).code).toBe(2);
});

test('Ctrl-C ends the command with the exit code of the last run', async () => {
  const { folder } = shop();
  const command = spawn(process.execPath, ['cli/weir.mjs', 'test', '--watch', folder], { stdio: 'pipe' });
  const ended = new Promise((resolve) => command.on('exit', resolve));
  let printed = '';
  for await (const text of command.stdout.setEncoding('utf8')) {
    printed += String(text);
    if (waits.test(printed)) command.kill('SIGINT');
  }
  expect(await ended).toBe(0);
  expect(printed).toContain('8 passed, 0 failed.');
  expect(printed).not.toContain('\u001B');
}, 30_000);
