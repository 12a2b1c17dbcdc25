/** What did not come: where it is disproved while advance-time is about to tell of it, and where nobody knows. */
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { redrive } from '../../../engine/protocol/redrive.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Call, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const pipeline = compiled(
  withRules(`  not-paid:
    groupBy:
      kind: event.kind
    sequence:
      - placed: { from: orders }
      - not: { from: carts }
    within: 10m
    alert:
      severity: low
      title: 'x'`),
);
const shards: ShardPort = { shards: () => Promise.resolve([openShard('0')]), atTip: () => Promise.resolve(true) };

class Died extends Error {}

/** An order, and a cart that comes late while the first alert is about to be put; `dies`: and then advance-time dies. */
async function disproved(dies: boolean): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  const passes = async (to: number, disturb?: (call: Call) => Promise<void>): Promise<unknown> => {
    world.now = (noon + to * minute) as EpochMillis;
    return advanceTime(pipeline, world.ports(disturb), shards, world.now).catch((cause: unknown) => cause);
  };
  world.now = noon as EpochMillis;
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'orders').process('0', [record({ minute: 0 })]);
  let came = false;
  await passes(14, async ({ on, operation, moment }) => {
    if (on !== 'alerts' || operation !== 'put') return;
    if (came && dies) throw new Died();
    if (came || moment !== 'before') return;
    came = true;
    const cart = { ...record({ minute: 9, stream: 'carts' }), arrival: world.now };
    await new StreamProcessor(pipeline, 'carts', world.ports(), 'carts').process('0', [cart]);
  });
  expect(came).toBe(true);
  await passes(15);
  return world;
}

test.each([
  ['withdraws what another shard disproved before the record was there', false],
  ['and so does the next, where it died right after it', true],
])('advance-time %s', async (_, dies) => {
  const world = await disproved(dies);
  expect(alertsOf(world).map(({ status }) => status)).toEqual(['withdrawn']);
});

test('what comes while nothing was told yet is no alert at all', async () => {
  const world = new MemoryWorld();
  world.now = noon as EpochMillis;
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'orders').process('0', [record({ minute: 0 })]);
  await new StreamProcessor(pipeline, 'carts', world.ports(), 'carts').process('0', [
    record({ minute: 9, stream: 'carts' }),
  ]);
  world.now = (noon + 30 * minute) as EpochMillis;
  await advanceTime(pipeline, world.ports(), shards, world.now);
  expect(alertsOf(world)).toEqual([]);
  expect(world.messages).toEqual([]);
});

describe.each([
  [
    'what would have come before it',
    `  alone:
    join:
      left: { from: orders, as: order }
      right: { from: carts, as: cart }
      on: { left: event.kind, right: event.kind }
      within: { before: 5m, after: 2m }
      type: left
    select:
      total: order.total
    alert:
      severity: low
      title: 'x'`,
  ],
  [
    'what must not come before it',
    `  first:
    groupBy:
      kind: event.kind
    sequence:
      - not: { from: carts, for: 5m }
      - placed: { from: orders }
    within: 10m
    alert:
      severity: low
      title: 'x'`,
  ],
])('of %s', (_, rule) => {
  const rules = compiled(withRules(rule));

  /** What stands, by its minutes, after an order was put back where none was counted before, and another has come. */
  async function standing(putBack: number, next: number): Promise<number[]> {
    const world = new MemoryWorld();
    world.now = (noon + 20 * minute) as EpochMillis;
    const orders = new StreamProcessor(rules, 'orders', world.ports(), 'orders');
    const broken = record({ minute: putBack });
    await orders.process('0', [{ ...broken, event: undefined, unreadable: 'not JSON' }]);
    const { letters } = await redrive(rules, world.ports(), [{ record: broken }], { late: false, dryRun: false });
    expect(letters).toMatchObject([{ putBack: [expect.any(String)] }]);
    const passes = (to: number): Promise<unknown> =>
      advanceTime(rules, world.ports(), shards, (world.now = (noon + to * minute) as EpochMillis));
    await passes(next - 1);
    await orders.process('0', [{ ...record({ minute: next }), arrival: world.now }]);
    await passes(next + 60);
    return alertsOf(world).flatMap(({ status, content: { events } }) =>
      status === 'withdrawn' ? [] : events.map(({ at }) => (at - noon) / minute),
    );
  }

  test('nothing is told where a rule begins, be it with a letter that was put back; from then on all is known', async () => {
    expect(await standing(10, 60)).toEqual([60]);
  });
});
