/** Alerts that are recorded and not told yet, and what must not keep them waiting. */
import type { AlertMessage } from '../../../engine/alert/message.ts';
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { AlertStore } from '../../../engine/protocol/alert-store.ts';
import { pendingSlots } from '../../../engine/protocol/due-slot.ts';
import type { Ports } from '../../../engine/protocol/ports.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const stateless = compiled(withRules(`${rules['stateless'] ?? ''}\n      limit: 100000 per 1h`));
const tumbling = compiled(withRules(rules['tumbling, threshold'] ?? ''));
const none = () => Promise.resolve(new Set<string>());
const all = (messages: readonly AlertMessage[]) => Promise.resolve(new Set(messages.map(({ id }) => id)));

const pendingOf = (world: MemoryWorld) => alertsOf(world).filter(({ pending }) => pending !== undefined);

/** A world with so many alerts that SNS has refused so far, each a millisecond after the one before. */
async function refused(count: number): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  const orders = new StreamProcessor(stateless, 'orders', { ...world.ports(), publish: all }, 'p');
  await orders.process(
    '0',
    Array.from({ length: count }, () => record({ minute: 0, total: 10 })),
  );
  let at = 0;
  for (const [key, item] of world.alerts.items)
    world.alerts.items.set(key, { ...item, due: { slot: item.due?.slot ?? '', at: at++ as EpochMillis } });
  world.now = minute as EpochMillis;
  return world;
}

function publishPending(ports: Ports, pipeline = stateless): Promise<number> {
  const plans = new Map(pipeline.plan.rules.map((plan) => [plan.name, plan]));
  return new AlertStore(ports, 'test').publishPending(plans, (ports.now() - 1) as EpochMillis);
}

test('a thousand alerts that are always refused keep none behind them waiting', async () => {
  const world = await refused(2_300);
  const bad = new Set(
    alertsOf(world)
      .slice(0, 1_100)
      .map(({ id }) => `${id}/0`),
  );
  const publish: Ports['publish'] = (messages) =>
    Promise.resolve(new Set(messages.map(({ id }) => id).filter((id) => bad.has(id))));
  expect(await publishPending({ ...world.ports(), publish })).toBe(1_200);
  expect(
    pendingOf(world)
      .map(({ id }) => `${id}/0`)
      .toSorted(),
  ).toEqual([...bad].toSorted());
  // They come again when they have waited as long again.
  expect(await publishPending({ ...world.ports(), publish: none })).toBe(0);
  world.now = (world.now + minute) as EpochMillis;
  expect(await publishPending({ ...world.ports(), publish: none })).toBe(1_100);
  expect(pendingOf(world)).toEqual([]);
});

test('all that is pending is published, page by page, while the index still shows what was', async () => {
  const world = await refused(3_500);
  const ports = world.ports();
  const shown = new Map(
    await Promise.all(
      pendingSlots.map(async (slot) => [slot, await ports.alerts.due(slot, world.now, 10_000)] as const),
    ),
  );
  const told: string[] = [];
  const lagging: Ports = {
    ...ports,
    alerts: { ...ports.alerts, due: async (slot, _, limit) => shown.get(slot)!.slice(0, limit) },
    publish: (messages) => {
      told.push(...messages.map(({ id }) => id));
      return none();
    },
  };
  expect(await publishPending(lagging)).toBe(3_500);
  expect(new Set(told).size).toBe(3_500);
  expect(told).toHaveLength(3_500);
  expect(pendingOf(world)).toEqual([]);
});

test('an alert that is revised while it is published is told again, as it is now', async () => {
  const world = new MemoryWorld();
  const batch = (...minutes: number[]) => minutes.map((at) => record({ minute: at }));
  const orders = new StreamProcessor(tumbling, 'orders', { ...world.ports(), publish: all }, 'p');
  await orders.process('0', batch(0, 1));
  world.now = minute as EpochMillis;
  const told: (string | undefined)[] = [];
  const publish: Ports['publish'] = async (messages) => {
    told.push(...messages.map(({ attributes }) => attributes['revision']));
    if (told.length === 1) await orders.process('0', batch(2));
    return new Set();
  };
  expect(await publishPending({ ...world.ports(), publish }, tumbling)).toBe(1);
  expect(pendingOf(world)).toMatchObject([{ revision: 1, pending: 'opened' }]);
  world.now = (2 * minute) as EpochMillis;
  await publishPending({ ...world.ports(), publish }, tumbling);
  expect(told).toEqual(['0', '1']);
  expect(pendingOf(world)).toEqual([]);
});

test('while SNS does not answer, watermarks move, panes are closed, and what is told of them stays pending', async () => {
  const world = new MemoryWorld();
  world.now = noon as EpochMillis;
  const refusing: Ports = { ...world.ports(), publish: all };
  const text = `${rules['stateless'] ?? ''}\n      limit: 100000 per 1h\n${rules['tumbling, final']?.replace('n == 2', 'n >= 2') ?? ''}`;
  const pipeline = compiled(withRules(text));
  const customers = Array.from({ length: 300 }, (_, i) => `c${i}`);
  await new StreamProcessor(pipeline, 'orders', refusing, 'p').process('0', [
    ...customers.flatMap((customer) => [0, 1, 2].map((at) => record({ minute: at, customer, total: 9 }))),
    record({ minute: 40 }),
  ]);
  world.now = (noon + 45 * minute) as EpochMillis;
  let left = 1;
  const hanging: Ports = {
    ...world.ports(),
    publish: (messages) => {
      // Calls of ten, four at a time, of half a minute each.
      left -= Math.ceil(messages.length / 40) / 2;
      return all(messages);
    },
  };
  const port = { shards: async () => [openShard('0')], atTip: async () => false };
  const report = await advanceTime(pipeline, hanging, port, world.now, undefined, undefined, () => left);
  expect(left).toBeGreaterThan(0.2);
  expect(report).toMatchObject({ published: 0, closed: 300, alerts: 300 });
  expect(pendingOf(world)).toHaveLength(900 + 300);
  // All of it is told when SNS answers again.
  world.now = (noon + 50 * minute) as EpochMillis;
  expect(await publishPending(world.ports(), pipeline)).toBe(1_200);
});

test('where SNS answers, what is pending leaves time for what is to be closed', async () => {
  const world = await refused(500);
  let left = 1;
  const publish: Ports['publish'] = (messages) => {
    left -= messages.length / 320;
    return none();
  };
  const plans = new Map(stateless.plan.rules.map((plan) => [plan.name, plan]));
  const store = new AlertStore({ ...world.ports(), publish }, 'test', () => left);
  const published = await store.publishPending(plans, (world.now - 1) as EpochMillis, 0.7);
  expect(published).toBeGreaterThan(40);
  expect(left).toBeGreaterThan(0.7);
  expect(pendingOf(world)).toHaveLength(500 - published);
});
