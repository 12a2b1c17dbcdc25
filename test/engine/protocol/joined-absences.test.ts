/** Alerts that join what did not come: what comes while advance-time is about to tell of it disproves none of it. */
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Call, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const alert = `
    alert:
      severity: low
      title: 'x'
      cooldown: 30m`;

const shards: ShardPort = { shards: () => Promise.resolve([openShard('0')]), atTip: () => Promise.resolve(true) };

describe.each([
  [
    'a sequence',
    `  not-paid:
    groupBy:
      kind: event.kind
    sequence:
      - placed: { from: orders, where: event.kind == "a" }
      - not: { from: carts }
    within: 10m
    after: next-event${alert}`,
  ],
  [
    'a join',
    `  alone:
    join:
      left: { from: orders, as: order, where: event.kind == "a" }
      right: { from: carts, as: cart }
      on: { left: event.kind, right: event.kind }
      within: 10m
      type: left
    select:
      total: order.total${alert}`,
  ],
])('of %s', (_, rule) => {
  const pipeline = compiled(withRules(rule));

  /** An order, of which advance-time tells; another shard brings an order at one of its calls. */
  async function disturbed(on: Call['on'], moment: Call['moment'], nth: number): Promise<MemoryWorld> {
    const world = new MemoryWorld();
    world.now = (noon - 60 * minute) as EpochMillis;
    const orders = new StreamProcessor(pipeline, 'orders', world.ports(), 'orders');
    await orders.process('0', [record({ minute: -60, kind: 'z' })]);
    world.now = noon as EpochMillis;
    await orders.process('0', [record({ minute: 0 })]);
    world.now = (noon + 14 * minute) as EpochMillis;
    let calls = 0;
    const disturb = async (call: Call): Promise<void> => {
      if (call.on !== on || call.operation !== 'put' || call.moment !== moment || ++calls !== nth) return;
      const other = { ...record({ minute: 13, shard: '1' }), arrival: world.now };
      await new StreamProcessor(pipeline, 'orders', world.ports(), 'other').process('1', [other]);
    };
    await advanceTime(pipeline, world.ports(disturb), shards, world.now);
    expect(calls).toBeGreaterThanOrEqual(nth);
    return world;
  }

  test.each([
    ['before its record is put', 'alerts', 'before', 1],
    ['once its record is put', 'alerts', 'after', 1],
    ['once it is published', 'alerts', 'after', 2],
    ['before anything is said of it in the panes', 'state', 'before', 2],
    ['right before all is said of it in the panes', 'state', 'before', 3],
    ['after that', 'state', 'after', 3],
  ] as const)('an event that comes %s leaves the alert as it is', async (_when, on, moment, nth) => {
    const world = await disturbed(on, moment, nth);
    expect(alertsOf(world).map(({ status }) => status)).toEqual([expect.stringMatching('open|amended')]);
    expect(new Set(world.messages.map(({ attributes }) => attributes['status']))).toEqual(new Set(['opened']));
  });
});
