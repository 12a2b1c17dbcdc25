/**
 * Events a second of a whole replay (Kinesis, the deployed functions, DynamoDB, SNS) against those of the embedded
 * Kinesis alone, in turns:
 *
 *     npx tsx bench/replay.ts [INPUT.ndjson] [--pipeline FILE] [--shards N] [--rounds N]
 *
 * Kinesis alone: the same file put by the same producer, and read meanwhile by the readers of the local run, one
 * process a stream, which do nothing with the records. It ends when the last record has been read; the replay when the
 * watermark is at the end and every alert has come out of SNS. Neither counts the start of its processes. Without INPUT,
 * all of Online Retail is converted.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadPipelineFile } from '../cli/pipeline-file.ts';
import { compileHere } from '../engine/plan/compile-here.ts';
import { callJson } from '../local/aws-call.ts';
import { Condition } from '../local/condition.ts';
import { startEmulator } from '../local/emulator.ts';
import { startLocal } from '../local/local-run.ts';
import { Producer } from '../local/producer.ts';
import { type NotSent, replay } from '../local/replay.ts';
import { cpuSeconds, median, thousands } from './measure.ts';
import { onlineRetail, pipeline } from './online-retail.ts';
import type { SinkReport, SinkRequest } from './shard-sink.ts';

interface Process {
  readonly name: string;
  readonly pid: number;
}

interface Round {
  readonly events: number;
  readonly seconds: number;
  /** Until the last event had been processed; the end of time and the last alerts come after it. */
  readonly through?: number;
  /** Processor time of each process while the clock ran. */
  readonly cpu: ReadonlyMap<string, number>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pipeline: { type: 'string', default: pipeline },
    shards: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
  },
});
const file = positionals[0] ?? (await onlineRetail());
const shards = Number(values.shards);
const { definition, faults } = loadPipelineFile(values.pipeline);
if (definition === undefined) throw new Error(`${values.pipeline} has faults: ${JSON.stringify(faults)}`);
const compiled = compileHere(definition);

const rate = (rounds: readonly Round[]): number => median(rounds.map(({ events, seconds }) => events / seconds));
const alone: Round[] = [];
const whole: Round[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  alone.push(await kinesisAlone());
  whole.push(await wholeReplay());
}
tell('Kinesis alone, put and get', alone);
tell('replay', whole);
console.log(`\nratio of the medians ${(rate(whole) / rate(alone)).toFixed(2)}, ${String(whole[0]?.events)} events`);

async function kinesisAlone(): Promise<Round> {
  const emulator = await startEmulator('kinesis');
  const { endpoint } = emulator;
  const moved = new Condition();
  const read = new Map<string, number>();
  const names = compiled.plan.streams.map(({ name }) => name);
  const sinks = await Promise.all(
    names.map(async (name) => {
      await callJson(endpoint, 'Kinesis_20131202', 'CreateStream', { StreamName: name, ShardCount: shards });
      const child = fork(fileURLToPath(new URL('./shard-sink.ts', import.meta.url)), {
        execArgv: ['--import', 'tsx'],
      });
      child.on('message', (count: SinkReport) => {
        read.set(name, count);
        moved.notify();
      });
      child.send({ endpoint, streamName: name } satisfies SinkRequest);
      // The first report, of no records, says that it reads.
      await once(child, 'message');
      return { name: `reader of ${name}`, pid: child.pid ?? 0, child };
    }),
  );
  try {
    const producer = new Producer(endpoint, new Map(names.map((name) => [name, name])));
    return await timed([{ name: 'kinesis', pid: emulator.pid }, ...sinks], async () => {
      const events = await play({ producer, waitForRoom: () => Promise.resolve() });
      while ([...read.values()].reduce((sum, count) => sum + count, 0) < events) await moved.wait();
      return { events };
    });
  } finally {
    for (const { child } of sinks) child.kill('SIGKILL');
    await emulator.stop();
  }
}

async function wholeReplay(): Promise<Round> {
  if (definition === undefined) throw new Error('no pipeline');
  let alerts = 0;
  const complain = (source: string, message: string): void => console.error(`${source}: ${message}`);
  const run = await startLocal({
    definition,
    shards,
    port: 0,
    history: true,
    onAlert: () => (alerts += 1),
    onLog: complain,
    onProblem: complain,
  });
  try {
    const round = await timed(run.processes, async (clock) => {
      const events = await play(run);
      await run.waitUntilRead();
      const through = clock();
      await run.advanceToEnd();
      await run.waitForAlerts();
      return { events, through };
    });
    const { late, invalid } = run.totals;
    if (late + invalid > 0 || alerts === 0) complain('replay', `${alerts} alerts, ${late} late, ${invalid} invalid`);
    return round;
  } finally {
    await run.stop();
  }
}

function play(run: Parameters<typeof replay>[0]['run']): Promise<number> {
  const { signal } = new AbortController();
  const notSent = ({ told }: NotSent): never => {
    throw new Error(told);
  };
  return replay({ file, speed: Infinity, compiled, run, progress: () => undefined, notSent, signal });
}

async function timed<T extends object>(
  processes: readonly Process[],
  work: (clock: () => number) => Promise<T>,
): Promise<T & Pick<Round, 'seconds' | 'cpu'>> {
  const all = [{ name: 'producer', pid: process.pid }, ...processes];
  const before = all.map(({ pid }) => cpuSeconds(pid));
  const started = performance.now();
  const clock = (): number => (performance.now() - started) / 1000;
  const result = await work(clock);
  const seconds = clock();
  const cpu = new Map(all.map(({ name, pid }, index) => [name, cpuSeconds(pid) - (before[index] ?? NaN)]));
  return { ...result, seconds, cpu };
}

function tell(name: string, rounds: readonly Round[]): void {
  const seconds = median(rounds.map((round) => round.seconds));
  const each = rounds.map((round) => thousands(round.events / round.seconds)).join(' ');
  const through = median(rounds.map((round) => round.through ?? round.seconds));
  console.log(
    `\n${name}: ${thousands(rate(rounds))} thousand events/s (${each}), ${seconds.toFixed(1)} s` +
      (through < seconds ? `, ${through.toFixed(1)} s until all events were processed` : ''),
  );
  for (const process of rounds[0]?.cpu.keys() ?? []) {
    const used = median(rounds.map(({ cpu }) => cpu.get(process) ?? NaN));
    console.log(`  ${used.toFixed(1).padStart(6)} s of CPU  ${process}`);
  }
}
