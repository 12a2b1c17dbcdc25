/** What a producer sends twice, in two records, counts once. */
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { type Given, record } from './batches.ts';
import { alertsOf, type Call, MemoryWorld } from './memory-ports.ts';
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
function process(world: MemoryWorld, disturb: (call: Call) => void = () => undefined): StreamProcessor {
  return new StreamProcessor(pipeline, 'orders', world.ports(disturb), `p${++processes}`);
}

/** How many events the alert of the hour says. */
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

test('beyond the horizon an id names another event', async () => {
  const world = new MemoryWorld();
  await process(world).process('0', [sent('a', 0), sent('b', 1)]);
  expect(await process(world).process('0', [sent('a', 10.1)])).toMatchObject({ resent: 0 });
  expect(counted(world)).toEqual([3]);
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
