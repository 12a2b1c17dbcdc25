/**
 * Events a second of `weir backtest` against those of JSON.parse alone over the same lines, in turns, on one core:
 *
 *     taskset -c 0 npx tsx bench/backtest.ts [INPUT.ndjson] [--pipeline FILE] [--rounds N]
 *
 * The floor has its lines in memory as texts. The backtest is the command as a user runs it: start of the process,
 * reading the file, the rules, sorting and printing what stands. Without INPUT, all of Online Retail is converted.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { records } from '../pipelines/online-retail/conversion.ts';
import { readOnlineRetail, writeNdjson } from '../pipelines/online-retail/online-retail-file.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = `${root}../shared/data/online-retail/online-retail.csv.gz`;

interface Round {
  readonly seconds: number;
  /** Largest resident set, where the contender has a process of its own. */
  readonly megabytes?: number;
}

interface Contender {
  readonly name: string;
  readonly run: () => Round | Promise<Round>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pipeline: { type: 'string', default: `${root}pipelines/online-retail/pipeline.yaml` },
    rounds: { type: 'string', default: '5' },
  },
});
const input = positionals[0] ?? (await onlineRetail());
const lines = linesOf(readFileSync(input));
const contenders: readonly Contender[] = [
  { name: 'JSON.parse alone', run: () => parseAll(lines) },
  { name: 'weir backtest', run: () => backtest(values.pipeline, input) },
];

const rounds = contenders.map((): Round[] => []);
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const [index, contender] of contenders.entries()) rounds[index]?.push(await contender.run());
}
const rates = rounds.map((all) => lines.length / median(all.map(({ seconds }) => seconds)));
for (const [index, { name }] of contenders.entries()) {
  const all = rounds[index] ?? [];
  const each = all.map(({ seconds }) => thousands(lines.length / seconds)).join(' ');
  const memory = all.flatMap(({ megabytes }) => megabytes ?? []);
  console.log(
    `${name.padEnd(18)} ${thousands(rates[index] ?? NaN)} thousand events/s (${each})` +
      (memory.length > 0 ? `, at most ${Math.max(...memory).toFixed(0)} MB` : ''),
  );
}
console.log(`ratio of the medians ${((rates[1] ?? NaN) / (rates[0] ?? NaN)).toFixed(2)}, ${lines.length} events`);

/** What the parser makes is looked at, so that no round can be optimised away. */
function parseAll(all: readonly string[]): Round {
  const started = performance.now();
  let streams = 0;
  for (const line of all) {
    const record = JSON.parse(line) as { readonly stream?: unknown };
    if (typeof record.stream === 'string') streams += 1;
  }
  const seconds = (performance.now() - started) / 1000;
  if (streams !== all.length) throw new Error(`${all.length - streams} lines of ${input} name no stream`);
  return { seconds };
}

async function backtest(pipeline: string, file: string): Promise<Round> {
  const marker = 'largest-resident-set';
  const tell = `process.on('exit', () => console.error('${marker} ' + process.resourceUsage().maxRSS))`;
  const started = performance.now();
  const child = spawn(process.execPath, [`${root}cli/weir.mjs`, 'backtest', pipeline, file, '--json', '--standing'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}` },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`weir backtest ended with ${code ?? 'a signal'}:\n${stderr}`);
  const kilobytes = [...stderr.matchAll(new RegExp(`${marker} (\\d+)`, 'g'))].map(([, digits]) => Number(digits));
  return { seconds, megabytes: Math.max(...kilobytes) / 1024 };
}

/** Texts of their own, each as the reader of a file makes them. */
function linesOf(file: Buffer): string[] {
  const texts: string[] = [];
  for (let start = 0; start < file.length; ) {
    const newline = file.indexOf(10, start);
    const end = newline === -1 ? file.length : newline;
    if (end > start) texts.push(file.toString('utf8', start, end));
    start = end + 1;
  }
  return texts;
}

async function onlineRetail(): Promise<string> {
  const converted = `${root}.weir/bench/online-retail.ndjson`;
  if (!existsSync(converted)) {
    mkdirSync(`${root}.weir/bench`, { recursive: true });
    await writeNdjson(converted, records(await readOnlineRetail(source)));
  }
  return converted;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

function thousands(rate: number): string {
  return (rate / 1000).toFixed(0);
}
