/** Where a rule over several streams and shards begins: nobody knows which of them is read first. */
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { readBegins, watermarkKey } from '../../../engine/protocol/watermarks.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const notPaid = `  not-paid:
    groupBy:
      kind: event.kind
    sequence:
      - placed: { from: orders }
      - not: { from: carts }
    within: 10m
    alert:
      severity: low
      title: '{{ kind }}'
  alone:
    join:
      left: { from: orders, as: order }
      right: { from: carts, as: cart }
      on: { left: event.kind, right: event.kind }
      within: { before: 0s, after: 10m }
      type: left
    having: cart == null
    select:
      kind: order.kind
    alert:
      severity: low
      title: '{{ order.kind }}'`;
const pipeline = compiled(withRules(notPaid));

class Cloud {
  readonly world = new MemoryWorld();
  rules = pipeline;
  #processes = 0;
  /** `<stream>/<shard>` of what is not read to its tip. */
  readonly waiting = new Set<string>();

  batch(...given: readonly Given[]) {
    const records = given.map(record);
    const { stream = 'orders', shard = '0' } = given[0] ?? {};
    this.world.now = Math.max(this.world.now, ...records.map(({ arrival = 0 }) => arrival)) as EpochMillis;
    this.waiting.delete(`${stream}/${shard}`);
    return new StreamProcessor(this.rules, stream, this.world.ports(), `p${++this.#processes}`).process(shard, records);
  }

  passes(to: number) {
    const port: ShardPort = {
      shards: async () => ['0', '1'].map(openShard),
      atTip: async (stream, shard) => !this.waiting.has(`${stream}/${shard}`),
    };
    this.world.now = (noon + to * minute) as EpochMillis;
    return advanceTime(this.rules, this.world.ports(), port, this.world.now);
  }

  get standing(): string[] {
    return alertsOf(this.world)
      .map(({ rule, status, content }) => `${rule} ${content.title} ${status}`)
      .sort();
  }

  /** By rule, in minutes. */
  get begins(): (number | undefined)[] {
    const item = [...this.world.state.items.values()].find(({ pk }) => pk === watermarkKey.pk);
    return readBegins(this.rules.plan, item).map((at) => at && (at - noon) / minute);
  }
}

/** The first batches of two streams with two shards; each a minute from the next. */
const batches: readonly (readonly Given[])[] = [
  [
    { minute: 1, kind: 'a' },
    { minute: 5, kind: 'b' },
  ],
  [
    { minute: 2, kind: 'c', shard: '1' },
    { minute: 40, kind: 'd', shard: '1' },
  ],
  [
    { minute: 3, kind: 'a', stream: 'carts' },
    { minute: 45, kind: 'd', stream: 'carts' },
  ],
  [{ minute: 35, kind: 'z', stream: 'carts', shard: '1' }],
];

function orders<T>(of: readonly T[]): T[][] {
  return of.length === 0
    ? [[]]
    : of.flatMap((first) => orders(of.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}

function perfect(): string[] {
  const told: string[] = [];
  const run = new InMemoryRun(pipeline, {
    alert: ({ rule, status, content }) => told.push(`${rule} ${content.title} ${status}`),
    rejected: ({ reason }) => {
      throw new Error(reason);
    },
  });
  const all = batches.flat().map(record);
  for (const one of all.sort((a, b) => (a.arrival ?? 0) - (b.arrival ?? 0))) run.process(one);
  run.end();
  return told.sort();
}

test('whichever shard is read first, what did not come is told as the perfect run tells it', async () => {
  expect(perfect()).toEqual(['alone b open', 'alone c open', 'not-paid b open', 'not-paid c open']);
  for (const order of orders(batches)) {
    const cloud = new Cloud();
    for (const { stream = 'orders', shard = '0' } of batches.flat()) cloud.waiting.add(`${stream}/${shard}`);
    for (const batch of order) {
      await cloud.batch(...batch);
      await cloud.passes(46);
    }
    await cloud.passes(120);
    expect(cloud.standing).toEqual(perfect());
  }
});

test('a stream that nothing has come from keeps no rule from beginning', async () => {
  const cloud = new Cloud();
  await cloud.batch({ minute: 1, kind: 'a' });
  await cloud.passes(30);
  expect(cloud.begins).toEqual([1, 1]);
  expect(cloud.standing).toEqual(['alone a open', 'not-paid a open']);
});

test('once a rule has a watermark, no older event sets it back', async () => {
  const cloud = new Cloud();
  await cloud.batch({ minute: 10 });
  await cloud.passes(11);
  await cloud.batch({ minute: 5, stream: 'carts' });
  await cloud.batch({ minute: 6, shard: '1' });
  expect(cloud.begins).toEqual([10, 10]);
});

test('nor do events that come later from a shard that it began with', async () => {
  const cloud = new Cloud();
  await cloud.batch({ minute: 10 });
  await cloud.batch({ minute: 9 });
  expect(cloud.begins).toEqual([10, 10]);
});

test('a rule that comes to streams that are read begins with the newest of them, whatever comes of the others', async () => {
  const cloud = new Cloud();
  cloud.rules = compiled(withRules(rules['stateless'] ?? ''));
  await cloud.batch({ minute: 10 });
  await cloud.batch({ minute: 12, shard: '1' });
  cloud.rules = pipeline;
  await cloud.batch({ minute: 3, stream: 'carts' });
  await cloud.batch({ minute: 11 });
  expect(cloud.begins).toEqual([12, 12]);
});
