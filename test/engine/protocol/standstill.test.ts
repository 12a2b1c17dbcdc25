import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { readPaneSortKey } from '../../../engine/state/pane-item.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

test.each([1, 4])(
  'a stream that stands still for %d days holds the windows of its rules open, and their panes are kept',
  async (days) => {
    const pipeline = compiled(withRules(rules['tumbling, final, shared key'] ?? ''));
    const world = new MemoryWorld();
    world.now = noon as EpochMillis;
    let isAtTip = false;
    const port: ShardPort = { shards: async () => [openShard('0')], atTip: async () => isAtTip };
    const orders = new StreamProcessor(pipeline, 'orders', world.ports(), 'o');
    const carts = new StreamProcessor(pipeline, 'carts', world.ports(), 'c');
    const advance = () => advanceTime(pipeline, world.ports(), port, world.now);
    await carts.process('0', [record({ minute: 0, stream: 'carts' })]);
    await orders.process('0', [record({ minute: 1 }), record({ minute: 2 })]);
    await advance();
    for (let day = 1; day <= days; day++) {
      world.now = (noon + day * 86_400_000) as EpochMillis;
      await orders.process('0', [{ ...record({ minute: day * 1440 }), arrival: world.now }]);
      await advance();
      for (const [key, item] of world.state.items) if (item.ttl * 1000 < world.now) world.state.items.delete(key);
    }
    expect(alertsOf(world)).toEqual([]);
    // The mapping of carts is on again, and reads what came today.
    await carts.process('0', [{ ...record({ minute: days * 1440, stream: 'carts' }), arrival: world.now }]);
    isAtTip = true;
    await advance();
    const first = alertsOf(world).filter(({ content: { window } }) => window?.start === noon);
    expect(first).toMatchObject([{ content: { values: { n: 3 } } }]);
  },
);

describe.each([
  ['hopping', 'hopping: 20m\n      every: 10m'],
  ['session', 'session: 6m\n      max: 10m'],
  ['until', 'until: event.at + 480000\n      max: 10m'],
])('panes that final windows share (%s)', (_, window) => {
  const pipeline = compiled(
    withRules(rules['tumbling, final, shared key'] ?? '')
      .replace('tumbling: 10m', window)
      .replace('evidence: 3', 'evidence: 3\n      cooldown: 0s'),
  );

  /** Plays on in the middle of windows that share panes, after carts stood still for so many days. */
  async function played(days: number): Promise<MemoryWorld> {
    const world = new MemoryWorld();
    world.now = noon as EpochMillis;
    let isAtTip = false;
    const port: ShardPort = { shards: async () => [openShard('0')], atTip: async () => isAtTip };
    const orders = new StreamProcessor(pipeline, 'orders', world.ports(), 'o');
    const carts = new StreamProcessor(pipeline, 'carts', world.ports(), 'c');
    const advance = () => advanceTime(pipeline, world.ports(), port, world.now);
    await orders.process(
      '0',
      [5, 7, 9, 12, 14, 16, 18, 19, 22].map((at) => record({ minute: at })),
    );
    await carts.process('0', [record({ minute: 23, stream: 'carts' })]);
    await orders.process('0', [record({ minute: 40 })]);
    await advance();
    for (let day = 1; day <= days; day++) {
      world.now = (noon + day * 86_400_000) as EpochMillis;
      await orders.process('0', [{ ...record({ minute: day * 1440 }), arrival: world.now }]);
      await advance();
      for (const [key, item] of world.state.items) if (item.ttl * 1000 < world.now) world.state.items.delete(key);
    }
    await carts.process('0', [{ ...record({ minute: days * 1440, stream: 'carts' }), arrival: world.now }]);
    isAtTip = true;
    await advance();
    return world;
  }

  const firstHour = (world: MemoryWorld) =>
    alertsOf(world)
      .filter(({ content }) => (content.window?.start ?? 0) < noon + 60 * minute)
      .map(({ content: { window, values } }) => [window, values])
      .sort();

  test('are kept for windows to come, however long a stream stands still', async () => {
    expect(firstHour(await played(4))).toEqual(firstHour(await played(1)));
  });

  test('are kept no longer than others once no window to come needs them', async () => {
    const world = await played(1);
    const soon = (world.now + 10 * 86_400_000) / 1000;
    const ofFirstHour = [...world.state.items.values()].filter(
      ({ pk, sk }) => pk.startsWith('often') && readPaneSortKey(sk).start < noon + 60 * minute,
    );
    expect(ofFirstHour.length).toBeGreaterThan(0);
    for (const { ttl } of ofFirstHour) expect(ttl).toBeLessThan(soon);
  });
});
