/** Windows that stand at the end of an in-memory run of one rule, over events of one shard. */
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';
import type { WindowDefinition } from '../../../engine/pipeline/definition.ts';
import { compileHere } from '../../../engine/plan/compile-here.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';

export interface SentEvent {
  readonly at: number;
  readonly total: number;
}

export interface StandingWindow {
  readonly start: number;
  readonly end: number;
  readonly values: object;
  readonly at: number;
}

export interface RuleText {
  readonly window: WindowDefinition;
  readonly having?: string;
  readonly emit: 'changes' | 'final' | 'threshold';
  readonly cooldown: number;
  readonly outOfOrderness?: string;
  readonly allowedLateness?: string;
}

export function ruleOver({ window, having, emit, cooldown, outOfOrderness, allowedLateness }: RuleText): Compiled {
  const { definition, faults } = readPipeline(`pipeline: test
streams:
  orders:
    partitionKey: event.customer
    eventTime: event.at
    eventId: event.id
    outOfOrderness: ${outOfOrderness ?? '0s'}
    allowedLateness: ${allowedLateness ?? '365d'}
rules:
  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 1h
    aggregate:
      n: count()
      spent: sum(event.total)
      newest: last(event.total)
${having === undefined ? '' : `    having: ${having}\n`}    emit: ${emit}
    alert:
      severity: low
      title: 'x'
      evidence: 2
`);
  if (definition === undefined) throw new Error(faults.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  const rules = definition.rules.map((rule) => ({
    ...rule,
    window,
    ...(rule.alert && { alert: { ...rule.alert, cooldown: cooldown as Millis } }),
  }));
  return compileHere({ ...definition, rules });
}

/** Runs events in the order of their arrival; answers every revision, and how many events were late. */
export function run(compiled: Compiled, events: readonly SentEvent[]): { records: AlertRecord[]; late: number } {
  const records: AlertRecord[] = [];
  let late = 0;
  const memory = new InMemoryRun(compiled, {
    alert: (record) => records.push(record),
    rejected: ({ kind, reason }) => {
      if (kind !== 'late') throw new Error(reason);
      late++;
    },
  });
  const arrival = Math.max(0, ...events.map(({ at }) => at));
  events.forEach(({ at, total }, i) =>
    memory.process({
      stream: 'orders',
      shard: '0',
      sequenceNumber: String(100_000 + i),
      partitionKey: 'ann',
      arrival: arrival as EpochMillis,
      event: { id: `e${i}`, customer: 'ann', total, at },
    }),
  );
  memory.end();
  return { records, late };
}

export function standing(records: readonly AlertRecord[]): StandingWindow[] {
  const last = new Map(records.map((record) => [record.id, record]));
  return [...last.values()]
    .flatMap(({ status, content: { window, values, at } }) =>
      status === 'withdrawn' || window === undefined ? [] : [{ ...window, values, at }],
    )
    .sort((a, b) => a.end - b.end);
}
