/** Runs the pipeline in memory over converted events and gives what stands, as `weir backtest --standing` prints it. */
import { readFileSync } from 'node:fs';
import { readPipeline } from '../../../engine/pipeline/read.ts';
import { compileHere } from '../../../engine/plan/compile-here.ts';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import type { StreamRecord } from '../../../pipelines/online-retail/conversion.ts';
import type { AlertLine } from './compare-standing.ts';

const pipeline = new URL('../../../pipelines/online-retail/pipeline.yaml', import.meta.url);

export interface Arrival {
  readonly record: StreamRecord;
  readonly shard: string;
}

export function standingInMemory(arrivals: readonly Arrival[]): AlertLine[] {
  const { definition, faults } = readPipeline(readFileSync(pipeline, 'utf8'));
  if (definition === undefined) throw new Error(`the pipeline has faults: ${JSON.stringify(faults)}`);
  const standing = new Map<string, AlertRecord>();
  const run = new InMemoryRun(compileHere(definition), {
    alert: (alert) => {
      if (alert.status === 'withdrawn') standing.delete(alert.id);
      else standing.set(alert.id, alert);
    },
    rejected: (rejection) => {
      throw new Error(`rejected: ${JSON.stringify(rejection)}`);
    },
  });
  let arrival = -Infinity;
  for (const [index, { record, shard }] of arrivals.entries()) {
    arrival = Math.max(arrival, Date.parse(record.event.at));
    run.process({
      stream: record.stream,
      shard,
      sequenceNumber: String(index),
      partitionKey: record.partitionKey,
      arrival: arrival as EpochMillis,
      event: record.event,
    });
  }
  run.end();
  return [...standing.values()].map(alertLine);
}

function alertLine({ rule, status, content }: AlertRecord): AlertLine {
  const { key, window, values, events, at } = content;
  return {
    kind: 'alert',
    rule,
    status,
    key,
    ...(window !== undefined && { window: { start: iso(window.start), end: iso(window.end) } }),
    values,
    events,
    at: iso(at),
  };
}

function iso(at: EpochMillis): string {
  return new Date(at).toISOString();
}

/** All on one shard, in the order given. */
export function inOrder(records: readonly StreamRecord[]): Arrival[] {
  return records.map((record) => ({ record, shard: '0' }));
}

/** Each partition key on one of so many shards. */
export function overShards(records: readonly StreamRecord[], shards: number): Arrival[] {
  return records.map((record) => {
    let hash = 0;
    for (const character of record.partitionKey) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
    return { record, shard: String(hash % shards) };
  });
}

/** Each record as much as a minute late, the same on every run. */
export function shuffledWithinAMinute(records: readonly StreamRecord[]): StreamRecord[] {
  let state = 1;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return records
    .map((record) => ({ record, arrives: Date.parse(record.event.at) + random() * 60_000 }))
    .sort((a, b) => a.arrives - b.arrives)
    .map(({ record }) => record);
}
