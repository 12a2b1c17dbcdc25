/** What a producer sends twice, in two records, counts once. */
import fc from 'fast-check';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { type Given, record } from './batches.ts';
import { alertsOf, type Disturbance, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const pipeline = compiled(
  withRules(`  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 1h
    aggregate:
      orders: count()
    emit: changes
    alert:
      severity: low
      title: '{{ orders }}'`),
);
const sent = (id: string, minute: number, more: Partial<Given> = {}): InputRecord => record({ minute, id, ...more });

let processes = 0;
function process(world: MemoryWorld, disturb?: Disturbance): StreamProcessor {
  return new StreamProcessor(pipeline, 'orders', world.ports(disturb), `p${++processes}`);
}

/** How many events the alerts of the hours say. */
function counted(world: MemoryWorld): unknown {
  return alertsOf(world).map(({ content }) => content.values['orders']);
}

test('in one batch, in the next, and to another process', async () => {
  const world = new MemoryWorld();
  const first = process(world);
  await first.process('0', [sent('a', 0), sent('a', 0), sent('b', 1)]);
  expect(await first.process('0', [sent('b', 1), sent('c', 2)])).toMatchObject({ resent: 1 });
  expect(await process(world).process('0', [sent('a', 0), sent('c', 2), sent('d', 3)])).toMatchObject({ resent: 2 });
  expect(counted(world)).toEqual([4]);
});

test('a batch that died before it was finished comes again, and its events are no repeats of themselves', async () => {
  const world = new MemoryWorld();
  const batch = [sent('a', 0), sent('b', 1), sent('a', 2), sent('c', 3)];
  const dies = process(world, ({ on, operation, moment }) => {
    if (on === 'alerts' && operation === 'put' && moment === 'before') throw new Error('no answer');
  });
  await expect(dies.process('0', batch)).rejects.toThrow('no answer');
  expect(await process(world).process('0', batch)).toMatchObject({ resent: 1 });
  expect(counted(world)).toEqual([3]);
});

test('a batch that died between its ids and the shard record comes again, cut elsewhere', async () => {
  const world = new MemoryWorld();
  const batch = [sent('a', 0), sent('b', 1), sent('c', 2), sent('a', 3)];
  let puts = 0;
  const dies = process(world, ({ on, operation, moment }) => {
    if (on === 'state' && operation === 'put' && moment === 'before' && ++puts === 4) throw new Error('no answer');
  });
  await expect(dies.process('0', batch)).rejects.toThrow('no answer');
  expect([...world.state.items.keys()].filter((key) => key.startsWith('@ids'))).toHaveLength(1);
  const next = process(world);
  await next.process('0', batch.slice(0, 2));
  await process(world).process('0', batch.slice(2));
  expect(counted(world)).toEqual([3]);
});

test('what there was no time for comes again, and is no repeat of itself', async () => {
  const world = new MemoryWorld();
  const records = ['ann', 'bob', 'cid'].flatMap((customer, i) => [sent(customer, i, { customer })]);
  const slow = process(world);
  let left = 1;
  const { unfinished } = await slow.process('0', records, () => (left -= 0.3));
  expect(unfinished).toBeDefined();
  const rest = records.filter(({ sequenceNumber }) => sequenceNumber >= (unfinished ?? ''));
  expect(await slow.process('0', rest)).toMatchObject({ resent: 0 });
  expect(await process(world).process('0', [sent('ann', 5, { customer: 'ann' })])).toMatchObject({ resent: 1 });
});

test('on a shard that split off the one that brought it first, also after a restart', async () => {
  const world = new MemoryWorld();
  await process(world).process('0', [sent('a', 0), sent('b', 1)]);
  await process(world).process('1', [sent('b', 1, { shard: '1' }), sent('c', 2, { shard: '1' })]);
  await process(world).process('1', [sent('a', 3, { shard: '1' }), sent('d', 4, { shard: '1' })]);
  expect(counted(world)).toEqual([4]);
});

test.each(['the same', 'another'])(
  'what another shard brings once a shard is read is none of its business, for %s process',
  async (which) => {
    const world = new MemoryWorld();
    const reader = process(world);
    await reader.process('1', [sent('a', 0, { shard: '1' })]);
    await process(world).process('0', [sent('b', 1)]);
    const next = which === 'another' ? process(world) : reader;
    expect(await next.process('1', [sent('b', 2, { shard: '1' })])).toMatchObject({ resent: 0 });
    expect(counted(world)).toEqual([3]);
  },
);

test('what a new shard takes over is settled before its first event counts', async () => {
  const world = new MemoryWorld();
  await process(world).process('0', [sent('a', 0)]);
  const batch = [sent('b', 1, { shard: '1' }), sent('c', 2, { shard: '1' })];
  const dies = process(world, ({ on, operation, moment }) => {
    if (on === 'alerts' && operation === 'put' && moment === 'before') throw new Error('no answer');
  });
  await expect(dies.process('1', batch)).rejects.toThrow('no answer');
  await process(world).process('0', [sent('b', 2.1)]);
  expect(await process(world).process('1', batch)).toMatchObject({ resent: 0 });
  expect(counted(world)).toEqual([4]);
});

test('beyond the horizon an id names another event', async () => {
  const world = new MemoryWorld();
  await process(world).process('0', [sent('a', 0), sent('b', 1)]);
  expect(await process(world).process('0', [sent('a', 10.1)])).toMatchObject({ resent: 0 });
  expect(counted(world)).toEqual([3]);
});

/** What happens to records of one shard: minutes between them, ids, and whose time runs out where. */
const drawn = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    customer: fc.constantFrom('ann', 'bob', 'cid', 'dan'),
    pause: fc.constantFrom(0, 0.1, 1, 4, 9.9, 10, 10.1, 25),
  }),
  { maxLength: 25 },
);

/** Counted as a list says it: again once the last that was counted arrived longer than the horizon before. */
function expected(records: readonly InputRecord[]): unknown {
  const last = new Map<string, number>();
  return records.filter(({ event, arrival = 0 }) => {
    const { id } = event as { readonly id: string };
    const before = last.get(id);
    if (before !== undefined && arrival - before <= 10 * 60_000) return false;
    last.set(id, arrival);
    return true;
  }).length;
}

test('however batches are cut, given up and delivered again, what is a repeat follows from the records alone', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, fc.infiniteStream(fc.nat(99)), async (events, luck) => {
      const world = new MemoryWorld();
      const below = (n: number): number => Number(luck.next().value) % n;
      let minute = 0;
      const records = events.map(({ id, customer, pause }) => sent(id, (minute += pause), { customer }));
      let current = process(world);
      for (let done = 0; done < records.length; ) {
        if (below(3) === 0) current = process(world);
        const worker = below(5) === 0 ? failing(world, 1 + below(12)) : current;
        const batch = records.slice(below(done + 1), done + 1 + below(8));
        const hurry = below(2) === 0;
        try {
          const { unfinished } = await worker.process('0', batch, () => (hurry && below(3) === 0 ? 0 : 1));
          const at = batch.findIndex(({ sequenceNumber }) => sequenceNumber === unfinished);
          done = Math.max(done, records.indexOf(batch[at] ?? batch.at(-1)!) + (at === -1 ? 1 : 0));
        } catch (error) {
          expect(error).toMatchObject({ message: 'no answer' });
        }
      }
      const sum = alertsOf(world).reduce((total, { content }) => total + Number(content.values['orders']), 0);
      expect(sum).toBe(expected(records));
    }),
    { numRuns: 150 },
  );
});

/** A process that makes so many calls, and then fails. */
function failing(world: MemoryWorld, calls: number): StreamProcessor {
  let left = calls;
  return process(world, ({ moment }) => {
    if (moment !== 'within' && --left < 0) throw new Error('no answer');
  });
}

test('ids are stored as text that says the same when it is read', async () => {
  const world = new MemoryWorld();
  const ids = Array.from({ length: 300 }, (_, i) => `${i}`.repeat(1 + (i % 7)));
  await process(world).process(
    '0',
    ids.map((id, i) => sent(id, i / 100)),
  );
  for (const [key, item] of world.state.items)
    world.state.items.set(key, { ...item, body: JSON.stringify(JSON.parse(item.body)) });
  expect(
    await process(world).process(
      '0',
      ids.map((id) => sent(id, 9)),
    ),
  ).toMatchObject({ resent: 300 });
});

test('what a batch of many hours brings is stored by the horizon, so that it can be asked for by time', async () => {
  const world = new MemoryWorld();
  await process(world).process(
    '0',
    [0, 5, 11, 12, 60].map((minute) => sent(`at ${minute}`, minute)),
  );
  const keys = [...world.state.items.keys()].filter((key) => key.startsWith('@ids') && !key.endsWith('#birth'));
  expect(keys).toHaveLength(3);
});

test('in memory as well', () => {
  const said: unknown[] = [];
  const run = new InMemoryRun(pipeline, {
    alert: ({ content }) => said.push(content.values['orders']),
    rejected: (rejection) => expect(rejection).toBeUndefined(),
  });
  for (const one of [sent('a', 0), sent('a', 0), sent('b', 1), sent('c', 2)]) run.process(one);
  expect(said.at(-1)).toBe(3);
  expect(run.repeats).toBe(1);
});
