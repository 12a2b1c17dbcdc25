import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Call, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const pipelines = new Map<string, Compiled>();
function pipelineOf(name: string): Compiled {
  const known = pipelines.get(name) ?? compiled(withRules(rules[name] ?? ''));
  pipelines.set(name, known);
  return known;
}

let processes = 0;
class Cloud {
  readonly world = new MemoryWorld();
  readonly #pipeline: Compiled;
  constructor(rule: string) {
    this.#pipeline = pipelineOf(rule);
  }
  /** Records of one shard, processed by a process of its own, which fails as it is told. */
  batch(given: readonly Given[], disturb: (call: Call) => void = () => undefined, records = given.map(record)) {
    const { stream = 'orders', shard = '0' } = given[0] ?? {};
    this.world.now = Math.max(this.world.now, ...records.map(({ arrival = 0 }) => arrival)) as EpochMillis;
    const processor = new StreamProcessor(this.#pipeline, stream, this.world.ports(disturb), `p${++processes}`);
    return processor.process(shard, records);
  }
  /** Time advances when the clock shows so many minutes after noon; nothing is left to read unless a stream is named. */
  advance(
    at: number,
    {
      unread = [],
      shards = ['0'],
      to,
    }: { readonly unread?: readonly string[]; readonly shards?: readonly string[]; readonly to?: 'end' } = {},
  ) {
    this.world.now = (noon + at * minute) as EpochMillis;
    const port: ShardPort = {
      shards: async () => shards.map(openShard),
      atTip: async (stream, shard) => !unread.includes(`${stream}/${shard}`),
    };
    return advanceTime(this.#pipeline, this.world.ports(), port, this.world.now, to);
  }
  get standing() {
    return alertsOf(this.world)
      .filter(({ status }) => status !== 'withdrawn')
      .map(({ content }) =>
        [(content.window?.start ?? 0) - noon, (content.window?.end ?? 0) - noon].map((t) => t / minute),
      );
  }
}

const at = (...minutes: number[]): Given[] => minutes.map((one) => ({ minute: one }));

function failing(on: Call['on'], operation: Call['operation'], moment: Call['moment']): (call: Call) => void {
  return (call) => {
    if (call.on === on && call.operation === operation && call.moment === moment) throw new Error('no answer');
  };
}

test('without a cooldown every true sliding window is an alert of its own', async () => {
  const cloud = new Cloud('sliding, owned key, no cooldown');
  await cloud.batch(at(0, 1, 2, 3));
  expect(cloud.standing).toEqual([
    [-8, 2],
    [-7, 3],
  ]);
});

const steps: (readonly [string, Call['on'], Call['operation'], Call['moment']])[] = [
  ['before the panes are put', 'state', 'put', 'before'],
  ['after the panes are put', 'state', 'put', 'after'],
  ['before the alerts are put', 'alerts', 'put', 'before'],
  ['after the alerts are put', 'alerts', 'put', 'after'],
  ['before the alerts are published', 'topic', 'publish', 'before'],
  ['after the alerts are published', 'topic', 'publish', 'after'],
];

test.each(steps)(
  'a process that dies %s: what it left is finished when its batch comes again, in smaller parts',
  async (_, ...where) => {
    const cloud = new Cloud('sliding, owned key, short cooldown');
    await cloud.batch(at(0, 1, 2, 18, 19, 20));
    expect(cloud.standing).toEqual([
      [-8, 2],
      [10, 20],
    ]);
    // Two episodes become one, and a third is found.
    const joining = at(3, 4, 6, 8, 10, 12, 14, 16, 60, 61, 62).map(record);
    await expect(cloud.batch(at(0), failing(...where), joining)).rejects.toThrow('no answer');
    for (const part of [joining.slice(0, 5), joining.slice(5)]) await cloud.batch(at(0), undefined, part);
    await cloud.advance(80);
    expect(cloud.standing).toEqual([
      [-8, 20],
      [52, 62],
    ]);
    const [first, second] = alertsOf(cloud.world);
    expect([first?.status, second?.status]).toEqual(['amended', 'withdrawn']);
    expect(alertsOf(cloud.world).filter(({ pending }) => pending !== undefined)).toEqual([]);
  },
);

test('shards of one name on two streams have each their own progress', async () => {
  const cloud = new Cloud('tumbling, two streams');
  const [cart, order] = [record({ minute: 1, stream: 'carts' }), record({ minute: 2 })];
  await cloud.batch([{ minute: 2 }], undefined, [order]);
  await cloud.batch([{ minute: 1, stream: 'carts' }], undefined, [cart]);
  expect(cloud.standing).toEqual([[0, 10]]);
});

test('what could not be published is published when it has been pending for a minute', async () => {
  const cloud = new Cloud('tumbling, threshold');
  await expect(cloud.batch(at(0, 1), failing('topic', 'publish', 'before'))).rejects.toThrow('no answer');
  expect(await cloud.advance(1.9)).toMatchObject({ published: 0 });
  expect(await cloud.advance(2)).toMatchObject({ published: 1 });
  expect(await cloud.advance(3)).toMatchObject({ published: 0 });
  expect(cloud.world.messages).toHaveLength(1);
});

test('a late event within the allowed lateness amends, and after it goes to the dead letters with the reason', async () => {
  const cloud = new Cloud('tumbling, changes');
  await cloud.batch(at(0, 1));
  expect(cloud.standing).toEqual([[-7, 3]]);
  await cloud.batch(at(9.9));
  await cloud.advance(9.9);
  // The watermark is 7.9 and the window ends at 3: it is forgotten at 8.
  await cloud.batch(at(2));
  expect(cloud.standing).toEqual([]);
  await cloud.batch(at(10));
  await cloud.advance(10);
  expect(await cloud.batch([{ minute: 2.5, id: 'straggler' }])).toMatchObject({ late: 1 });
  const [letters] = [...cloud.world.letters.values()];
  expect(letters).toMatchObject({
    prefix: 'late',
    name: expect.stringMatching(/^orders\/0\/\d+-[0-9a-f]+$/) as unknown,
  });
  expect(letters?.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      stream: 'orders',
      shard: '0',
      partitionKey: 'ann',
      rule: 'often',
      reason: expect.stringContaining('2026-03-02T12:08:00.000Z') as unknown,
    }),
  ]);
});

test('an event that was counted is not late when its batch comes again', async () => {
  const cloud = new Cloud('tumbling, changes');
  const batch = at(0, 1).map(record);
  await expect(cloud.batch(at(0), failing('alerts', 'put', 'before'), batch)).rejects.toThrow('no answer');
  await cloud.batch([{ minute: 60, shard: '1', customer: 'bob' }]);
  await cloud.advance(60, { shards: ['0', '1'] });
  expect(await cloud.batch(at(0), undefined, batch)).toMatchObject({ late: 0, alerts: 1 });
  expect(cloud.standing).toEqual([[-7, 3]]);
});

describe('a final window', () => {
  test('closes once the watermark has passed its end and the allowed lateness, and is told once', async () => {
    const cloud = new Cloud('tumbling, final');
    await cloud.batch(at(1, 2));
    await cloud.batch(at(16.9));
    expect(await cloud.advance(17)).toMatchObject({ closed: 0, alerts: 0 });
    await cloud.batch(at(17));
    expect(await cloud.advance(17)).toMatchObject({ closed: 1, alerts: 1 });
    expect(await cloud.advance(18)).toMatchObject({ closed: 0, alerts: 0 });
    expect(cloud.standing).toEqual([[0, 10]]);
    expect(alertsOf(cloud.world)[0]?.content.at).toBe(noon + 10 * minute);
    expect(cloud.world.messages).toHaveLength(1);
  });

  test('closes after silence, when the shard is known to be read to its tip', async () => {
    const cloud = new Cloud('tumbling, final');
    await cloud.batch(at(1, 2));
    // Idle after a minute, two minutes of disorder, five of lateness.
    expect(await cloud.advance(17.9)).toMatchObject({ closed: 0 });
    expect(await cloud.advance(30, { unread: ['orders/0'] })).toMatchObject({ closed: 0 });
    expect(await cloud.advance(30)).toMatchObject({ closed: 1, alerts: 1 });
  });

  test('stays open while a shard lags, were it one that was never read', async () => {
    const cloud = new Cloud('tumbling, final');
    await cloud.batch(at(1, 2, 40));
    expect(await cloud.advance(60, { shards: ['0', '1'], unread: ['orders/1'] })).toMatchObject({
      closed: 0,
      watermarks: { often: 'none' },
    });
    expect(await cloud.advance(60, { shards: ['0', '1'] })).toMatchObject({ closed: 2, alerts: 1 });
  });

  test('does not close a second time when time cannot tell whether it did', async () => {
    const cloud = new Cloud('tumbling, final');
    await cloud.batch(at(1, 2, 40));
    const broken = cloud.world.ports(failing('state', 'put', 'before'));
    await cloud.advance(38, { unread: ['orders/0'], shards: ['1'] });
    const port: ShardPort = { shards: async () => [openShard('0')], atTip: async () => true };
    await expect(
      advanceTime(pipelineOf('tumbling, final'), broken, port, (noon + 50 * minute) as EpochMillis),
    ).rejects.toThrow('no answer');
    await cloud.advance(50);
    expect(cloud.world.messages).toHaveLength(1);
    expect(alertsOf(cloud.world)).toMatchObject([{ status: 'open', revision: 0 }]);
  });
});

test('watermarks never go back, whatever the shards say', async () => {
  const cloud = new Cloud('tumbling, final');
  await cloud.batch(at(30));
  expect(await cloud.advance(30)).toMatchObject({ watermarks: { often: '2026-03-02T12:28:00.000Z' } });
  await cloud.batch([{ minute: 10, shard: '1', customer: 'bob' }]);
  expect(await cloud.advance(30, { shards: ['0', '1'] })).toMatchObject({
    watermarks: { often: '2026-03-02T12:28:00.000Z' },
  });
  expect(await cloud.advance(31, { to: 'end' })).toMatchObject({ watermarks: { often: 'end' } });
});

test('an event that no rule can take goes to the dead letters once, and the batch goes on', async () => {
  const cloud = new Cloud('tumbling, threshold');
  const [first, second, third] = at(0, 1, 2).map(record);
  if (first === undefined || second === undefined || third === undefined) throw new Error('three records');
  const broken = { ...second, event: undefined, unreadable: 'not JSON', data: 'eA==' };
  expect(await cloud.batch(at(0), undefined, [first, broken, third])).toMatchObject({ invalid: 1, alerts: 1 });
  expect([...cloud.world.letters.values()]).toMatchObject([
    { prefix: 'invalid', lines: [expect.stringContaining('"data":"eA=="')] },
  ]);
});
