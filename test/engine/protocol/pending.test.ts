/** Alerts that are recorded and not told yet, and what must not keep them waiting. */
import type { AlertMessage } from '../../../engine/alert/message.ts';
import { AlertStore } from '../../../engine/protocol/alert-store.ts';
import { pendingSlot } from '../../../engine/protocol/message-counts.ts';
import type { Ports } from '../../../engine/protocol/ports.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, record } from './batches.ts';
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
    world.alerts.items.set(key, { ...item, due: { slot: pendingSlot, at: at++ as EpochMillis } });
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
  const shown = await ports.alerts.due(pendingSlot, world.now, 10_000);
  const told: string[] = [];
  const lagging: Ports = {
    ...ports,
    alerts: { ...ports.alerts, due: (_, __, limit) => Promise.resolve(shown.slice(0, limit)) },
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
