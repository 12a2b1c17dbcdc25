import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { record } from './batches.ts';
import { MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const owned = compiled(withRules(rules['sliding, owned key'] ?? ''));
const tumbling = compiled(withRules(rules['tumbling, changes'] ?? ''));

function processor(world: MemoryWorld, pipeline = owned): StreamProcessor {
  return new StreamProcessor(pipeline, 'orders', world.ports(), 'p1');
}

test('a batch writes each dirty item once, the ids that it brought and the shard record; the first also says where its rules begin, what the shard takes over, and that its record begins', async () => {
  const world = new MemoryWorld();
  await processor(world).process(
    '0',
    [1, 2, 3, 4]
      .flatMap((minute) => ['ann', 'bob'].map((customer) => record({ minute, customer, total: minute })))
      .slice(0, 4),
  );
  expect(world.state.writes.map(({ sk }) => sk).length).toBe(2 + 1 + 1 + 1 + 1 + 1);
  expect(world.alerts.writes).toEqual([]);
});

test('an opening costs two writes, an amendment one, a withdrawal two, what is told one more for all, and what does not change none', async () => {
  const world = new MemoryWorld();
  const orders = processor(world, tumbling);
  const writes = async (minute: number, customer = 'ann'): Promise<number> => {
    world.reset();
    await orders.process('0', [record({ minute, customer })]);
    expect(world.state.writes).toHaveLength(3);
    return world.alerts.writes.length;
  };
  await orders.process('0', [record({ minute: 0, customer: 'cid' })]);
  expect(await writes(0, 'bob')).toBe(0);
  expect(await writes(0)).toBe(0);
  expect(await writes(1)).toBe(2 + 1);
  expect(await writes(1.5)).toBe(2 + 1);
  expect(await writes(2)).toBe(0);
});

test('an amendment is put and not published', async () => {
  const world = new MemoryWorld();
  const orders = processor(world);
  await orders.process('0', [record({ minute: 0 }), record({ minute: 1 }), record({ minute: 2 })]);
  expect(world.messages).toHaveLength(1);
  world.reset();
  await orders.process('0', [record({ minute: 3 })]);
  expect(world.alerts.writes).toHaveLength(1);
  expect(world.messages).toEqual([]);
});

test('warm keys of one owner cost no read but the first of the batch', async () => {
  const world = new MemoryWorld();
  const orders = processor(world);
  await orders.process(
    '0',
    [0, 1, 2].flatMap((minute) => ['ann', 'bob', 'cid'].map((customer) => record({ minute, customer }))),
  );
  world.reset();
  for (const minute of [3, 5, 4, 14, 15, 16, 40]) {
    await orders.process(
      '0',
      ['ann', 'bob', 'cid', 'dan'].map((customer) => record({ minute, customer })),
    );
  }
  expect(world.state.counts).toEqual({ gets: 7, queries: 0, conflicts: 0 });
  expect(world.alerts.counts).toEqual({ gets: 0, queries: 0, conflicts: 0 });
});

test('keys that were never seen cost no read either', async () => {
  const world = new MemoryWorld();
  const orders = processor(world, tumbling);
  await orders.process('0', [record({ minute: 0 })]);
  world.reset();
  await orders.process('0', [record({ minute: 20, customer: 'new' })]);
  expect(world.state.counts).toEqual({ gets: 1, queries: 0, conflicts: 0 });
});

test('a cold process reads the panes of a batch in one go', async () => {
  const world = new MemoryWorld();
  const customers = Array.from({ length: 30 }, (_, i) => `c${i}`);
  await processor(world).process(
    '0',
    customers.map((customer) => record({ minute: 0, customer })),
  );
  world.reset();
  await new StreamProcessor(owned, 'orders', world.ports(), 'p2').process(
    '0',
    customers.map((customer) => record({ minute: 1, customer })),
  );
  // Its shard is new: what it took over is read too.
  expect(world.state.counts).toEqual({ gets: 3, queries: 2, conflicts: 0 });
});

test('a batch that was finished costs one read and no write', async () => {
  const world = new MemoryWorld();
  const orders = processor(world);
  const batch = [record({ minute: 0 }), record({ minute: 1 }), record({ minute: 2 })];
  await orders.process('0', batch);
  world.reset();
  expect(await orders.process('0', batch)).toMatchObject({ records: 3, repeated: 3, alerts: 0 });
  expect(world.state.counts).toEqual({ gets: 1, queries: 0, conflicts: 0 });
  expect([...world.state.writes, ...world.alerts.writes]).toEqual([]);
});

test('an item holds of an event only the fields that its rule reads', async () => {
  const world = new MemoryWorld();
  const large = [1, 2, 3].map((minute) => record({ minute }));
  await processor(world).process(
    '0',
    large.map((one) => ({ ...one, event: { ...(one.event as object), note: 'unread'.repeat(2000) } })),
  );
  const items = [...world.state.writes, ...world.alerts.writes];
  expect(world.alerts.writes.length).toBeGreaterThan(0);
  expect(items.filter(({ body }) => body.includes('unread'))).toEqual([]);
});
