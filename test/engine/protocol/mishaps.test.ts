/** What goes wrong around a shard, a rule or a process, and what must not come of it. */
import { readAlert } from '../../../engine/protocol/alert-body.ts';
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import type { Ports } from '../../../engine/protocol/ports.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { isWindowed, compiledRules } from '../../../engine/state/compiled-rule.ts';
import { paneSortKey } from '../../../engine/state/pane-item.ts';
import { RuleState } from '../../../engine/state/rule-state.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const pipelineOf = (rule: string) => compiled(withRules(rules[rule] ?? ''));
const instant = (at: number) => (noon + at * minute) as EpochMillis;
const allRead = (...ids: string[]): ShardPort => ({ shards: async () => ids.map(openShard), atTip: async () => true });

let processes = 0;
function process(pipeline: ReturnType<typeof compiled>, ports: Ports, given: readonly Given[] | Given) {
  const records = [given].flat().map(record);
  return new StreamProcessor(pipeline, 'orders', ports, `p${++processes}`).process(records[0]?.shard ?? '0', records);
}

test('a shard that Kinesis has forgotten is asked nothing, holds no watermark back, and its panes are closed', async () => {
  const pipeline = pipelineOf('tumbling, final, shared key');
  const world = new MemoryWorld();
  await process(pipeline, world.ports(), [{ minute: 1 }, { minute: 2 }]);
  await process(pipeline, world.ports(), { minute: 60, shard: '1' });
  const port: ShardPort = {
    shards: async (stream) => (stream === 'orders' ? [openShard('1')] : []),
    atTip: async (_, shard) => {
      if (shard === '0') throw new Error('the shard 0 does not exist');
      return false;
    },
  };
  expect(await advanceTime(pipeline, world.ports(), port, instant(60))).toMatchObject({
    closed: 1,
    watermarks: { often: new Date(instant(58)).toISOString() },
  });
});

test('a shard that gets only malformed events holds no watermark back', async () => {
  const pipeline = pipelineOf('tumbling, final');
  const world = new MemoryWorld();
  const malformed = (at: number) => ({
    ...record({ minute: at, shard: '1' }),
    event: undefined,
    unreadable: 'no JSON',
  });
  await process(pipeline, world.ports(), [{ minute: 1 }, { minute: 2 }]);
  await process(pipeline, world.ports(), { minute: 2, shard: '1', customer: 'bob' });
  world.now = instant(40);
  await process(pipeline, world.ports(), { minute: 40 });
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'm').process('1', [malformed(40)]);
  const backlog: ShardPort = { shards: async () => ['0', '1'].map(openShard), atTip: async () => false };
  expect(await advanceTime(pipeline, world.ports(), backlog, world.now)).toMatchObject({ closed: 0 });
  expect(await advanceTime(pipeline, world.ports(), allRead('0', '1'), world.now)).toMatchObject({
    watermarks: { often: new Date(instant(38)).toISOString() },
    alerts: 1,
  });
});

describe('a late event is kept', () => {
  const pipeline = pipelineOf('sliding, owned key');
  const linesOf = (world: MemoryWorld) =>
    [...world.letters.values()].flatMap(({ lines }) => lines.map((line) => JSON.parse(line) as object));
  async function readyWorld(): Promise<MemoryWorld> {
    const world = new MemoryWorld();
    await process(pipeline, world.ports(), { minute: 30 });
    world.now = instant(30);
    await advanceTime(pipeline, world.ports(), allRead('0'), world.now);
    return world;
  }

  test.each([
    ['state', 'after'],
    ['alerts', 'before'],
    ['letters', 'before'],
    ['letters', 'after'],
  ] as const)('where a process dies at %s, %s a call that writes', async (on, moment) => {
    const world = await readyWorld();
    const dying = world.ports((call) => {
      if (call.on === on && call.moment === moment && ['put', 'deadLetter'].includes(call.operation))
        throw new Error('no answer');
    });
    const batch = [12, 18, 19, 20].map((at) => record({ minute: at }));
    await expect(new StreamProcessor(pipeline, 'orders', dying, 'd1').process('0', batch)).rejects.toThrow('no answer');
    await new StreamProcessor(pipeline, 'orders', world.ports(), 'd2').process('0', batch);
    expect(linesOf(world)).toEqual([
      expect.objectContaining({ sequenceNumber: batch[0]?.sequenceNumber, rule: 'often' }),
    ]);
  });

  test('where a redelivery finds fewer of its batch late', async () => {
    const world = await readyWorld();
    const batch = [
      record({ minute: 12, customer: 'ann' }),
      record({ minute: 12, customer: 'bob' }),
      record({ minute: 18, customer: 'ann' }),
      record({ minute: 18, customer: 'bob' }),
    ];
    // Only the pane of one of them is put.
    const dying = world.ports(({ on, moment }) => {
      if (on === 'state' && moment === 'within') throw new Error('no answer');
    });
    await expect(new StreamProcessor(pipeline, 'orders', dying, 'f1').process('0', batch)).rejects.toThrow('no answer');
    await new StreamProcessor(pipeline, 'orders', world.ports(), 'f2').process('0', batch);
    const kept = linesOf(world).map((line) => (line as { readonly partitionKey: string }).partitionKey);
    expect(new Set(kept)).toEqual(new Set(['ann', 'bob']));
  });
});

test('pending alerts of rules that are gone keep no others waiting, and are looked at once', async () => {
  const pipeline = pipelineOf('tumbling, threshold');
  const world = new MemoryWorld();
  world.now = instant(1);
  const dying = world.ports(({ on }) => {
    if (on === 'topic') throw new Error('no answer');
  });
  await expect(process(pipeline, dying, [{ minute: 0 }, { minute: 1 }])).rejects.toThrow('no answer');
  const [pending] = [...world.alerts.items.values()];
  if (pending === undefined) throw new Error('an alert is pending');
  const body = JSON.stringify({ v: 1, ...readAlert(pending).record, rule: 'gone' });
  for (let i = 0; i < 1500; i++) {
    const due = { slot: 'pending', at: 0 as EpochMillis };
    world.alerts.items.set(`gone${i}\n0`, { ...pending, pk: `gone${i}`, sk: '0', body, due });
  }
  world.now = instant(10);
  expect(await advanceTime(pipeline, world.ports(), allRead('0'), instant(10))).toMatchObject({ published: 1 });
  expect([...world.alerts.items.values()].filter(({ due }) => due !== undefined)).toEqual([]);
});

test('what is pending is published though no pane can be closed', async () => {
  const pipeline = pipelineOf('tumbling, final');
  const world = new MemoryWorld();
  await process(pipeline, world.ports(), [{ minute: 1 }, { minute: 2 }, { minute: 40 }]);
  const dying = world.ports(({ on }) => {
    if (on === 'topic') throw new Error('no answer');
  });
  await expect(advanceTime(pipeline, dying, allRead('0'), instant(60))).rejects.toThrow('no answer');
  const closingFails = world.ports(({ on, operation }) => {
    if (on === 'state' && operation === 'due') throw new Error('no index');
  });
  world.now = instant(62);
  await expect(advanceTime(pipeline, closingFails, allRead('0'), instant(62))).rejects.toThrow('no index');
  expect(world.messages).toHaveLength(1);
});

describe('a pane of many parts', () => {
  const pipeline = compiled(withRules((rules['sliding, owned key'] ?? '').replace('sliding: 10m', 'sliding: 24h')));
  const burst = (from: number, events: number) =>
    Array.from({ length: events }, (_, i) => ({ minute: (from + i) / 600 }));
  async function play(world: MemoryWorld, batches: number): Promise<void> {
    const orders = new StreamProcessor(pipeline, 'orders', world.ports(), `many${++processes}`);
    for (let i = 0; i < batches; i++) await orders.process('0', burst(i * 50, 50).map(record));
  }

  test('is read in as many calls as one of two', async () => {
    const calls: number[] = [];
    for (const batches of [4, 30]) {
      const world = new MemoryWorld();
      await play(world, batches);
      expect([...world.state.items.keys()].filter((key) => key.startsWith('often#')).length).toBeGreaterThan(
        batches / 4,
      );
      world.reset();
      await process(pipeline, world.ports(), burst(batches * 50, 1));
      calls.push(world.state.counts.gets + world.state.counts.queries);
      expect(alertsOf(world)).toMatchObject([{ content: { values: { n: batches * 50 + 1 } } }]);
    }
    expect(calls[1]).toBe(calls[0]);
  });

  test('is believed up to its open part, where another process went on while it was read', async () => {
    const world = new MemoryWorld();
    await play(world, 8);
    const orders = new StreamProcessor(pipeline, 'orders', world.ports(), 'other');
    await orders.process('0', burst(400, 5).map(record));
    const before = new Map(world.state.items);
    await orders.process('0', burst(405, 50).map(record));
    await orders.process('0', burst(455, 5).map(record));
    const ports = world.ports();
    let torn = 0;
    const reading: Ports = {
      ...ports,
      state: {
        ...ports.state,
        // The part that was open is read as it was, and those after it as they are now.
        query: async (...asked) => {
          const items = await ports.state.query(...asked);
          if (items.length < 2 || torn++ > 0) return items;
          return items.map((item) => before.get(`${item.pk}\n${item.sk}`) ?? item);
        },
      },
    };
    const reader = new StreamProcessor(pipeline, 'orders', reading, 'reader');
    for (const from of [460, 461]) await reader.process('0', burst(from, 1).map(record));
    expect(torn).toBeGreaterThan(0);
    expect(alertsOf(world)).toMatchObject([{ content: { values: { n: 462 } } }]);
  });

  test('has its parts in order, the ten-thousandth too', () => {
    const names = [2, 10, 9_999, 10_000, 123_456].map((part) => paneSortKey(instant(0), '', part));
    expect(names.toSorted()).toEqual(names);
  });
});

test.each(['tumbling, threshold', 'sliding, owned key'])(
  'a key that is forgotten remembers no alerts that it has not read: %s',
  (name) => {
    const [rule] = compiledRules(pipelineOf(name));
    if (!isWindowed(rule)) throw new Error('a rule with a window');
    const state = new RuleState(rule, ['ann']);
    for (const at of [instant(0), instant(60)]) {
      state.pane(rule.grid.start(at));
      state.episodes?.restore([{ name: at, first: at, last: at, standing: true, revision: 0 }]);
      state.unread.add(at);
    }
    state.forget(instant(60));
    expect([...state.unread]).toEqual([instant(60)]);
  },
);

test('an event that is so late that the panes of its window are deleted leaves the alert of the window alone', async () => {
  const pipeline = pipelineOf('tumbling, two streams');
  const world = new MemoryWorld();
  await process(pipeline, world.ports(), [{ minute: 1 }, { minute: 2 }]);
  world.now = instant(10 * 24 * 60);
  await process(pipeline, world.ports(), { minute: 10 * 24 * 60 });
  await advanceTime(pipeline, world.ports(), allRead('0'), world.now);
  for (const [key, item] of world.state.items) if (item.ttl * 1000 < world.now) world.state.items.delete(key);
  expect(await process(pipeline, world.ports(), { minute: 3 })).toMatchObject({ late: 1, withdrawn: 0 });
  expect(alertsOf(world).filter(({ status }) => status === 'withdrawn')).toEqual([]);
});
