import fc from 'fast-check';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { compiled, rules, withRules } from './pipelines.ts';
import { alertsOf } from './memory-ports.ts';
import { calm, type Disorder, play, wild } from './simulation.ts';

const minute = 60_000;
/** An hour and a half before the night in which London's clocks go forward, at a day's end. */
const start = Date.parse('2026-03-28T22:30:00Z');

interface Drawn {
  readonly stream: 'orders' | 'carts';
  readonly customer: string;
  readonly kind: string;
  readonly total: number;
  readonly gap: number;
  readonly late: number;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  stream: fc.constantFrom('orders', 'orders', 'carts'),
  customer: fc.constantFrom('ann', 'bob', 'cid'),
  kind: fc.constantFrom('a', 'b'),
  total: fc.integer({ min: 0, max: 12 }),
  gap: fc.constantFrom(0, 0, 1, 1, 2, 4, 9, 21),
  late: fc.constantFrom(0, 0, 0, 1, 2, 5),
});
const shardOf = { ann: ['0', '0', '0'], bob: ['0', '1', '1'], cid: ['0', '0', '2'] } as Readonly<
  Record<string, readonly string[]>
>;

/** Records in the order of their arrival. An event is up to five minutes behind, of the six that are allowed. */
function recordsOf(events: readonly Drawn[], shards: number): InputRecord[] {
  let arrival = start;
  return events.map(({ stream, customer, kind, total, gap, late }, i) => {
    arrival += gap * minute;
    const event = { id: `e${i}`, customer, kind, total, at: arrival - late * minute };
    return {
      stream,
      shard: shardOf[customer]?.[shards - 1] ?? '0',
      sequenceNumber: String(100 + i),
      partitionKey: customer,
      arrival: arrival as EpochMillis,
      event,
    };
  });
}

function perfect(pipeline: Compiled, records: readonly InputRecord[]): AlertRecord[] {
  const standing = new Map<string, AlertRecord>();
  const run = new InMemoryRun(pipeline, {
    alert: (record) => standing.set(record.id, record),
    rejected: ({ reason }) => {
      throw new Error(`the perfect run rejects: ${reason}`);
    },
  });
  const at = ({ event }: InputRecord): number => (event as { at: number }).at;
  for (const record of records.toSorted((a, b) => at(a) - at(b) || Number(a.arrival) - Number(b.arrival)))
    run.process(record);
  run.end();
  return [...standing.values()];
}

/** What stands, in an order of its own; an id says which one it is, and may differ. */
function standing(records: readonly AlertRecord[], ids = false): string[] {
  return records
    .filter(({ status }) => status !== 'withdrawn')
    .map(({ rule, id, content: { key, window, values, events, at } }) =>
      JSON.stringify({ ...(ids && { id }), rule, key, window, at, values, events }),
    )
    .sort();
}

async function agrees(
  pipeline: Compiled,
  records: readonly InputRecord[],
  seed: number,
  disorder: Disorder,
  ids = false,
): Promise<void> {
  const world = await play(pipeline, records, seed, disorder);
  const alerts = alertsOf(world);
  expect(standing(alerts, ids)).toEqual(standing(perfect(pipeline, records), ids));
  if (disorder.broken === undefined) expect([...world.letters.values()]).toEqual([]);
  expect(alerts.filter(({ pending }) => pending !== undefined)).toEqual([]);
  const opened = new Set(
    world.messages.flatMap(({ attributes }) =>
      attributes['status'] === 'opened' || attributes['status'] === 'reopened' ? [attributes['alertId']] : [],
    ),
  );
  expect(alerts.filter(({ id, status }) => status !== 'withdrawn' && !opened.has(id))).toEqual([]);
}

const runs = Number(process.env['RUNS'] ?? 8);
const only = process.env['ONLY'];
const patience = 600_000;
describe.each(
  Object.entries(rules)
    .filter(([name]) => only === undefined || name === only)
    .map(([name, text]) => ({ name, pipeline: compiled(withRules(text)) })),
)('$name', ({ pipeline }) => {
  test(
    'what stands after repeated and split batches is the perfect run, ids included',
    async () => {
      const inOrder = drawn.map((event): Drawn => ({ ...event, late: 0 }));
      await fc.assert(
        fc.asyncProperty(fc.array(inOrder, { maxLength: 30, size: 'max' }), fc.integer(), (events, seed) =>
          agrees(
            pipeline,
            recordsOf(events, 1).map((record) => ({ ...record, stream: 'orders' })),
            seed,
            { ...calm, replays: true, restarts: true },
            true,
          ),
        ),
        { numRuns: runs },
      );
    },
    patience,
  );

  test(
    'what stands after disorder within the bounds is the perfect run',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(drawn, { maxLength: 30, size: 'max' }),
          fc.integer({ min: 1, max: 3 }),
          fc.integer(),
          (events, shards, seed) =>
            agrees(pipeline, recordsOf(events, shards), seed, { ...calm, restarts: true, advances: true }),
        ),
        { numRuns: runs },
      );
    },
    patience,
  );

  test(
    'what stands after failures, zombies and replays is the perfect run',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(drawn, { maxLength: 30, size: 'max' }),
          fc.integer({ min: 1, max: 3 }),
          fc.integer(),
          (events, shards, seed) => agrees(pipeline, recordsOf(events, shards), seed, wild),
        ),
        { numRuns: runs },
      );
    },
    patience,
  );

  test(
    'what stands after dead letters were put back, in between and more than once, is the perfect run',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(drawn, { minLength: 1, maxLength: 30, size: 'max' }),
          fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
          fc.integer({ min: 1, max: 3 }),
          fc.integer(),
          (events, fates, shards, seed) => {
            const records = recordsOf(events, shards);
            const broken = new Set(records.filter((_, i) => fates[i % fates.length]));
            // A final result is never revised: what is late for it stays a dead letter.
            const advances = pipeline.plan.rules.every(({ emit }) => emit !== 'final');
            return agrees(pipeline, records, seed, { ...wild, advances, broken });
          },
        ),
        { numRuns: runs },
      );
    },
    patience,
  );

  if (!pipeline.plan.rules.every(({ writer, window }) => writer === 'shard' && window !== undefined)) return;
  test(
    'what stands of keys of a dozen writers, after failures, zombies and replays, is the perfect run',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(drawn, { minLength: 12, maxLength: 30, size: 'max' }), fc.integer(), (events, seed) =>
          agrees(pipeline, overADozen(recordsOf(events, 1)), seed, wild),
        ),
        { numRuns: runs },
      );
    },
    patience,
  );
});

/** Records dealt out to twelve shards, as a key that has nothing to do with the partition key is. */
function overADozen(records: readonly InputRecord[]): InputRecord[] {
  return records.map((record, i) => ({ ...record, shard: String(i % 12) }));
}
