import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listening.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-start-'));
const started: ChildProcess[] = [];

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the output holds the text. */
  says(text: string): Promise<void>;
}

function start(...args: readonly string[]): Program {
  const child = spawn(process.execPath, ['local/start.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let out = '';
  let error = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
  // What is still running then has something to tell, which a test that is cut off would not.
  const limit = setTimeout(() => child.kill('SIGKILL'), 80_000);
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code, out, error });
    }),
  );
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (out.includes(text)) resolve();
      };
      child.stdout.on('data', look);
      look();
      void ended.then(() => reject(new Error(`it ended without ${JSON.stringify(text)}:\n${out}${error}`)));
    });
  return { child, ended, says };
}

/** State and parent of a process; undefined where it has ended. */
function processStatus(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** The processes that this one has started, and those that they have. */
function descendants(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .map(Number)
    .filter((each) => processStatus(each)?.parent === pid);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** A process that has ended, and that nobody has asked how, is a zombie. */
function lives(pid: number): boolean {
  const status = processStatus(pid);
  return status !== undefined && status.state !== 'Z';
}

test('a bad pipeline gets the report of weir check', async () => {
  const pipeline = join(folder, 'bad.yaml');
  writeFileSync(pipeline, 'pipeline: bad\nstreams:\n  orders:\n    partitionKey: event.a +\nrules: {}\n');
  const { code, out, error } = await start('--pipeline', pipeline).ended;
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(error).toContain('bad.yaml:4:28 stream.partitionKey.syntax');
  expect(error).not.toMatch(/^\s+at /m);
});

test('a call that cannot be followed is told in a sentence, with where help is', async () => {
  const { code, error } = await start('--replay', 'nowhere.ndjson').ended;
  expect(code).toBe(1);
  expect(error).toBe('--replay nowhere.ndjson: there is no such file\n\nnpm start -- --help shows the options.\n');
});

test('a port that is taken is named, with what to do, and nothing is left running', async () => {
  const server: Server = createServer();
  const port = Number(new URL(await listen(server)).port);
  const program = start('--port', String(port));
  const { code, out, error } = await program.ended;
  server.close();
  // Nothing was started for it.
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(error).toContain(`Port ${port} is taken`);
  expect(error).toContain('--port 0');
  expect(error.trim().split('\n')).toHaveLength(1);
}, 90_000);

test('a replay plays all of its lines, tells what came of them, and ends by itself', async () => {
  const recording = join(folder, 'orders.ndjson');
  const order = (id: number) => ({
    stream: 'orders',
    event: {
      id: `e${id}`,
      at: new Date(Date.UTC(2026, 2, 2, 9, id)).toISOString(),
      type: 'dispatched',
      orderId: `o${id}`,
      customerId: `c${id}`,
      total: 999 + id,
      country: 'FR',
    },
  });
  writeFileSync(recording, [1, 2, 3].map((id) => `${JSON.stringify(order(id))}\n`).join(''));
  const { code, out, error } = await start('--port', '0', '--replay', recording).ended;
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(out).toMatch(/^3 events in [\d.]+ s, \d+ events\/s; 0 late, 0 invalid\.$/m);
  expect(out).toMatch(/^ {2}review-export +2 opened$/m);
}, 90_000);

test('Ctrl-C during the start ends it as well, without a stack trace', async () => {
  const program = start('--port', '0');
  await program.says('Starting');
  // Once in the middle of what blocks this process, as a terminal sends it: to every process of the group.
  while (descendants(program.child.pid!).length < 3) await sleep(20);
  for (const pid of [program.child.pid!, ...descendants(program.child.pid!)]) process.kill(pid, 'SIGINT');
  const { code, out, error } = await program.ended;
  expect({ code, error }).toEqual({ code: 130, error: '' });
  expect(out).toMatch(/\nEnding …\n$/);
}, 90_000);

test('Ctrl-C ends everything within two seconds and leaves no process behind', async () => {
  const program = start('--port', '0', '--rate', '200');
  await program.says('Playing a shop');
  await program.says('review-export');
  const children = descendants(program.child.pid!);
  expect(children.length).toBeGreaterThanOrEqual(8);
  const asked = performance.now();
  program.child.kill('SIGINT');
  const { code, error } = await program.ended;
  expect(performance.now() - asked).toBeLessThan(2000);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  // What a killed process leaves to its own children takes them a moment to notice.
  for (let tries = 0; children.some(lives) && tries < 50; tries += 1) await sleep(20);
  expect(children.filter(lives)).toEqual([]);
}, 90_000);
