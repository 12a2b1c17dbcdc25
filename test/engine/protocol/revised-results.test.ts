/** Results for readers outside: every change is put into their stream, with id and revision. */
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { AlertStore } from '../../../engine/protocol/alert-store.ts';
import type { Ports } from '../../../engine/protocol/ports.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Call, type Disturbance, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const rule = (window: string, more = ''): string => `  revised:
    from: orders
    groupBy:
      customer: event.customer
    window:
      ${window}
    aggregate:
      n: count()
      spent: sum(event.total)
    emit: changes
    into: totals${more}
`;
const tumbling = rule('tumbling: 10m');

interface Revision {
  readonly id: string;
  readonly revision: number;
  readonly status: string;
  readonly value: { readonly n: number };
}

let processes = 0;

class Cloud {
  readonly world: MemoryWorld;
  readonly #rules: string;

  constructor(rules = tumbling, world = new MemoryWorld()) {
    this.#rules = rules;
    this.world = world;
  }

  send(given: readonly Given[], disturb?: Disturbance) {
    return this.deliver(given.map(record), disturb);
  }

  deliver(records: readonly ReturnType<typeof record>[], disturb?: Disturbance) {
    this.world.now = Math.max(this.world.now, ...records.map(({ arrival = 0 }) => arrival)) as EpochMillis;
    const pipeline = compiled(withRules(this.#rules));
    return new StreamProcessor(pipeline, 'orders', this.world.ports(disturb), `p${++processes}`).process('0', records);
  }

  advance(at: number) {
    this.world.now = Math.max(this.world.now, noon + at * minute) as EpochMillis;
    const port = { shards: async () => [openShard('0')], atTip: async () => true };
    return advanceTime(compiled(withRules(this.#rules)), this.world.ports(), port, this.world.now);
  }

  get told(): Revision[] {
    return this.world.revisions.map(({ data }) => JSON.parse(data) as Revision);
  }

  get brief() {
    return this.told.map(({ revision, status, value: { n } }) => [revision, status, n]);
  }
}

test('every change is told with id, revision and status, and to no person', async () => {
  const cloud = new Cloud();
  for (const at of [1, 2, 3]) await cloud.send([{ minute: at, total: at }]);
  expect(cloud.world.revisions.map(({ stream }) => stream)).toEqual(['totals', 'totals', 'totals']);
  expect(cloud.brief).toEqual([
    [0, 'opened', 1],
    [1, 'amended', 2],
    [2, 'amended', 3],
  ]);
  expect(cloud.told.at(-1)).toEqual({
    kind: 'event',
    rule: 'revised',
    stream: 'totals',
    id: alertsOf(cloud.world)[0]?.id,
    revision: 2,
    status: 'amended',
    key: { customer: 'ann' },
    window: { start: '2026-03-02T12:00:00Z', end: '2026-03-02T12:10:00Z' },
    value: {
      customer: 'ann',
      n: 3,
      spent: 6,
      windowStart: '2026-03-02T12:00:00Z',
      windowEnd: '2026-03-02T12:10:00Z',
    },
    at: '2026-03-02T12:03:00Z',
    // The rule began with the first of these orders.
    partial: true,
  });
  expect(cloud.world.messages).toEqual([]);
});

test('of one batch the newest of each result is told, and no number of results is too many', async () => {
  const cloud = new Cloud();
  const report = await cloud.send(
    Array.from({ length: 600 }, (_, i) => ({ minute: 1 + (i % 3), customer: `c${i % 200}` })),
  );
  expect(cloud.brief).toEqual(Array.from({ length: 200 }, () => [0, 'opened', 3]));
  // It counts alerts, and these are none.
  expect(report).toMatchObject({ alerts: 0, amended: 0, withdrawn: 0 });
});

test('a result that is not exact says so', async () => {
  const cloud = new Cloud(rule('tumbling: 10m').replace('n: count()', 'n: countDistinct(event.id)'));
  await cloud.send([{ minute: 1 }]);
  await cloud.send(Array.from({ length: 1000 }, () => ({ minute: 2 })));
  expect(cloud.told).toMatchObject([{ value: { n: 1 } }, { approximate: { n: 0.017 } }]);
  expect(cloud.told[0]).not.toHaveProperty('approximate');
});

test('what is no longer so is withdrawn, and comes back under its id', async () => {
  const cloud = new Cloud(rule('tumbling: 10m', '\n    having: spent < 5'));
  await cloud.send([{ minute: 1, total: 3 }]);
  await cloud.send([{ minute: 2, total: 3 }]);
  await cloud.send([{ minute: 3, total: -3 }]);
  expect(cloud.brief).toEqual([
    [0, 'opened', 1],
    [1, 'withdrawn', 1],
    [2, 'reopened', 3],
  ]);
  expect(new Set(cloud.told.map(({ id }) => id)).size).toBe(1);
});

test('a session that takes another in goes on, and the other is withdrawn', async () => {
  const cloud = new Cloud(rule('session: 3m\n      max: 20m'));
  await cloud.send([{ minute: 1 }]);
  await cloud.send([{ minute: 5 }]);
  await cloud.send([{ minute: 3 }]);
  const newest = new Map(cloud.told.map((one) => [one.id, one]));
  expect([...newest.values()].map(({ status, value: { n } }) => [status, n])).toEqual([
    ['amended', 3],
    ['withdrawn', 1],
  ]);
});

const fail = (): never => {
  throw new Error('no answer');
};

describe('a process that dies', () => {
  test.each<[string, Pick<Call, 'on' | 'operation' | 'moment'>]>([
    ['before its results are recorded', { on: 'alerts', operation: 'put', moment: 'before' }],
    ['when they are recorded', { on: 'alerts', operation: 'put', moment: 'after' }],
    ['before they are in the stream', { on: 'stream', operation: 'put', moment: 'before' }],
    ['when they are in the stream', { on: 'stream', operation: 'put', moment: 'after' }],
  ])('%s has them told by the batch that comes again, in the same words', async (_, { on, operation, moment }) => {
    const cloud = new Cloud();
    await cloud.send([{ minute: 1 }]);
    const batch = [{ minute: 2 }, { minute: 3, customer: 'bob' }].map(record);
    const dies: Disturbance = (call) => {
      if (call.on === on && call.operation === operation && call.moment === moment) fail();
    };
    await expect(cloud.deliver(batch, dies)).rejects.toThrow('no answer');
    await cloud.deliver(batch);
    expect(alertsOf(cloud.world).map(({ pending }) => pending)).toEqual([undefined, undefined]);
    const words = new Map(cloud.told.map((one) => [`${one.id} ${one.revision}`, JSON.stringify(one)]));
    expect(words.size).toBe(3);
    for (const one of cloud.told) expect(JSON.stringify(one)).toBe(words.get(`${one.id} ${one.revision}`));
    const newest = alertsOf(cloud.world).map(({ id, revision }) => words.has(`${id} ${revision}`));
    expect(newest).toEqual([true, true]);
  });

  test('and never comes again leaves them to the next minute but one', async () => {
    const cloud = new Cloud();
    const dies: Disturbance = ({ on }) => {
      if (on === 'stream') fail();
    };
    await expect(cloud.send([{ minute: 1 }], dies)).rejects.toThrow('no answer');
    await cloud.advance(1.5);
    expect(cloud.told).toEqual([]);
    await cloud.advance(3);
    expect(cloud.brief).toEqual([[0, 'opened', 1]]);
    await cloud.advance(5);
    expect(cloud.told).toHaveLength(1);
  });
});

const refusing: NonNullable<Ports['putRevisions']> = (_, records) => Promise.resolve(new Set(records));

test('of results that are put together those that the stream refuses wait, and no others', async () => {
  const cloud = new Cloud();
  const ports = cloud.world.ports();
  const some: Ports['putRevisions'] = async (stream, records) => {
    const refused = new Set(records.filter((_, at) => at % 3 === 0));
    await ports.putRevisions?.(
      stream,
      records.filter((one) => !refused.has(one)),
    );
    return refused;
  };
  const orders = new StreamProcessor(compiled(withRules(tumbling)), 'orders', { ...ports, putRevisions: some }, 'p');
  await orders.process(
    '0',
    Array.from({ length: 9 }, (_, i) => record({ minute: 1, customer: `c${i}` })),
  );
  const isPending = new Map(alertsOf(cloud.world).map(({ id, pending }) => [id, pending !== undefined]));
  expect(cloud.told.map(({ id }) => isPending.get(id))).toEqual(Array.from({ length: 6 }, () => false));
  expect([...isPending.values()].filter((one) => one)).toHaveLength(3);
  await cloud.advance(4);
  expect(new Set(cloud.told.map(({ id }) => id)).size).toBe(9);
  expect(cloud.told).toHaveLength(9);
});

test.each(['results', 'alerts'])('while nobody answers to %s, all others that wait are told', async (which) => {
  const rules = `${tumbling}  large:
    from: orders
    alert:
      severity: low
      title: 'x'
      limit: 1000 per 1h
`;
  const pipeline = compiled(withRules(rules));
  const cloud = new Cloud(rules);
  cloud.world.now = noon as EpochMillis;
  const ports = cloud.world.ports();
  const none: Ports['publish'] = (messages) => Promise.resolve(new Set(messages.map(({ id }) => id)));
  await new StreamProcessor(pipeline, 'orders', { ...ports, publish: none, putRevisions: refusing }, 'p').process(
    '0',
    Array.from({ length: 200 }, (_, i) => record({ minute: 0, customer: `c${i}` })),
  );
  cloud.world.now = (noon + minute) as EpochMillis;
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const silent: Ports =
    which === 'alerts'
      ? { ...ports, publish: (messages) => ended.then(() => none(messages)) }
      : { ...ports, putRevisions: (stream, records) => ended.then(() => refusing(stream, records)) };
  const plans = new Map(pipeline.plan.rules.map((plan) => [plan.name, plan]));
  const publishing = new AlertStore(silent, 'test', () => 1).publishPending(plans, cloud.world.now);
  const told: readonly unknown[] = which === 'alerts' ? cloud.world.revisions : cloud.world.messages;
  for (let turn = 0; turn < 1000 && told.length < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  end();
  expect(told).toHaveLength(200);
  await publishing;
});

test('a stream that takes nothing holds nobody up: its results wait, and the newest revision is told', async () => {
  const rules = `${tumbling}  large:
    from: orders
    alert:
      severity: low
      title: 'x'
`;
  const cloud = new Cloud(rules);
  cloud.world.now = (noon + 2 * minute) as EpochMillis;
  const ports = { ...cloud.world.ports(), putRevisions: refusing };
  const processor = new StreamProcessor(compiled(withRules(rules)), 'orders', ports, 'full');
  await processor.process('0', [record({ minute: 1 })]);
  await processor.process('0', [record({ minute: 2 })]);
  expect(cloud.world.messages).toHaveLength(2);
  expect(cloud.told).toEqual([]);
  await cloud.advance(4);
  // Nobody was told of it before.
  expect(cloud.brief).toEqual([[1, 'opened', 2]]);
});

test('a rule in shadow tells nobody', async () => {
  const cloud = new Cloud(rule('tumbling: 10m', '\n    mode: shadow'));
  await cloud.send([{ minute: 1 }]);
  await cloud.advance(5);
  expect(alertsOf(cloud.world)).toMatchObject([{ revision: 0, status: 'open' }]);
  expect(cloud.told).toEqual([]);
});

test('what an alert left untold is no result of the rule that goes into a stream now', async () => {
  const withAlert = tumbling.replace('into: totals', "alert:\n      severity: low\n      title: 'x'");
  const before = new Cloud(withAlert);
  const dies: Disturbance = ({ on }) => {
    if (on === 'topic') fail();
  };
  await expect(before.send([{ minute: 1 }], dies)).rejects.toThrow('no answer');
  const next = new Cloud(tumbling, before.world);
  await next.advance(3);
  expect(next.told).toEqual([]);
  expect(next.world.messages).toEqual([]);
  expect([...next.world.alerts.items.values()].filter(({ due }) => due !== undefined)).toEqual([]);
});
