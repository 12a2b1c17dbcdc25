/** What is beyond a rule's limit is told in a digest: nobody is told more one by one, and nothing is dropped. */
import fc from 'fast-check';
import type { AlertMessage } from '../../../engine/alert/message.ts';
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import { MessageTally } from '../../../engine/alert/message-tally.ts';
import { digestedOf } from '../../../engine/alert/message-limit.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Disturbance, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const stateless = (limit: string): Compiled =>
  compiled(
    withRules(`  big:
    from: orders
    where: event.total > 5
    groupBy: { customer: event.customer }
    alert: { severity: 'event.total > 9 ? "high" : "low"', title: 'x{{ event.total }}', limit: ${limit} }`),
  );
const threeAnHour = stateless('3 per 1h');

let processes = 0;
function processor(world: MemoryWorld, pipeline = threeAnHour, disturb: Disturbance = () => undefined) {
  return new StreamProcessor(pipeline, 'orders', world.ports(disturb), `p${++processes}`);
}

const at = (...minutes: number[]) => minutes.map((one) => record({ minute: one, total: 8 }));

function advance(world: MemoryWorld, minutes: number, pipeline = threeAnHour, to?: 'end') {
  world.now = (noon + minutes * minute) as EpochMillis;
  const port = { shards: async () => [openShard('0')], atTip: async () => true };
  return advanceTime(pipeline, world.ports(), port, world.now, to);
}

const isDigest = ({ attributes }: AlertMessage): boolean => attributes['status'] === 'digest';
const digests = (world: MemoryWorld) =>
  world.messages.filter(isDigest).map(({ json }) => JSON.parse(json) as Record<string, unknown>);
const singles = (world: MemoryWorld) => world.messages.filter((message) => !isDigest(message));

test('the messages beyond the limit are recorded, and told in one digest a minute after their period is over', async () => {
  const world = new MemoryWorld();
  await processor(world).process('0', at(0, 1, 2, 3, 4));
  expect(singles(world)).toHaveLength(3);
  expect(alertsOf(world)).toHaveLength(5);
  await advance(world, 60.9);
  expect(digests(world)).toEqual([]);
  expect(await advance(world, 61)).toMatchObject({ published: 1 });
  expect(digests(world)).toMatchObject([
    {
      rule: 'big',
      severity: 'low',
      title: '2 more messages of big',
      window: { start: '2026-03-02T12:00:00Z', end: '2026-03-02T13:00:00Z' },
      values: { opened: 2, withdrawn: 0, told: 3 },
      first: [
        { status: 'opened', key: '{"customer":"ann"}', title: 'x8' },
        { status: 'opened', title: 'x8' },
      ],
    },
  ]);
  expect(await advance(world, 62)).toMatchObject({ published: 0 });
  const [digest] = world.messages.filter(isDigest);
  expect(alertsOf(world).map((alert) => alert.digest)).toEqual([
    undefined,
    undefined,
    undefined,
    digest?.attributes['alertId'],
    digest?.attributes['alertId'],
  ]);
});

test('each period begins anew, and rules do not share a limit', async () => {
  const world = new MemoryWorld();
  const orders = processor(world);
  await orders.process('0', at(0, 1, 2, 59));
  await orders.process('0', at(60, 61, 62, 63));
  expect(singles(world)).toHaveLength(6);
  await advance(world, 200);
  expect(digests(world).map(({ values }) => values)).toMatchObject([{ opened: 1 }, { opened: 1 }]);
});

test('what is left to a digest after it was told is told in another, with all of the period', async () => {
  const world = new MemoryWorld();
  const orders = processor(world);
  await orders.process('0', at(0, 1, 2, 3));
  await advance(world, 61);
  await orders.process('0', at(4, 5));
  await advance(world, 61.5);
  expect(digests(world)).toHaveLength(1);
  await advance(world, 62.5);
  const [first, second] = digests(world);
  expect(second).toMatchObject({ alertId: first!['alertId'], values: { opened: 3 } });
  expect(second!['revision']).not.toBe(first!['revision']);
});

test('the digest is as severe as the most severe of its messages', async () => {
  const world = new MemoryWorld();
  await processor(world).process('0', [...at(0, 1, 2, 3), record({ minute: 4, total: 10 }), ...at(5)]);
  await advance(world, 61);
  expect(world.messages.find(isDigest)).toMatchObject({
    subject: '[high] 3 more messages of big',
    attributes: { severity: 'high', status: 'digest', rule: 'big' },
  });
});

test('several processes share one limit, whoever counts first', async () => {
  const world = new MemoryWorld();
  const all = Array.from({ length: 12 }, (_, shard) => ({ shard: String(shard), orders: processor(world) }));
  await Promise.all(all.map(({ shard, orders }) => orders.process(shard, [record({ minute: 1, total: 8, shard })])));
  expect(singles(world)).toHaveLength(3);
  await advance(world, 61);
  expect(digests(world)).toMatchObject([{ values: { opened: 9, told: 3 } }]);
});

test('a message that SNS refuses takes no place of another', async () => {
  const world = new MemoryWorld();
  const ports = world.ports();
  const refusing = { ...ports, publish: async (all: readonly AlertMessage[]) => new Set(all.map(({ id }) => id)) };
  await new StreamProcessor(threeAnHour, 'orders', refusing, 'p').process('0', at(0, 1, 2));
  expect(world.messages).toEqual([]);
  await advance(world, 4);
  expect(singles(world)).toHaveLength(3);
  await advance(world, 61);
  expect(digests(world)).toEqual([]);
});

test.each(['before', 'after'] as const)(
  'a process that dies %s it has counted leaves nothing untold, and nobody is told more than the limit',
  async (moment) => {
    const world = new MemoryWorld();
    let puts = 0;
    const dies: Disturbance = ({ on, operation, moment: is }) => {
      // The second put of alerts is the count.
      if (on === 'alerts' && operation === 'put' && is === moment && ++puts === 2) throw new Error('no answer');
    };
    const batch = at(0, 1, 2, 3);
    await expect(processor(world, threeAnHour, dies).process('0', batch)).rejects.toThrow('no answer');
    await processor(world).process('0', batch);
    await advance(world, 62);
    expect(singles(world).length).toBeLessThanOrEqual(3);
    const told = singles(world).map(({ attributes }) => attributes['alertId']);
    expect(alertsOf(world).filter(({ id, digest }) => !told.includes(id) && digest === undefined)).toEqual([]);
    expect(digests(world)).toHaveLength(1);
  },
);

test('at the end of time digests do not wait for the end of their period', async () => {
  const world = new MemoryWorld();
  await processor(world).process('0', at(0, 1, 2, 3));
  await advance(world, 5, threeAnHour, 'end');
  expect(digests(world)).toHaveLength(1);
});

test('the digest of a rule that is gone is told to nobody, and keeps none waiting', async () => {
  const world = new MemoryWorld();
  await processor(world).process('0', at(0, 1, 2, 3));
  const other = compiled(withRules('  other: { from: orders, alert: { severity: low, title: x } }'));
  await advance(world, 61, other);
  expect(digests(world)).toEqual([]);
  expect([...world.alerts.items.values()].filter(({ due }) => due !== undefined)).toEqual([]);
});

test('withdrawals count as messages, too', async () => {
  const world = new MemoryWorld();
  const pipeline = compiled(
    withRules(`  even:
    from: orders
    groupBy: { customer: event.customer }
    window: { tumbling: 1h }
    aggregate: { n: count() }
    having: n % 2 == 0
    emit: changes
    alert: { severity: low, title: x, limit: 1 per 1h }`),
  );
  const orders = processor(world, pipeline);
  for (const one of at(0, 1, 2, 3)) await orders.process('0', [one]);
  await advance(world, 61, pipeline);
  expect(singles(world).map(({ attributes }) => attributes['status'])).toEqual(['opened']);
  expect(digests(world)).toMatchObject([{ values: { withdrawn: 1, reopened: 1, told: 1 } }]);
});

test('a backtest says what the functions do, however their batches are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('1 per 10m', '3 per 1h', '5 per 45m', '100 per 1h'),
      async (minutes, size, limit) => {
        const pipeline = stateless(limit);
        const records = at(...minutes.toSorted((a, b) => a - b));
        const tally = new MessageTally(pipeline.plan.rules);
        const run = new InMemoryRun(pipeline, { alert: (alert) => tally.add(alert), rejected: () => undefined });
        for (const one of records) run.process(one);
        const world = new MemoryWorld();
        for (let from = 0; from < records.length; from += size)
          await processor(world, pipeline).process('0', records.slice(from, from + size));
        await advance(world, 1_000, pipeline);
        expect(digests(world).map(({ values }) => (values as { opened: number }).opened)).toEqual(
          tally.digests.map(({ count }) => digestedOf(count)),
        );
        expect(singles(world).length + tally.digests.reduce((sum, { count }) => sum + digestedOf(count), 0)).toBe(
          records.length,
        );
      },
    ),
    { numRuns: 40 },
  );
});
