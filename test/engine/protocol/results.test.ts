/** Results of windows that other rules count: put into their stream, then noted as told, then marked as complete. */
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import { watermarkRecord } from '../../../engine/intake/result-record.ts';
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { redrive } from '../../../engine/protocol/redrive.ts';
import { ripensIn } from '../../../engine/protocol/ripe-watermarks.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Disturbance, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 5`;

const counted = (groupBy: string) => `  counted:
    from: orders
    groupBy:
      ${groupBy}
    window:
      tumbling: 10m
    aggregate:
      n: count()
    into: counts
`;
const hourly = (groupBy: string) => `  hourly:
    from: counts${groupBy}
    window:
      tumbling: 1h
    aggregate:
      results: count()
      orders: sum(event.n)
    emit: changes${alert}
`;
const byCustomer = '\n    groupBy:\n      customer: event.customer';

const pipelines = new Map<string, Compiled>();
const pipelineOf = (rules: string): Compiled => {
  const known = pipelines.get(rules) ?? compiled(withRules(rules));
  pipelines.set(rules, known);
  return known;
};

let processes = 0;

class Cloud {
  readonly world = new MemoryWorld();
  /** What lies in the stream of results, by shard. */
  readonly results = new Map<string, InputRecord[]>([['0', []]]);
  readonly #pipeline: Compiled;
  readonly #read = new Map<string, number>();

  constructor(rules: string) {
    this.#pipeline = pipelineOf(rules);
  }

  orders(...given: readonly Given[]) {
    const records = given.map(record);
    this.world.now = Math.max(this.world.now, ...records.map(({ arrival = 0 }) => arrival)) as EpochMillis;
    return this.#processor('orders').process('0', records);
  }

  /** Time advances at so many minutes after noon; nothing of `orders` is left to read. */
  async advance(at: number, { disturb, put = () => undefined, to }: Advance = {}) {
    this.world.now = Math.max(this.world.now, noon + at * minute) as EpochMillis;
    const port: ShardPort = {
      shards: async (stream) =>
        stream === 'counts'
          ? [...this.results.keys()].map((id) => ({ ...openShard(id), firstHash: id }))
          : [openShard('0')],
      atTip: async (stream) => stream === 'orders',
      put: async (stream, records) => {
        put('before');
        for (const { partitionKey, hashKey, data } of records) {
          const shards = [...this.results.keys()];
          const shard = hashKey ?? shards[partitionKey.charCodeAt(0) % shards.length] ?? '0';
          const kept = this.results.get(shard) ?? [];
          const sequenceNumber = String(kept.length + 1);
          kept.push({ stream, shard, sequenceNumber, partitionKey, arrival: this.world.now, event: JSON.parse(data) });
        }
        put('after');
      },
    };
    return advanceTime(this.#pipeline, this.world.ports(disturb), port, this.world.now, to);
  }

  /** Advances time until all is told, reading results in between. */
  async settle(from: number) {
    for (let round = 0; round < 20; round++) {
      await this.advance(from + round * (ripensIn / minute));
      await this.readResults();
    }
  }

  /** Reads what is left of the results; answers how many records that is. */
  async readResults(disturb?: Disturbance) {
    let total = 0;
    for (const [shard, records] of this.results) {
      const left = records.slice(this.#read.get(shard) ?? 0);
      if (left.length > 0) await this.#processor('counts', disturb).process(shard, left);
      this.#read.set(shard, records.length);
      total += left.length;
    }
    return total;
  }

  /** Puts back what came late of the results, as it lies in their stream. */
  putBack() {
    const late = [...this.world.letters.values()].flatMap(({ lines }) =>
      lines.map((line) => JSON.parse(line) as { readonly rule: string; readonly sequenceNumber: string }),
    );
    const letters = late.flatMap(({ rule, sequenceNumber }) =>
      [...this.results.values()]
        .flat()
        .flatMap((one) => (one.sequenceNumber === sequenceNumber ? [{ rule, record: one }] : [])),
    );
    return redrive(this.#pipeline, this.world.ports(), letters, { late: true, dryRun: false });
  }

  #processor(stream: string, disturb?: Disturbance) {
    return new StreamProcessor(this.#pipeline, stream, this.world.ports(disturb), `p${++processes}`);
  }

  get events() {
    return [...this.results.values()].flat().flatMap(({ event }) => (kindOf(event) === 'event' ? [event] : []));
  }

  get standing() {
    return alertsOf(this.world)
      .filter(({ status }) => status !== 'withdrawn')
      .map(({ content }) => ({ ...content.key, ...content.values }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
}

interface Advance {
  readonly disturb?: Disturbance;
  readonly put?: (moment: 'before' | 'after') => void;
  readonly to?: 'end';
}

const kindOf = (event: unknown): unknown => (event as { kind?: string }).kind;
const fail = (): never => {
  throw new Error('no answer');
};

const rules = `${counted('customer: event.customer')}${hourly(byCustomer)}`;
const given: readonly Given[] = [
  { minute: 1 },
  { minute: 2 },
  { minute: 3, customer: 'bob' },
  { minute: 15 },
  { minute: 65 },
  { minute: 95, customer: 'bob' },
];
const expected = [
  { customer: 'ann', results: 1, orders: 1 },
  { customer: 'ann', results: 2, orders: 3 },
  { customer: 'bob', results: 1, orders: 1 },
  { customer: 'bob', results: 1, orders: 1 },
];

test('a rule counts the results of another', async () => {
  const cloud = new Cloud(rules);
  await cloud.orders(...given);
  await cloud.settle(96);
  expect(cloud.standing).toEqual(expected);
  expect(cloud.events).toHaveLength(5);
  expect([...cloud.world.letters]).toEqual([]);
});

test('a result is not put into the stream while somebody may still add to its window', async () => {
  const cloud = new Cloud(rules);
  await cloud.orders({ minute: 1 }, { minute: 40 });
  await cloud.advance(40);
  await cloud.advance(40 + ripensIn / minute - 0.01);
  expect(cloud.events).toHaveLength(0);
  await cloud.advance(40 + ripensIn / minute);
  expect(cloud.events).toMatchObject([{ kind: 'event', rule: 'counted', revision: 0, value: { n: 1 } }]);
});

describe.each([
  ['one shard owns each key', rules],
  ['several shards write a key', `${counted('customer: event.customer')}${hourly('')}`],
  [
    'the readers keep a log',
    rules.replace('tumbling: 1h', 'sliding: 2h').replace('emit: changes', 'having: orders > 3'),
  ],
])('a run that dies (%s)', (_, text) => {
  let perfect: Promise<object[]> | undefined;
  const standing = async () => {
    const cloud = new Cloud(text);
    await cloud.orders(...given);
    await cloud.settle(96);
    return cloud.standing;
  };

  test.each([
    ['before results are put', { put: (moment: string) => moment === 'before' && fail() }],
    ['after results are put', { put: (moment: string) => moment === 'after' && fail() }],
    [
      'before it notes that they are told',
      { disturb: ({ on, operation }: Parameters<Disturbance>[0]) => on === 'state' && operation === 'put' && fail() },
    ],
  ])('%s neither loses nor doubles any', async (_moment, crash) => {
    perfect ??= standing();
    const cloud = new Cloud(text);
    await cloud.orders(...given);
    await cloud.advance(96);
    let isPut = false;
    const late = (call: Parameters<Disturbance>[0]) => {
      if (isPut && 'disturb' in crash) crash.disturb(call);
    };
    const at = 96 + ripensIn / minute;
    await expect(
      cloud.advance(at, {
        disturb: late,
        put: (moment) => {
          isPut = true;
          if ('put' in crash) crash.put(moment);
        },
      }),
    ).rejects.toThrow('no answer');
    await cloud.readResults();
    // Long after what a stream remembers of ids.
    await cloud.settle(at + 300);
    expect(cloud.standing).toEqual(await perfect);
    expect([...cloud.world.letters]).toEqual([]);
  });
});

test('results come again after a crash while they are read', async () => {
  const cloud = new Cloud(rules);
  await cloud.orders(...given);
  await cloud.advance(96);
  await cloud.advance(96 + ripensIn / minute);
  for (const moment of ['before', 'after'] as const)
    await expect(
      cloud.readResults((call) => {
        if (call.operation === 'put' && call.moment === moment) fail();
      }),
    ).rejects.toThrow('no answer');
  await cloud.settle(100);
  expect(cloud.standing).toEqual(expected);
});

test('the watermark of results waits until all that are due are put, and for every shard', async () => {
  const cloud = new Cloud(rules);
  cloud.results.set('1', []);
  await cloud.orders(...given);
  const { watermarks } = await cloud.advance(96);
  expect(watermarks['hourly']).toBe('none');
  await cloud.advance(96 + ripensIn / minute);
  for (const records of cloud.results.values()) expect(kindOf(records.at(-1)?.event)).toBe('watermark');
  const before = await cloud.advance(100);
  expect(before.watermarks['hourly']).toBe('none');
  await cloud.readResults();
  const after = await cloud.advance(101);
  // 13:35, when the last order came, less outOfOrderness and allowedLateness.
  expect(after.watermarks['hourly']).toBe('2026-03-02T13:28:00.000Z');
  await cloud.settle(102);
  expect(cloud.standing).toEqual(expected);
});

test('the letter of a result that came late is put back once, as that of an event', async () => {
  const cloud = new Cloud(rules);
  await cloud.orders(...given);
  // More is said than was put.
  const said = watermarkRecord('counts', (noon + 180 * minute) as EpochMillis);
  const place = { stream: 'counts', shard: '0', sequenceNumber: '1', arrival: cloud.world.now };
  cloud.results.get('0')?.push({ ...place, event: said });
  await cloud.readResults();
  await cloud.settle(96);
  expect(cloud.standing).toEqual([]);
  const { letters } = await cloud.putBack();
  expect(letters.map(({ putBack }) => putBack)).toEqual(Array(5).fill(['hourly']));
  expect(cloud.standing).toEqual(expected);
  const again = await cloud.putBack();
  expect(again.letters.map(({ alreadyThere }) => alreadyThere)).toEqual(Array(5).fill(['hourly']));
  expect(cloud.standing).toEqual(expected);
});

test('where no event can come any more, results of results come to their end', async () => {
  const cloud = new Cloud(rules.replace('emit: changes', 'emit: final'));
  await cloud.orders(...given);
  for (let round = 0; round < 4; round++) {
    await cloud.advance(96, { to: 'end' });
    await cloud.readResults();
  }
  expect(cloud.standing).toEqual(expected);
});
