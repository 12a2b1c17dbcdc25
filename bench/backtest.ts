/**
 * Events a second of `weir backtest` against those of JSON.parse alone over the same lines, in turns, on one core:
 *
 *     taskset -c 0 npx tsx bench/backtest.ts [INPUT.ndjson] [--pipeline FILE] [--rounds N]
 *
 * The floor has its lines in memory as texts. The backtest is the command as a user runs it, measured twice: as it
 * reports itself (reading the file, the rules, sorting and printing what stands), and as a whole process, with the start
 * of Node and the compilation of the pipeline. Without INPUT, all of Online Retail is converted.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { median, thousands } from './measure.ts';
import { onlineRetail, pipeline, root } from './online-retail.ts';

interface Round {
  readonly seconds: number;
  /** What the command says of itself. */
  readonly reported?: number;
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
    pipeline: { type: 'string', default: pipeline },
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
const [floor = [], whole = []] = rounds;
const reported = whole.map((round) => ({ ...round, seconds: round.reported ?? NaN }));
tell('JSON.parse alone', floor);
tell('weir backtest, as it reports', reported);
tell('weir backtest, whole process', whole);
console.log(
  `ratios of the medians ${ratio(reported)} as reported, ${ratio(whole)} as a whole process, ${lines.length} events, ` +
    `at most ${Math.max(...whole.map(({ megabytes }) => megabytes ?? NaN)).toFixed(0)} MB`,
);

function tell(name: string, all: readonly Round[]): void {
  const each = all.map(({ seconds }) => thousands(lines.length / seconds)).join(' ');
  console.log(`${name.padEnd(28)} ${thousands(rate(all))} thousand events/s (${each})`);
}

function ratio(all: readonly Round[]): string {
  return (rate(all) / rate(floor)).toFixed(2);
}

function rate(all: readonly Round[]): number {
  return lines.length / median(all.map(({ seconds }) => seconds));
}

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

async function backtest(rules: string, file: string): Promise<Round> {
  const marker = 'largest-resident-set';
  const tell = `process.on('exit', () => console.error('${marker} ' + process.resourceUsage().maxRSS))`;
  const started = performance.now();
  const child = spawn(`${root}cli/weir.mjs`, ['backtest', rules, file, '--standing'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}` },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(-10_000)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`weir backtest ended with ${code ?? 'a signal'}:\n${stderr}`);
  const kilobytes = [...stderr.matchAll(new RegExp(`${marker} (\\d+)`, 'g'))].map(([, digits]) => Number(digits));
  const [, events = '', perSecond = ''] = /^([\d,]+) events in .* \(([\d,]+) a second\)/m.exec(stdout) ?? [];
  const reported = number(events) / number(perSecond);
  return { seconds, reported, megabytes: Math.max(...kilobytes) / 1024 };
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

function number(text: string): number {
  return Number(text.replaceAll(',', ''));
}
