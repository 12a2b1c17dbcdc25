/**
 * Events a second of the engine against those of JSON.parse over the same events, in turns, on one core:
 *
 *     NODE_OPTIONS=--max-semi-space-size=64 taskset -c 0 npx tsx bench/rules.ts [--events N] [--rounds N] [--only TEXT]
 *
 * The flag is that of `weir`; Lambda's runtime gives young objects a twentieth of the memory, 88 MB at 1,769. The events
 * come as batches of Kinesis records, in base64, and go the way that a function takes them: decoder, intake, rules, in
 * memory; each round begins without state, or with one event of every key. Seconds are the processor's, of all threads:
 * on one core that is what a clock shows where nobody else uses it. Floors are JSON.parse of the texts alone, and of the
 * decoded base64. The backtest's way from lines of a file has the lines as its floor. Each contender takes turns with its
 * floors in a process of its own, as a function runs one pipeline: code that has met five is compiled for all of them.
 */
import type { KinesisStreamEvent } from 'aws-lambda';
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { RecordedEvents } from '../cli/recorded-events.ts';
import type { InputRecord } from '../engine/intake/input-record.ts';
import { readPipeline } from '../engine/pipeline/read.ts';
import { compileHere } from '../engine/plan/compile-here.ts';
import type { Compiled } from '../engine/plan/program.ts';
import { InMemoryRun } from '../engine/run/in-memory-run.ts';
import { eventDecoder } from '../functions/event-decoder.ts';
import { inputRecords } from '../functions/input-records.ts';
import { decode } from '../functions/record-data.ts';
import { median, thousands } from './measure.ts';
import { slidingWhole, slidingWindow, statelessRules, statelessWhole, threeSteps } from './rule-pipelines.ts';
import { sampleOrders } from './sample-orders.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
    contender: { type: 'string' },
  },
});
const events = Number(values.events);
const keys = 100_000;
const batchSize = 1000;
const pieceSize = 64 * 1024;

/** The events as each contender takes them; `firsts` are the first of every key. */
interface Given {
  readonly texts: readonly string[];
  readonly batches: readonly KinesisStreamEvent[];
  readonly firsts: readonly KinesisStreamEvent[];
  readonly lines: readonly string[];
}

interface Contender {
  readonly name: string;
  /** What the ratio is meant to reach, by bytes of an event. */
  readonly goals?: Readonly<Record<number, number>>;
  /** By name; a floor has none itself. */
  readonly floors: readonly string[];
  /** Makes ready what is not measured, and answers what is. */
  readonly ready: (given: Given) => () => unknown;
}

const stateless = compiled(statelessRules);
const sliding = compiled(slidingWindow);
const sequence = compiled(threeSteps);
const wholeStateless = compiled(statelessWhole);
const wholeSliding = compiled(slidingWhole);

const whole = ['JSON.parse', 'base64, JSON.parse'];
const all: readonly Contender[] = [
  {
    name: 'JSON.parse',
    floors: [],
    ready:
      ({ texts }) =>
      () =>
        parseAll(texts),
  },
  {
    name: 'base64, JSON.parse',
    floors: [],
    ready:
      ({ batches }) =>
      () =>
        decodeAll(batches),
  },
  {
    name: 'JSON.parse of lines',
    floors: [],
    ready:
      ({ lines }) =>
      () =>
        parseAll(lines),
  },
  {
    name: 'ten stateless rules',
    goals: { 300: 0.85, 1000: 0.95 },
    floors: whole,
    ready: ({ batches }) => fromKinesis(stateless, batches),
  },
  {
    name: 'ten stateless rules, every field',
    floors: whole,
    ready: ({ batches }) => fromKinesis(wholeStateless, batches),
  },
  {
    name: 'ten stateless rules, of lines',
    floors: ['JSON.parse of lines'],
    ready: ({ lines }) => fromLines(stateless, lines),
  },
  {
    name: `sliding window, ${keys} keys`,
    goals: { 300: 0.5, 1000: 0.8 },
    floors: whole,
    ready: ({ batches, firsts }) => fromKinesis(sliding, batches, firsts),
  },
  { name: 'sliding window, first events', floors: whole, ready: ({ firsts }) => fromKinesis(sliding, firsts) },
  {
    name: 'sliding window, every field',
    floors: whole,
    ready: ({ batches, firsts }) => fromKinesis(wholeSliding, batches, firsts),
  },
  {
    name: 'sliding window, of lines',
    floors: ['JSON.parse of lines'],
    ready: ({ lines }) => fromLines(sliding, lines),
  },
  {
    name: `three-step sequence, ${keys} keys`,
    goals: { 300: 0.45, 1000: 0.8 },
    floors: whole,
    ready: ({ batches, firsts }) => fromKinesis(sequence, batches, firsts),
  },
];

const chosen = all.find(({ name }) => name === values.contender);
if (chosen === undefined) {
  for (const { name } of all.filter(({ name, floors }) => floors.length > 0 && name.includes(values.only)))
    execFileSync(process.execPath, [...process.execArgv, ...process.argv.slice(1), '--contender', name], {
      stdio: 'inherit',
    });
} else
  for (const bytes of [300, 1000]) {
    const anyKey = (_: number, random: () => number): number => Math.floor(random() * keys);
    const texts = [...sampleOrders({ count: events, bytes, customer: anyKey, from: 6 })];
    const firsts = [...sampleOrders({ count: keys, bytes, customer: (number) => number, from: 0 })];
    const lines = texts.map((text) => `{"stream":"orders","event":${text}}`);
    measure(chosen, bytes, { texts, batches: batchesOf(texts), firsts: batchesOf(firsts), lines });
  }

function measure(chosen: Contender, bytes: number, given: Given): void {
  const contenders = all.filter((one) => one === chosen || chosen.floors.includes(one.name));
  const seconds = new Map(contenders.map(({ name }): [string, number[]] => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { name, ready } of contenders) {
      const run = ready(given);
      const started = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(started);
      seconds.get(name)?.push((user + system) / 1e6);
    }
  }
  const rate = (name: string): number => events / median(seconds.get(name) ?? []);
  const size = given.texts.reduce((sum, text) => sum + text.length, 0) / events;
  console.log(`\n${events} events of ${size.toFixed(0)} bytes, thousand events/s, medians of ${values.rounds}`);
  for (const { name, floors, goals } of contenders) {
    const ratios = floors.map((floor) => `${(rate(name) / rate(floor)).toFixed(2)} of ${floor}`).join(', ');
    const goal = goals?.[bytes] === undefined ? '' : `, goal ${goals[bytes]}`;
    const each = (seconds.get(name) ?? []).map((one) => thousands(events / one)).join(' ');
    console.log(`${name.padEnd(32)} ${thousands(rate(name)).padStart(5)} (${each})  ${ratios}${goal}`);
  }
}

function compiled(text: string): Compiled {
  const { definition, faults } = readPipeline(text);
  if (definition === undefined) throw new Error(faults.map(({ message }) => message).join('\n'));
  return compileHere(definition);
}

function runOf(pipeline: Compiled): InMemoryRun {
  return new InMemoryRun(pipeline, {
    alert: () => undefined,
    rejected: ({ reason }) => {
      throw new Error(reason);
    },
  });
}

function fromKinesis(
  pipeline: Compiled,
  batches: readonly KinesisStreamEvent[],
  before: readonly KinesisStreamEvent[] = [],
): () => void {
  const run = runOf(pipeline);
  const program = pipeline.program.streams['orders'];
  const decoder = program === undefined ? decode : eventDecoder(program);
  const take = (all: readonly KinesisStreamEvent[]): void => {
    for (const batch of all)
      for (const record of inputRecords('orders', 'shardId-000000000000', batch, decoder)) run.process(record);
  };
  take(before);
  return () => take(batches);
}

function fromLines(pipeline: Compiled, lines: readonly string[]): () => void {
  const pieces = piecesOf(lines);
  const run = runOf(pipeline);
  const reader = new RecordedEvents('-', pipeline.program);
  const take = (record: InputRecord): void => run.process(record);
  return () => {
    for (const piece of pieces) reader.each(piece, take);
  };
}

/** What the parser makes is looked at, so that no round can be optimised away. */
function parseAll(texts: readonly string[]): void {
  let objects = 0;
  for (const text of texts) if (typeof JSON.parse(text) === 'object') objects++;
  if (objects !== texts.length) throw new Error('an event is no object');
}

function decodeAll(batches: readonly KinesisStreamEvent[]): void {
  for (const { Records: records } of batches)
    for (const { kinesis } of records)
      if (typeof decode(kinesis.data).event !== 'object') throw new Error('an event is no object');
}

function batchesOf(texts: readonly string[]): KinesisStreamEvent[] {
  const records = texts.map((text, number): KinesisStreamEvent['Records'][number] => {
    const { at, customerId } = JSON.parse(text) as { readonly at: string; readonly customerId: string };
    const sequenceNumber = String(49_590_338_271_490_000_000n + BigInt(number));
    return {
      awsRegion: 'eu-west-1',
      eventID: `shardId-000000000000:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      eventSource: 'aws:kinesis',
      eventSourceARN: 'arn:aws:kinesis:eu-west-1:000000000000:stream/orders',
      eventVersion: '1.0',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/bench',
      kinesis: {
        approximateArrivalTimestamp: Date.parse(at) / 1000,
        data: Buffer.from(text).toString('base64'),
        kinesisSchemaVersion: '1.0',
        partitionKey: customerId,
        sequenceNumber,
      },
    };
  });
  const batches: KinesisStreamEvent[] = [];
  for (let at = 0; at < records.length; at += batchSize) batches.push({ Records: records.slice(at, at + batchSize) });
  return batches;
}

/** Whole lines, as many as the reader of a file gives at a time. */
function piecesOf(lines: readonly string[]): Buffer[] {
  const pieces: Buffer[] = [];
  const size = Math.max(1, Math.floor(pieceSize / (lines[0]?.length ?? 1)));
  for (let at = 0; at < lines.length; at += size)
    pieces.push(Buffer.from(`${lines.slice(at, at + size).join('\n')}\n`));
  return pieces;
}
