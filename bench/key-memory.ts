/**
 * Bytes of memory that the engine keeps for a key: after one event whose window is still open, and after the window is
 * forgotten.
 *
 *     npx tsx bench/key-memory.ts [--keys N]
 *
 * The heap is collected before it is measured. Events come as the decoder makes them of Kinesis records, and nothing
 * else refers to them.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readPipeline } from '../engine/pipeline/read.ts';
import { compileHere } from '../engine/plan/compile-here.ts';
import { InMemoryRun } from '../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../engine/time.ts';
import { eventDecoder } from '../functions/event-decoder.ts';
import { decode } from '../functions/record-data.ts';
import { slidingWindow, tumblingWindow } from './rule-pipelines.ts';
import { sampleOrders } from './sample-orders.ts';

const { values } = parseArgs({ options: { keys: { type: 'string', default: '100000' } } });
const keys = Number(values.keys);

/** Keys that are there all the time. */
const few = 1000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heap(): number {
  for (let i = 0; i < 3; i++) collect();
  return process.memoryUsage().heapUsed;
}

for (const [name, pipeline] of [
  ['sliding 24h', slidingWindow],
  ['tumbling 24h', tumblingWindow],
] as const) {
  // What the few keys take, which are there all the time, is taken off.
  const without = heaps(pipeline, 0);
  const [open, forgotten] = heaps(pipeline, keys).map((bytes, i) => (bytes - (without[i] ?? NaN)) / keys);
  console.log(
    `${name}: ${keys} keys, ${open?.toFixed(0)} bytes a key with one event in an open window, ${forgotten?.toFixed(0)} after it is forgotten`,
  );
}

/** Bytes of the heap with so many keys of one event each, and after their windows are forgotten. */
function heaps(pipeline: string, count: number): [open: number, forgotten: number] {
  const { definition } = readPipeline(pipeline);
  if (definition === undefined) throw new Error('the pipeline has faults');
  const compiled = compileHere(definition);
  const program = compiled.program.streams['orders'];
  const decoder = program === undefined ? decode : eventDecoder(program);
  let rejected = 0;
  const run = new InMemoryRun(compiled, { alert: () => undefined, rejected: () => rejected++ });
  let number = 0;
  const feed = (texts: Iterable<string>): void => {
    for (const text of texts) {
      const sequenceNumber = String(49_590_338_271_490_000_000n + BigInt(++number));
      const data = Buffer.from(text).toString('base64');
      run.process({ stream: 'orders', shard: 'shardId-000000000000', sequenceNumber, ...decoder(data) });
    }
  };
  const fewKeys = { bytes: 300, customer: (one: number) => one % few };
  feed(sampleOrders({ ...fewKeys, count: 1000, from: 0 }));
  feed(sampleOrders({ bytes: 300, count, customer: (customer) => few + customer, from: 6 }));
  const open = heap();
  // What is forgotten is swept every so many events.
  run.advance(Date.parse('2026-04-01T00:00:00Z') as EpochMillis);
  feed(sampleOrders({ ...fewKeys, count: 5 * keys, from: 24 * 40 }));
  run.advance(Date.parse('2026-06-01T00:00:00Z') as EpochMillis);
  feed(sampleOrders({ ...fewKeys, count: 30_000, from: 24 * 100 }));
  const forgotten = heap();
  if (rejected > 0) throw new Error(`${rejected} events were rejected`);
  // Asked for here, so that the run is alive when the heap is measured.
  if (run.repeats > 0) throw new Error(`${run.repeats} events were repeats`);
  return [open, forgotten];
}
