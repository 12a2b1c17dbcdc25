/** Windows that follow from each other over many panes, where nobody remembers what came before. */
import fc from 'fast-check';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, openShard } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const start = Date.parse('2026-03-02T09:01:00Z');

const keys = { owned: 'customer: event.customer', shared: 'kind: event.kind' } as const;
const windows = {
  'sessions that are cut again and again': 'session: 2m\n      max: 3m',
  'windows until a time whose events reach into the next': 'until: event.at + 60000 * (event.total + 1)\n      max: 3m',
} as const;

const pipelineOf = (window: string, key: string, emit: string) =>
  compiled(
    withRules(`  often:
    from: orders
    groupBy:
      ${key}
    window:
      ${window}
    aggregate:
      n: count()
      newest: last(event.id)
    emit: ${emit}
    alert:
      severity: low
      title: 'x'
      evidence: 2`),
  );

const cases = Object.entries(windows).flatMap(([what, window]) =>
  Object.entries(keys).flatMap(([whose, key]) =>
    ['changes', 'final'].map((emit) => ({ what, whose, emit, pipeline: pipelineOf(window, key, emit) })),
  ),
);

/** Two customers on a shard each, an event a minute or two, as late as the rules take it. */
const history = fc
  .array(
    fc.record({
      step: fc.constantFrom(0, 1, 1, 1, 2, 3),
      late: fc.constantFrom(0, 0, 0, 1, 2, 6),
      total: fc.integer({ min: 0, max: 3 }),
      customer: fc.constantFrom('ann', 'ann', 'bob'),
    }),
    { minLength: 20, maxLength: 45, size: 'max' },
  )
  .map((drawn) => {
    let arrival = start;
    return drawn.map(({ step, late, total, customer }, i): InputRecord => {
      arrival += step * minute;
      return {
        stream: 'orders',
        shard: customer === 'ann' ? '0' : '1',
        sequenceNumber: String(100 + i),
        partitionKey: customer,
        arrival: arrival as EpochMillis,
        event: { id: `e${i}`, customer, kind: 'a', total, at: arrival - late * minute },
      };
    });
  });

function standing(alerts: readonly AlertRecord[]): string[] {
  return alerts
    .filter(({ status }) => status !== 'withdrawn')
    .map(({ content: { key, window, values, events, at } }) => JSON.stringify({ key, window, values, events, at }))
    .sort();
}

test.each(cases)(
  '$what, of keys that are $whose, emit $emit: whoever begins anew finds them as the perfect run does',
  async ({ pipeline }) => {
    await fc.assert(
      fc.asyncProperty(history, async (records) => {
        const world = new MemoryWorld();
        const shards = {
          shards: (stream: string) => Promise.resolve(stream === 'orders' ? [openShard('0'), openShard('1')] : []),
          atTip: () => Promise.resolve(true),
        };
        for (const [i, record] of records.entries()) {
          world.now = record.arrival ?? world.now;
          const processor = new StreamProcessor(pipeline, 'orders', world.ports(), `p${i}`);
          await processor.process(record.shard, [record]);
          if (i % 3 === 0) await advanceTime(pipeline, world.ports(), shards, world.now);
        }
        await advanceTime(pipeline, world.ports(), shards, world.now, 'end');
        const perfect = new Map<string, AlertRecord>();
        const run = new InMemoryRun(pipeline, {
          alert: (record) => perfect.set(record.id, record),
          rejected: ({ reason }) => {
            throw new Error(reason);
          },
        });
        const at = (record: InputRecord): number => (record.event as { at: number }).at;
        for (const record of records.toSorted((a, b) => at(a) - at(b))) run.process(record);
        run.end();
        expect(world.letters.size).toBe(0);
        expect(standing(alertsOf(world))).toEqual(standing([...perfect.values()]));
      }),
      { numRuns: 25 },
    );
  },
  120_000,
);
