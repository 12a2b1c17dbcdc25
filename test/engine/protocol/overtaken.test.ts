/** A process that was overtaken while it was about to tell what it had derived. */
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { noon, openShard, record } from './batches.ts';
import { alertsOf, type Call, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

class Died extends Error {}

const gate = () => {
  let open = (): void => undefined;
  return { opened: new Promise<void>((resolve) => (open = resolve)), open: () => open() };
};

/** Lets the put of an alert wait until `go`, and kills the process after it. */
function overtaken() {
  const [arrived, gone] = [gate(), gate()];
  let dies = false;
  const disturb = async ({ on, operation, moment }: Call): Promise<void> => {
    if (dies) throw new Died();
    if (on !== 'alerts' || operation !== 'put' || moment !== 'before') return;
    arrived.open();
    await gone.opened;
    dies = true;
  };
  return { disturb, arrived: arrived.opened, go: gone.open };
}

test.each(['tumbling, changes', 'tumbling, cooldown', 'tumbling, cooldown, shared key'])(
  '%s: what it derived does not stand after its successor has seen the same events and more',
  async (name) => {
    const pipeline = compiled(withRules(rules[name] ?? ''));
    const world = new MemoryWorld();
    const records = [4, 5, 6].map((minute) => record({ minute }));
    const { disturb, arrived, go } = overtaken();
    const first = new StreamProcessor(pipeline, 'orders', world.ports(disturb), 'given up');
    const working = first.process('0', records.slice(0, 2)).catch((cause: unknown) => cause);
    await arrived;
    await new StreamProcessor(pipeline, 'orders', world.ports(), 'successor').process('0', records);
    go();
    expect(await working).toBeInstanceOf(Died);
    expect(alertsOf(world).filter(({ status }) => status !== 'withdrawn')).toEqual([]);
    expect(world.messages).toEqual([]);
  },
);

const joining = rules['tumbling, cooldown, shared key'] ?? '';

test.each([
  ['tumbling', joining],
  ['hopping', joining.replace('tumbling: 4m', 'hopping: 6m\n      every: 2m')],
  ['results so far', joining.replace('tumbling: 4m', 'calendar: hour\n      every: 10m')],
  ['session', joining.replace('tumbling: 4m', 'session: 4m\n      max: 10m')],
])(
  '%s: what it derived does not stand, though it has read the empty records that keep others from opening alerts',
  async (_, rule) => {
    const pipeline = compiled(withRules(rule));
    const world = new MemoryWorld();
    const records = [4, 4.5, 5].map((minute) => record({ minute }));
    const process = (name: string, from: number, to: number, disturb?: (call: Call) => void | Promise<void>) =>
      new StreamProcessor(pipeline, 'orders', world.ports(disturb), name).process('0', records.slice(from, to));
    const died = process('dies', 0, 1, ({ on }) => {
      if (on === 'alerts') throw new Died();
    });
    await expect(died).rejects.toThrow(Died);
    await process('comes again', 0, 1);
    expect(world.alerts.writes).not.toEqual([]);
    const { disturb, arrived, go } = overtaken();
    const working = process('given up', 1, 2, disturb).catch((cause: unknown) => cause);
    await arrived;
    await process('successor', 1, 3);
    go();
    expect(await working).toBeInstanceOf(Died);
    expect(alertsOf(world)).toEqual([]);
    expect(world.messages).toEqual([]);
  },
);

test('an alert that was fenced off before it was ever told is opened as a new one', async () => {
  const pipeline = compiled(withRules((rules['tumbling, changes'] ?? '').replace('n == 2', 'n != 3')));
  const world = new MemoryWorld();
  const records = [3, 4, 5, 6].map((minute) => record({ minute }));
  const { disturb, arrived, go } = overtaken();
  const first = new StreamProcessor(pipeline, 'orders', world.ports(disturb), 'given up');
  const working = first.process('0', records.slice(0, 2)).catch((cause: unknown) => cause);
  await arrived;
  const successor = new StreamProcessor(pipeline, 'orders', world.ports(), 'successor');
  await successor.process('0', records.slice(0, 3));
  await successor.process('0', records.slice(3));
  go();
  await working;
  expect(alertsOf(world)).toMatchObject([{ status: 'open', revision: 0, content: { values: { n: 4 } } }]);
  expect(world.messages).toMatchObject([{ attributes: { status: 'opened', revision: '0' } }]);
});

test('a pane that another advance-time closed meanwhile, with more events, is told as that one knows it', async () => {
  const pipeline = compiled(withRules(rules['tumbling, final'] ?? ''));
  const world = new MemoryWorld();
  const records = [4, 5, 6].map((minute) => record({ minute }));
  const shards: ShardPort = { shards: async () => [openShard('0')], atTip: async () => true };
  const later = (noon + 24 * 3_600_000) as EpochMillis;
  const process = (some: typeof records) =>
    new StreamProcessor(pipeline, 'orders', world.ports(), 'p').process('0', some);
  await process(records.slice(0, 2));
  const [arrived, gone] = [gate(), gate()];
  const stalls = async ({ on, operation, moment }: Call): Promise<void> => {
    if (on !== 'alerts' || operation !== 'put' || moment !== 'before') return;
    arrived.open();
    await gone.opened;
  };
  // The first has not published its watermark when the third event comes.
  const watermarks = [...world.state.items].filter(([key]) => key.startsWith('@watermarks'));
  const first = advanceTime(pipeline, world.ports(stalls), shards, later);
  await arrived.opened;
  for (const key of [...world.state.items.keys()].filter((one) => one.startsWith('@watermarks')))
    world.state.items.delete(key);
  for (const [key, item] of watermarks) world.state.items.set(key, item);
  await process(records.slice(2));
  await advanceTime(pipeline, world.ports(), shards, later);
  gone.open();
  await first;
  expect(alertsOf(world).filter(({ status }) => status !== 'withdrawn')).toEqual([]);
});

describe('a run of windows that several shards have put', () => {
  const pipeline = compiled(withRules(rules['stateless with cooldown, shared key'] ?? ''));
  const at = (shard: string, minute: number) => record({ shard, minute, total: 5 });
  const process = (world: MemoryWorld, shard: string, minutes: readonly number[], disturb?: (call: Call) => void) =>
    new StreamProcessor(pipeline, 'orders', world.ports(disturb), `of ${shard}`).process(
      shard,
      minutes.map((minute) => at(shard, minute)),
    );
  /** Puts its events, and dies before it tells of them. */
  const putOnly = (world: MemoryWorld, shard: string, minutes: readonly number[]) =>
    process(world, shard, minutes, ({ on }) => {
      if (on === 'alerts') throw new Died();
    }).catch((cause: unknown) => expect(cause).toBeInstanceOf(Died));
  const standing = (world: MemoryWorld) =>
    alertsOf(world)
      .filter(({ status }) => status !== 'withdrawn')
      .map(({ content: { window } }) => [window?.start, window?.end].map((t) => ((t ?? 0) - noon) / 60_000));

  test('is one alert, where its middle is there and not told yet', async () => {
    const world = new MemoryWorld();
    await process(world, '0', [0]);
    await putOnly(world, '1', [6, 13]);
    await process(world, '0', [20]);
    expect(standing(world)).toEqual([[0, 20]]);
    expect(world.messages.map(({ attributes }) => attributes.status)).toEqual(['opened', 'amended']);
  });

  test('is one alert, though an overtaken process names it by the event of another', async () => {
    const world = new MemoryWorld();
    await putOnly(world, '1', [6]);
    const last = [at('0', 12)];
    const { disturb, arrived, go } = overtaken();
    const first = new StreamProcessor(pipeline, 'orders', world.ports(disturb), 'given up');
    const working = first.process('0', last).catch((cause: unknown) => cause);
    await arrived;
    await process(world, '2', [0]);
    await new StreamProcessor(pipeline, 'orders', world.ports(), 'successor').process('0', last);
    go();
    expect(await working).toBeInstanceOf(Died);
    expect(standing(world)).toEqual([[0, 12]]);
  });
});

test('of two advance-times at once, the slower one withdraws nothing that the other has told of a later pane', async () => {
  const pipeline = compiled(withRules(rules['sliding, owned key, final'] ?? ''));
  const world = new MemoryWorld();
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'orders').process(
    '0',
    [3, 12].map((minute) => record({ minute })),
  );
  const port: ShardPort = {
    shards: async (name) => (name === 'orders' ? [openShard('0')] : []),
    atTip: async () => true,
  };
  const [slowHasRead, fastHasTold, slowIsDone] = [gate(), gate(), gate()];
  let [due, reads] = [0, 0];
  const slow = advanceTime(
    pipeline,
    world.ports(async ({ on, operation, moment }) => {
      if (on === 'state' && operation === 'due') due++;
      if (on !== 'state' || operation !== 'get' || moment !== 'after' || due === 0 || ++reads > 1) return;
      slowHasRead.open();
      await fastHasTold.opened;
    }),
    port,
    noon as EpochMillis,
    'end',
  );
  await slowHasRead.opened;
  const fast = advanceTime(
    pipeline,
    world.ports(async ({ on, operation, moment }) => {
      if (on !== 'topic' || operation !== 'publish' || moment !== 'after') return;
      fastHasTold.open();
      await slowIsDone.opened;
    }),
    port,
    noon as EpochMillis,
    'end',
  );
  await slow;
  slowIsDone.open();
  await fast;
  expect(alertsOf(world)).toMatchObject([{ status: 'open', revision: 0, content: { values: { n: 2 } } }]);
});

describe('of a key of many shards', () => {
  const many = (rule: string) =>
    compiled(withRules(rules[rule]!.replace('customer: event.customer', 'kind: event.kind')));
  const cloud = async (shards: number, pipeline = many('tumbling, changes')) => {
    const world = new MemoryWorld();
    let ids: ReturnType<typeof openShard>[] = [];
    const port: ShardPort = { shards: async (name) => (name === 'orders' ? ids : []), atTip: async () => false };
    const advance = (disturb?: (call: Call) => Promise<void>) => {
      world.now = (world.now + 1000) as EpochMillis;
      return advanceTime(pipeline, world.ports(disturb), port, noon as EpochMillis);
    };
    const grow = (count: number) => {
      ids = Array.from({ length: count }, (_, i) => openShard(String(i)));
      return advance();
    };
    await grow(shards);
    const process = (some: readonly ReturnType<typeof record>[], disturb?: (call: Call) => Promise<void>) =>
      new StreamProcessor(pipeline, 'orders', world.ports(disturb), 'p').process(some[0]!.shard, some);
    const standing = () => alertsOf(world).filter(({ status }) => status !== 'withdrawn');
    return { world, advance, grow, process, standing };
  };
  const records = [4, 5].map((minute) => record({ minute }));

  test.each(['tumbling, changes', 'tumbling, cooldown'])(
    'an advance-time that is overtaken tells nothing, after another settled the key with one more: %s',
    async (rule) => {
      const { world, advance, process, standing } = await cloud(12, many(rule));
      await process([record({ minute: -9 }), ...records]);
      const { disturb, arrived, go } = overtaken();
      const working = advance(disturb).catch((cause: unknown) => cause);
      await arrived;
      await process([record({ minute: 6, shard: '1' })]);
      expect(await advance()).toMatchObject({ merged: 1 });
      go();
      expect(await working).toBeInstanceOf(Died);
      expect(standing()).toEqual([]);
      expect(world.messages).toEqual([]);
    },
  );

  test('nor does one whose mark a third took, and left', async () => {
    const { world, advance, process, standing } = await cloud(12);
    await process(records);
    const { disturb, arrived, go } = overtaken();
    const working = advance(disturb).catch((cause: unknown) => cause);
    await arrived;
    await process([record({ minute: 6, shard: '1' })]);
    await advance(async ({ on }) => {
      if (on === 'alerts') throw new Died();
    }).catch((cause: unknown) => expect(cause).toBeInstanceOf(Died));
    await process([record({ minute: 7, shard: '2' })]);
    expect(await advance()).toMatchObject({ merged: 1 });
    go();
    expect(await working).toBeInstanceOf(Died);
    expect(standing()).toEqual([]);
    expect(world.messages).toEqual([]);
  });

  test('a process that began when there were few tells nothing, after its batch came again and only marked', async () => {
    for (const isMarked of [false, true]) {
      const { world, advance, grow, process, standing } = await cloud(2);
      const { disturb, arrived, go } = overtaken();
      const working = process(records, disturb).catch((cause: unknown) => cause);
      await arrived;
      await grow(12);
      const third = record({ minute: 6, shard: '1' });
      if (isMarked) await process([third]);
      await process(records);
      if (!isMarked) await process([third]);
      expect(await advance()).toMatchObject({ merged: 1 });
      go();
      expect(await working).toBeInstanceOf(Died);
      expect(standing()).toEqual([]);
      expect(world.messages).toEqual([]);
    }
  });

  test('what is settled by one is put once', async () => {
    const { world, advance, process } = await cloud(12);
    await process([...records, record({ minute: 6 })]);
    expect(await advance()).toMatchObject({ merged: 1 });
    expect(world.alerts.writes).toEqual([]);
  });
});
