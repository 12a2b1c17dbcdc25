/**
 * Of every form of window: whatever order events come in within bounds, however they are cut into batches and delivered
 * again, by whichever processes, on whichever shards, what stands at the end is what the perfect run says: each event
 * once, in order. `WINDOW_RUNS=20000` draws more histories than usual.
 */
import fc from 'fast-check';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import type { ListedShard } from '../../../engine/protocol/shard-watermarks.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, openShard } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';
import { forms } from './window-forms.ts';

/** An hour and a half before the night in which London's clocks go forward, at a day's end. */
const start = Date.parse('2026-03-28T22:30:00Z');

interface DrawnEvent {
  readonly customer: string;
  readonly kind: string;
  readonly total: number;
  /** Minutes since the arrival of the event before. */
  readonly gap: number;
  /** Minutes that it arrives after it happened; of the rules' seven. */
  readonly late: number;
}

const event: fc.Arbitrary<DrawnEvent> = fc.record({
  customer: fc.constantFrom('ann', 'ann', 'bob'),
  kind: fc.constantFrom('a', 'a', 'b'),
  total: fc.integer({ min: 0, max: 9 }),
  gap: fc.constantFrom(0, 1, 1, 2, 4, 9, 21),
  late: fc.constantFrom(0, 0, 0, 1, 2, 5),
});

const history = fc.record({
  events: fc.array(event, { minLength: 1, maxLength: 9, size: 'max' }),
  shards: fc.constantFrom('one', 'two', 'split', 'merged'),
  /** The event that comes first after the resharding. */
  resharded: fc.nat({ max: 8 }),
  batchSize: fc.integer({ min: 1, max: 4 }),
  /** What happens after each batch in turn. */
  after: fc.array(fc.constantFrom('', '', 'again', 'restart', 'time', 'time'), { minLength: 9, maxLength: 9 }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const layouts: Readonly<
  Record<string, { readonly before: readonly ListedShard[]; readonly then?: readonly ListedShard[] }>
> = {
  one: { before: [openShard('0')] },
  two: { before: [openShard('0'), openShard('1')] },
  split: {
    before: [openShard('0')],
    then: [
      { id: '0', parents: [], closed: true },
      { id: '1', parents: ['0'], closed: false },
      { id: '2', parents: ['0'], closed: false },
    ],
  },
  merged: {
    before: [openShard('0'), openShard('1')],
    then: [
      { id: '0', parents: [], closed: true },
      { id: '1', parents: [], closed: true },
      { id: '2', parents: ['0', '1'], closed: false },
    ],
  },
};

interface Batch {
  readonly listed: readonly ListedShard[];
  readonly shard: string;
  readonly records: InputRecord[];
}

/** Of another key, so long before that no rule begins within a window of the others. */
function before(shards: string): Batch {
  const listed = layouts[shards]?.before ?? [];
  const arrival = (start - 60 * minute) as EpochMillis;
  const event = { id: 'before', customer: 'zoe', kind: 'z', total: 0, at: arrival };
  const record = { stream: 'orders', shard: '0', sequenceNumber: '1', partitionKey: 'zoe', arrival, event };
  return { listed, shard: '0', records: [record] };
}

/** In the order of arrival; a shard's key is the customer. */
function batchesOf({ events, shards, resharded, batchSize }: History): Batch[] {
  const batches: Batch[] = [before(shards)];
  let arrival = start;
  for (const [i, { customer, kind, total, gap, late }] of events.entries()) {
    arrival += gap * minute;
    const { before, then } = layouts[shards] ?? { before: [] };
    const listed = then !== undefined && i >= resharded ? then : before;
    const open = listed.filter(({ closed }) => !closed);
    const shard = open[customer === 'ann' ? 0 : open.length - 1]?.id ?? '0';
    const last = batches.at(-1);
    const batch =
      last?.shard === shard && last.listed === listed && last.records.length < batchSize
        ? last
        : { listed, shard, records: [] };
    if (batch !== last) batches.push(batch);
    batch.records.push({
      stream: 'orders',
      shard,
      sequenceNumber: String(100 + i),
      partitionKey: customer,
      arrival: arrival as EpochMillis,
      event: { id: `e${i}`, customer, kind, total, at: arrival - late * minute },
    });
  }
  return batches;
}

/** What the functions make of a history; the watermarks of each rule are checked on the way. */
async function deployed(pipeline: Compiled, history: History): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  const watermarks = new Map<string, string>();
  let listed: readonly ListedShard[] = [];
  // Every record is read as soon as it is there.
  const shardPort: ShardPort = {
    shards: (stream) => Promise.resolve(stream === 'orders' ? listed : []),
    atTip: () => Promise.resolve(true),
  };
  const tick = async (to?: 'end'): Promise<void> => {
    const report = await advanceTime(pipeline, world.ports(), shardPort, world.now, to);
    for (const [rule, watermark] of Object.entries(report.watermarks)) {
      // Thrown, and not expected: thousands of expectations of a matcher cost as much as all else.
      if (watermark < (watermarks.get(rule) ?? ''))
        throw new Error(`the watermark of ${rule} goes back to ${watermark}`);
      watermarks.set(rule, watermark);
    }
  };
  let processes = 0;
  const fresh = (): StreamProcessor => new StreamProcessor(pipeline, 'orders', world.ports(), `p${++processes}`);
  let processor = fresh();
  for (const [i, batch] of batchesOf(history).entries()) {
    listed = batch.listed;
    world.now = batch.records.at(-1)?.arrival ?? world.now;
    await processor.process(batch.shard, batch.records);
    const then = history.after[i];
    if (then === 'restart') processor = fresh();
    if (then === 'again' || then === 'restart') await processor.process(batch.shard, batch.records);
    if (then === 'time') await tick();
  }
  world.now = (world.now + 3_600_000) as EpochMillis;
  await tick();
  await tick('end');
  return world;
}

function perfect(pipeline: Compiled, records: readonly InputRecord[]): AlertRecord[] {
  const standing = new Map<string, AlertRecord>();
  const run = new InMemoryRun(pipeline, {
    alert: (record) => standing.set(record.id, record),
    rejected: ({ reason }) => {
      throw new Error(`the perfect run rejects: ${reason}`);
    },
  });
  const at = (record: InputRecord): number => (record.event as { at: number }).at;
  for (const record of records.toSorted((a, b) => at(a) - at(b) || Number(a.sequenceNumber) - Number(b.sequenceNumber)))
    run.process(record);
  run.end();
  return [...standing.values()];
}

function standing(alerts: readonly AlertRecord[]): string[] {
  return alerts
    .filter(({ status }) => status !== 'withdrawn')
    .map(({ rule, content: { key, window, values, events, at } }) =>
      JSON.stringify({ rule, key, window, at, values, events }),
    )
    .sort();
}

/**
 * A rule of each form in one pipeline, so that all play a history for little more than one does; in as many pipelines as
 * it takes to have every variant of each.
 */
function pipelinesOfAllForms(): Compiled[] {
  const named = Object.entries(forms).map(([form, variants]) =>
    variants.map((rule) => rule.replace('  often:', `  ${form.replaceAll(' ', '-')}:`)),
  );
  const most = Math.max(...named.map(({ length }) => length));
  return Array.from({ length: most }, (_, i) =>
    compiled(withRules(named.flatMap((variants) => variants[i % variants.length] ?? []).join('\n'))),
  );
}

test('what stands of every form of window is the perfect run, and nothing is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...pipelinesOfAllForms()), history, async (pipeline, drawn) => {
      const world = await deployed(pipeline, drawn);
      const records = batchesOf(drawn).flatMap((batch) => batch.records);
      const alerts = alertsOf(world);
      expect({
        standing: standing(alerts),
        letters: [...world.letters.values()],
        pending: alerts.filter(({ pending }) => pending !== undefined),
      }).toEqual({ standing: standing(perfect(pipeline, records)), letters: [], pending: [] });
    }),
    { numRuns: Number(process.env['WINDOW_RUNS'] ?? 500) },
  );
}, 600_000);
