/** Runs a pipeline beside this file over converted events, as a backtest does, and gives what stands at the end as rows. */
import { readFileSync } from 'node:fs';
import type { AlertContent, AlertRecord } from '../../engine/alert/alert.ts';
import { readPipeline } from '../../engine/pipeline/read.ts';
import { compileHere } from '../../engine/plan/compile-here.ts';
import { InMemoryRun } from '../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../engine/time.ts';

export interface ConvertedEvent {
  readonly stream: string;
  /** Absent: when it happened. */
  readonly arrival?: EpochMillis;
  readonly event: { readonly [name: string]: unknown };
}

const folder = new URL('.', import.meta.url);

/** What the alerts say that stand once every event has come, in the order of the first revisions. `files`: of its tables. */
export function standingOf(
  name: string,
  events: readonly ConvertedEvent[],
  files: (file: string) => string | undefined = () => undefined,
): AlertContent[] {
  const { definition, faults } = readPipeline(readFileSync(new URL(`${name}.yaml`, folder), 'utf8'), { files });
  if (definition === undefined) throw new Error(faults.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  const standing = new Map<string, AlertRecord>();
  const run = new InMemoryRun(compileHere(definition), {
    alert: (alert) => {
      if (alert.status === 'withdrawn') standing.delete(alert.id);
      else standing.set(alert.id, alert);
    },
    rejected: ({ kind, reason }) => {
      throw new Error(`${kind}: ${reason}`);
    },
  });
  events.forEach(({ stream, arrival, event }, index) => {
    run.process({ stream, shard: '0', sequenceNumber: String(index + 1), arrival, event });
  });
  run.end();
  return [...standing.values()].map(({ content }) => content);
}
