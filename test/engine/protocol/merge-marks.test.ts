import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Call, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const daily = compiled(withRules(rules['calendar day, global key'] ?? ''));
const sliding = compiled(withRules(rules['sliding, shared key'] ?? ''));

let processes = 0;
class Cloud {
  readonly world = new MemoryWorld();
  readonly #pipeline: typeof daily;
  readonly #port: ShardPort;
  constructor(pipeline: typeof daily, shards: number) {
    this.#pipeline = pipeline;
    const ids = Array.from({ length: shards }, (_, i) => openShard(String(i)));
    this.#port = { shards: async (stream) => (stream === 'orders' ? ids : []), atTip: async () => false };
  }
  batch(given: readonly Given[], disturb?: (call: Call) => void | Promise<void>) {
    const { shard = '0' } = given[0] ?? {};
    return new StreamProcessor(this.#pipeline, 'orders', this.world.ports(disturb), `p${++processes}`).process(
      shard,
      given.map(record),
    );
  }
  advance(pause?: () => Promise<boolean>, disturb?: (call: Call) => void | Promise<void>) {
    this.world.now = (this.world.now + 1000) as EpochMillis;
    return advanceTime(this.#pipeline, this.world.ports(disturb), this.#port, noon as EpochMillis, undefined, pause);
  }
  get counts(): unknown[] {
    return alertsOf(this.world).map(({ content }) => content.values['n']);
  }
}

const orders = (shard: number, ...minutes: number[]): Given[] =>
  minutes.map((at) => ({ minute: at, shard: String(shard), customer: `c${shard}` }));

test('up to eight writers settle a key themselves, more leave it to advance-time', async () => {
  for (const [shards, alerts] of [
    [8, 1],
    [9, 0],
  ] as const) {
    const cloud = new Cloud(daily, shards);
    await cloud.advance();
    expect(await cloud.batch(orders(0, 1))).toMatchObject({ alerts });
    await cloud.advance();
    expect(cloud.counts).toEqual([1]);
  }
});

test.each([
  ['a global key', daily, 500],
  ['sliding windows', sliding, 500],
])('%s over fifty shards settles without a storm of conflicts', async (_, pipeline, events) => {
  const cloud = new Cloud(pipeline, 50);
  await cloud.advance();
  cloud.world.reset();
  const shards = Array.from({ length: 50 }, (__, shard) => shard);
  for (let round = 0; round < 5; round++)
    await Promise.all(
      shards.map((shard) => cloud.batch(orders(shard, round + shard / 100, round + 0.6 + shard / 1000))),
    );
  expect(cloud.counts).toEqual([]);
  // Panes, ids and shard records, what each shard takes over and that its record begins, once, and two that one of them puts for all: the mark, and
  // where the rule begins.
  expect(cloud.world.state.writes).toHaveLength(5 * 50 * 3 + 2 * 50 + 2);
  // All at once put the first mark, and where the rule begins; the others find it said.
  expect(cloud.world.state.counts.conflicts).toBeLessThan(2 * 50);
  expect(await cloud.advance()).toMatchObject({ merged: 1 });
  expect(cloud.counts).toEqual([events]);
  expect(await cloud.advance()).toMatchObject({ merged: 0 });
});

test('a pane that is put while its key is settled is settled after it', async () => {
  for (const moment of ['before', 'after'] as const) {
    const calls = { seen: 0, at: 0, more: 0 };
    for (calls.at = 1; calls.more >= calls.at - 1; calls.at++) {
      const cloud = new Cloud(daily, 20);
      await cloud.advance();
      await cloud.batch(orders(0, 1));
      calls.seen = 0;
      // Another shard's batch comes around each call of the settling in turn.
      await cloud.advance(undefined, async (call) => {
        if (call.moment !== moment || ++calls.seen !== calls.at) return;
        calls.more = calls.at;
        await cloud.batch(orders(1, 2));
      });
      await cloud.advance();
      expect(cloud.counts).toEqual([calls.more === calls.at ? 2 : 1]);
    }
    expect(calls.at).toBeGreaterThan(10);
  }
});

test.each([
  ['a global key', daily],
  ['sliding windows', sliding],
])('a settling that dies is done again: %s', async (_, pipeline) => {
  for (let at = 1, died = true; died; at++) {
    const cloud = new Cloud(pipeline, 20);
    await cloud.advance();
    await cloud.batch(orders(0, 1, 2, 3));
    let calls = 0;
    died = await cloud
      .advance(undefined, () => {
        if (++calls === at) throw new Error('no answer');
      })
      .then(
        () => false,
        () => true,
      );
    await cloud.advance();
    cloud.world.now = (cloud.world.now + 2 * minute) as EpochMillis;
    await cloud.advance();
    expect(cloud.counts).toEqual([3]);
    expect(cloud.world.messages.length).toBeGreaterThan(0);
  }
});

test('advance-time settles as often as it is given pauses, and does not pause where writers are few', async () => {
  const cloud = new Cloud(daily, 20);
  await cloud.advance();
  let pauses = 0;
  const counts: unknown[] = [];
  await cloud.advance(async () => {
    counts.push(cloud.counts[0]);
    await cloud.batch(orders(pauses, pauses));
    return ++pauses < 4;
  });
  expect(counts).toEqual([undefined, 1, 2, 3]);
  const few = new Cloud(daily, 8);
  await few.advance(() => Promise.reject(new Error('a pause')));
});

test('a batch that touches more windows than a mark can name settles them itself', async () => {
  const hourly = compiled(
    withRules(`  hourly:
    from: orders
    window:
      tumbling: 1m
    aggregate:
      n: count()
    emit: changes
    alert:
      severity: low
      title: 'x'`),
  );
  const cloud = new Cloud(hourly, 9);
  await cloud.advance();
  const report = await cloud.batch(orders(0, ...Array.from({ length: 5_001 }, (_, at) => at)));
  expect(report).toMatchObject({ alerts: 5_001 });
});
