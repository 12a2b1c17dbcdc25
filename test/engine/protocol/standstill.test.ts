import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { noon, openShard, record } from './batches.ts';
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
