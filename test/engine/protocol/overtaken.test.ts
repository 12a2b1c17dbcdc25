/** A process that was overtaken while it was about to tell what it had derived. */
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { noon, openShard, record } from './batches.ts';
import { alertsOf, type Call, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

class Died extends Error {}

/** Lets the put of an alert wait until `go`, and kills the process after it. */
function overtaken() {
  let arrive = (): void => undefined;
  let go = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const gone = new Promise<void>((resolve) => (go = resolve));
  let dies = false;
  const disturb = async ({ on, operation, moment }: Call): Promise<void> => {
    if (dies) throw new Died();
    if (on !== 'alerts' || operation !== 'put' || moment !== 'before') return;
    arrive();
    await gone;
    dies = true;
  };
  return { disturb, arrived, go };
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
  let arrive = (): void => undefined;
  let go = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const gone = new Promise<void>((resolve) => (go = resolve));
  const stalls = async ({ on, operation, moment }: Call): Promise<void> => {
    if (on !== 'alerts' || operation !== 'put' || moment !== 'before') return;
    arrive();
    await gone;
  };
  // The first has not published its watermark when the third event comes.
  const watermarks = [...world.state.items].filter(([key]) => key.startsWith('@watermarks'));
  const first = advanceTime(pipeline, world.ports(stalls), shards, later);
  await arrived;
  for (const key of [...world.state.items.keys()].filter((one) => one.startsWith('@watermarks')))
    world.state.items.delete(key);
  for (const [key, item] of watermarks) world.state.items.set(key, item);
  await process(records.slice(2));
  await advanceTime(pipeline, world.ports(), shards, later);
  go();
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
  const gate = () => {
    let open = (): void => undefined;
    return { opened: new Promise<void>((resolve) => (open = resolve)), open: () => open() };
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
