/** The perfect run: the same events, each once and in the order of the contract, in memory. */
import { compareOrder } from '../../engine/aggregate/order.ts';
import type { AlertRecord } from '../../engine/alert/alert.ts';
import type { InputRecord, Rejection } from '../../engine/intake/input-record.ts';
import type { Compiled } from '../../engine/plan/program.ts';
import { InMemoryRun } from '../../engine/run/in-memory-run.ts';
import { beginningOfTime, type EpochMillis } from '../../engine/time.ts';
import { inputRecords } from '../../functions/input-records.ts';
import { lambdaEvent } from '../../local/kinesis-batch.ts';
import type { Arrived, Outcome } from './play.ts';

export interface PerfectRun {
  /** And results that are revised. */
  readonly alerts: readonly AlertRecord[];
  readonly rejections: readonly Rejection[];
}

/** The events as a function gets them, each once, ordered by event time, and by the contract where times are equal. */
export function orderedRecords(arrived: readonly Arrived[]): InputRecord[] {
  const sent = new Set<string>();
  return arrived
    .filter(({ event }) => {
      const words = Buffer.from(event.data, 'base64').toString();
      const again = sent.has(`${event.stream} ${words}`);
      sent.add(`${event.stream} ${words}`);
      // Of the same words, with an id and a time in them, it is the same event, sent again; without, each is malformed.
      return !again || !words.startsWith('{"id":"') || !words.includes(',"at":');
    })
    .flatMap(({ event, shard, record }) => {
      const envelope = { streamArn: 'arn:aws:kinesis:simulated', roleArn: '', region: '' };
      const inputs = inputRecords(event.stream, shard, lambdaEvent([record], shard, envelope));
      return inputs.map((input) => ({
        input,
        order: {
          t: event.at as EpochMillis,
          arrival: input.arrival ?? beginningOfTime,
          shard: `${event.stream}/${shard}`,
          sequenceNumber: input.sequenceNumber,
          index: 0,
        },
      }));
    })
    .sort((a, b) => compareOrder(a.order, b.order))
    .map(({ input }) => input);
}

/** What arrived, with what a rule counts now that was put right in its dead letter. */
export function asRedriven({ arrived, redriven }: Pick<Outcome, 'arrived' | 'redriven'>, rule: string): Arrived[] {
  return arrived.map((one) => {
    const { event, record } = one;
    const counts = redriven.get(`${event.stream} ${record.SequenceNumber}`)?.has(rule) === true;
    if (!counts || event.mended === undefined) return one;
    return { ...one, event: { ...event, data: event.mended }, record: { ...record, Data: event.mended } };
  });
}

export function perfectRun(compiled: Compiled, records: readonly InputRecord[]): PerfectRun {
  const alerts = new Map<string, AlertRecord>();
  const rejections: Rejection[] = [];
  const run = new InMemoryRun(compiled, {
    alert: (record) => alerts.set(record.id, record),
    revised: (record) => alerts.set(record.id, record),
    rejected: (rejection) => rejections.push(rejection),
  });
  for (const record of records) run.process(record);
  run.end();
  return { alerts: [...alerts.values()], rejections };
}
