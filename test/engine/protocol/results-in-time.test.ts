/** Windows whose ends whoever writes a pane cannot know: their results come before the watermark that says so. */
import fc from 'fast-check';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon, openShard } from './batches.ts';
import { MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const windows = {
  'the last of the same': `
    distinct:
      within: 6m
      keep: last`,
  sessions: `
    window:
      session: 4m
      max: 6m
    aggregate:
      n: count()`,
  'windows until a time': `
    window:
      until: event.at + 60000 * (event.total + 1)
      max: 6m
    aggregate:
      n: count()`,
};
const keys = { 'one shard owns': 'customer: event.customer', 'several shards write': 'kind: event.kind' };
const cases = Object.entries(windows).flatMap(([what, window]) =>
  Object.entries(keys).map(([whose, key]) => ({ what, whose, rule: ruleOf(window, key) })),
);

function ruleOf(window: string, key: string): string {
  return `  made:
    from: orders
    groupBy:
      ${key}${window}
    into: results`;
}

/** Minutes after noon. */
interface Sent {
  readonly at: number;
  readonly late?: number;
  readonly total?: number;
  readonly customer?: string;
}

interface Put {
  readonly kind: string;
  readonly at: string;
}

/** What lies in the stream of results when each event was read as it came and time advanced every minute, each by processes of their own. */
async function played(rule: string, sent: readonly Sent[]): Promise<Put[]> {
  const pipeline = compiled(withRules(rule));
  const world = new MemoryWorld();
  const puts: Put[] = [];
  const port: ShardPort = {
    shards: async (stream) => (stream === 'orders' ? ['0', '1'] : ['0']).map(openShard),
    atTip: async () => true,
    put: async (_, records) => void puts.push(...records.map(({ data }) => JSON.parse(data) as Put)),
  };
  const records = sent
    .map(({ at, late = 0, ...one }) => ({ ...one, at: noon + at * minute, arrival: noon + (at + late) * minute }))
    .sort((a, b) => a.arrival - b.arrival)
    .map(
      ({ at, arrival, total = 5, customer = 'ann' }, i): InputRecord => ({
        stream: 'orders',
        shard: customer === 'ann' ? '0' : '1',
        sequenceNumber: String(1000 + i),
        partitionKey: customer,
        arrival: arrival as EpochMillis,
        event: { id: `e${i}`, customer, kind: 'a', total, at },
      }),
    );
  const end = (records.at(-1)?.arrival ?? noon) + 45 * minute;
  for (let now = noon; now < end; now += minute) {
    world.now = now as EpochMillis;
    for (const record of records.filter(({ arrival = 0 }) => arrival > now - minute && arrival <= now))
      await new StreamProcessor(pipeline, 'orders', world.ports(), record.sequenceNumber).process(record.shard, [
        record,
      ]);
    await advanceTime(pipeline, world.ports(), port, world.now);
  }
  expect([...world.letters]).toEqual([]);
  return puts;
}

/** Results that came after the watermark that says that none is older. */
function overdue(puts: readonly Put[]): Put[] {
  let said = '';
  return puts.filter(({ kind, at }) => {
    if (kind === 'watermark') said = at;
    return kind === 'event' && at < said;
  });
}

test('a window that is cut because of what came long before it is told by then', async () => {
  // One goes on from the other for so long that the last is cut at the half hour, which its own pane does not know.
  const puts = await played(
    ruleOf(windows['the last of the same'], keys['one shard owns']),
    [1, 6, 11, 16, 20, 23.9, 29.5].map((at) => ({ at })),
  );
  expect(puts.filter(({ kind }) => kind === 'event').at(-1)).toMatchObject({ at: '2026-03-02T12:29:59.999Z' });
  expect(overdue(puts)).toEqual([]);
});

test('who puts an event later does not arm a pane for later than was known of it', async () => {
  const puts = await played(
    ruleOf(windows['windows until a time'], keys['one shard owns']).replace('max: 6m', 'max: 1h'),
    [
      // It takes the next in, from another pane, so that the third begins a window of its own, which ends at 13:40.
      { at: 58, total: 11 },
      { at: 65, total: 9 },
      { at: 71, total: 28 },
      { at: 105, total: 50 },
    ],
  );
  expect(puts.filter(({ kind }) => kind === 'event').map(({ at }) => at)).toEqual([
    '2026-03-02T13:09:59.999Z',
    '2026-03-02T13:39:59.999Z',
  ]);
  expect(overdue(puts)).toEqual([]);
});

const history = fc.array(
  fc.record({
    at: fc.integer({ min: 1, max: 50 * 4 }).map((quarter) => quarter / 4),
    late: fc.constantFrom(0, 0, 0, 1, 3, 5),
    total: fc.integer({ min: 0, max: 6 }),
    customer: fc.constantFrom('ann', 'ann', 'bob'),
  }),
  { minLength: 10, maxLength: 60, size: 'max' },
);

test.each(cases)('of $what, by keys that $whose, no result is older than the watermark before it', async ({ rule }) => {
  await fc.assert(
    fc.asyncProperty(history, async (sent) => {
      expect(overdue(await played(rule, sent))).toEqual([]);
    }),
    { numRuns: 12 },
  );
});
