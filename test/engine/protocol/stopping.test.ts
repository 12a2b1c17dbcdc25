import { nothingFinished, readShardRecord, shardRecordKey } from '../../../engine/protocol/shard-record.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { watermarkKey } from '../../../engine/protocol/watermarks.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { minute, noon, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const tumbling = compiled(withRules(rules['tumbling, threshold'] ?? ''));
const sliding = compiled(withRules(rules['sliding, owned key'] ?? ''));
const stateless = compiled(withRules(rules['stateless'] ?? ''));

const standing = (world: MemoryWorld) =>
  alertsOf(world)
    .map(({ id, status, content }) => JSON.stringify([id, status !== 'withdrawn', content]))
    .toSorted();
const ownWrites = (world: MemoryWorld) => world.state.writes.filter(({ pk }) => !pk.startsWith('@'));
const allWrites = ({ state, alerts }: MemoryWorld) => state.writes.length + alerts.writes.length;

function shardRecord(world: MemoryWorld) {
  const { pk, sk } = shardRecordKey('orders', '0');
  const item = world.state.items.get(`${pk}\n${sk}`);
  return item && readShardRecord(item).record;
}

/** Each of many customers orders three times, the last of them long after the others. */
function manyKeys(): InputRecord[] {
  const customers = Array.from({ length: 450 }, (_, i) => `c${i}`);
  return [0, 1, 2].flatMap((round) =>
    customers.map((customer, i) => record({ minute: round + i / 1000, customer, total: 10 })),
  );
}

/** Delivers a batch, and what is left of it, until it is done; answers what each delivery left. */
async function deliver(
  process: () => StreamProcessor,
  batch: readonly InputRecord[],
  timeLeft: () => () => number,
): Promise<string[]> {
  const left: string[] = [];
  for (let rest = batch; rest.length > 0; ) {
    const { unfinished } = await process().process('0', rest, timeLeft());
    if (unfinished === undefined) return left;
    left.push(unfinished);
    rest = rest.slice(rest.findIndex(({ sequenceNumber }) => sequenceNumber === unfinished));
  }
  return left;
}

describe.each([
  ['tumbling', tumbling],
  ['sliding', sliding],
  ['stateless', stateless],
])('where time runs out: %s', (_, pipeline) => {
  test.each(['by the same process', 'by others'])(
    'what is left is done later, %s, and stands as if at once',
    async (by) => {
      const batch = manyKeys();
      const [whole, cut] = [new MemoryWorld(), new MemoryWorld()];
      await new StreamProcessor(pipeline, 'orders', whole.ports(), 'p').process('0', batch);
      const same = new StreamProcessor(pipeline, 'orders', cut.ports(), 'p');
      let processes = 0;
      const left = await deliver(
        () => (by === 'by others' ? new StreamProcessor(pipeline, 'orders', cut.ports(), `q${++processes}`) : same),
        batch,
        () => {
          const before = allWrites(cut);
          return () => 1 - (allWrites(cut) - before) / 250;
        },
      );
      expect(left.length).toBeGreaterThan(1);
      expect(left).toEqual(left.toSorted((a, b) => Number(a) - Number(b)));
      expect(standing(cut)).toEqual(standing(whole));
      expect(shardRecord(cut)).toMatchObject({ finished: batch.at(-1)?.sequenceNumber, newest: noon + 2.449 * minute });
      expect(ownWrites(cut)).toHaveLength(ownWrites(whole).length);
    },
  );
});

test('no write begins when less than a quarter of the time is left, and what was begun is finished', async () => {
  const world = new MemoryWorld();
  const timeLeft = () => 1 - ownWrites(world).length / 250;
  const report = await new StreamProcessor(tumbling, 'orders', world.ports(), 'p').process('0', manyKeys(), timeLeft);
  expect(report.unfinished).toBeDefined();
  expect(ownWrites(world)).toHaveLength(200);
  expect(alertsOf(world)).toHaveLength(200);
});

test('progress and newest event cover only what lies below the record that is given back', async () => {
  const world = new MemoryWorld();
  const batch = manyKeys();
  const timeLeft = () => 1 - ownWrites(world).length / 120;
  const { unfinished } = await new StreamProcessor(tumbling, 'orders', world.ports(), 'p').process(
    '0',
    batch,
    timeLeft,
  );
  expect(unfinished).toBe(batch[100]?.sequenceNumber);
  expect(shardRecord(world)).toMatchObject({
    finished: batch[99]?.sequenceNumber,
    newest: (batch[99]?.event as { at: number }).at,
  });
});

test('a malformed event is kept when the batch has come as far', async () => {
  const world = new MemoryWorld();
  const batch = manyKeys();
  const broken = (at: number) => ({ ...batch[at]!, event: undefined, unreadable: 'not JSON' });
  batch[50] = broken(50);
  batch[1000] = broken(1000);
  const letters = () => [...world.letters.values()].flatMap(({ lines }) => lines);
  const left = () => 1 - ownWrites(world).length / 120;
  const orders = new StreamProcessor(tumbling, 'orders', world.ports(), 'p');
  const { unfinished } = await orders.process('0', batch, left);
  expect(letters()).toEqual([expect.stringContaining(`"${batch[50].sequenceNumber}"`)]);
  await orders.process('0', batch.slice(batch.findIndex((one) => one.sequenceNumber === unfinished)));
  expect(letters()).toHaveLength(2);
});

test('without time nothing is done, and the batch is given back whole', async () => {
  const world = new MemoryWorld();
  const batch = manyKeys();
  const orders = new StreamProcessor(tumbling, 'orders', world.ports(), 'p');
  expect(await orders.process('0', batch, () => 0.1)).toMatchObject({ unfinished: batch[0]?.sequenceNumber });
  // But that the rule and the shard's record begin here, and what the shard takes over.
  const begun = [watermarkKey.pk, shardRecordKey('orders', '').pk];
  expect(world.state.writes.filter(({ pk, sk }) => !begun.includes(pk) && sk !== '#birth')).toEqual([]);
  expect(shardRecord(world)?.finished).toBe(nothingFinished);
});

test('a busy key whose events come out of order is done in pieces, none of them twice', async () => {
  const batch = Array.from({ length: 600 }, (_, i) => record({ minute: 10 - (i % 300) / 60, total: i }));
  const [whole, cut] = [new MemoryWorld(), new MemoryWorld()];
  await new StreamProcessor(sliding, 'orders', whole.ports(), 'p').process('0', batch);
  let processes = 0;
  const left = await deliver(
    () => new StreamProcessor(sliding, 'orders', cut.ports(), `p${++processes}`),
    batch,
    () => {
      let asked = 0;
      return () => (++asked > 100 ? 0 : 1);
    },
  );
  expect(left.length).toBeGreaterThan(4);
  expect(standing(cut)).toEqual(standing(whole));
});
