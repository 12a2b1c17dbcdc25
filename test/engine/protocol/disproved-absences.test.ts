/** Absences that are disproved while advance-time is about to tell of them. */
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
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
