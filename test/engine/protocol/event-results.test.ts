/** Matches, pairs and single events as results: what functions put into a stream, and how often. */
import fc from 'fast-check';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { events, forms, recordsOf } from '../run/result-forms.ts';
import { minute, noon, openShard } from './batches.ts';
import { MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

interface Told {
  readonly id: string;
  readonly at: string;
  readonly value: unknown;
}

function perfect(rules: Compiled, records: readonly InputRecord[]): Told[] {
  const told: Told[] = [];
  const run = new InMemoryRun(rules, {
    alert: () => undefined,
    rejected: ({ reason }) => {
      throw new Error(reason);
    },
    derived: ({ id, at, value }) => told.push({ id, at: new Date(at).toISOString(), value }),
  });
  for (const record of records) run.process(record);
  run.end();
  return told.sort(byId);
}

const byId = (a: Told, b: Told): number => (a.id < b.id ? -1 : 1);

const step = 3 * minute;

/** Two streams of two shards, read every three minutes, each time by other processes; an event lies on the shard of its total. */
async function deployed(rules: Compiled, records: readonly InputRecord[]): Promise<Told[]> {
  const world = new MemoryWorld();
  const told: Told[] = [];
  const port: ShardPort = {
    shards: async (stream) => (stream === 'results' ? ['0'] : ['0', '1']).map(openShard),
    atTip: async () => true,
    put: async (_, put) => {
      for (const { data } of put) {
        const { kind, id, at, value } = JSON.parse(data) as Told & { kind: string };
        if (kind === 'event') told.push({ id, at: new Date(at).toISOString(), value });
      }
    },
  };
  let numbers = 0;
  const begin = (noon - 10 * minute) as EpochMillis;
  const places = ['orders', 'carts'].flatMap((stream) => ['0', '1'].map((shard) => ({ stream, shard })));
  const read = async (from: number, to: number): Promise<void> => {
    for (const { stream, shard } of places) {
      const batch = records
        .filter((one) => one.stream === stream && shardOf(one) === shard)
        .filter(({ arrival = 0 }) => arrival >= from && arrival < to)
        .map((one) => ({ ...one, shard }));
      if (batch.length === 0) continue;
      await new StreamProcessor(rules, stream, world.ports(), `p${++numbers}`).process(shard, batch);
    }
  };
  for (let at: number = begin; at < begin + 90 * minute; at += step) {
    world.now = (at + step) as EpochMillis;
    await read(at, world.now);
    await advanceTime(rules, world.ports(), port, world.now);
  }
  expect([...world.letters]).toEqual([]);
  return told.sort(byId);
}

const shardOf = ({ event }: InputRecord): string => ((event as { total: number }).total % 2 === 0 ? '0' : '1');

/** Long before all others, so that what did not come is known of them. */
const first = { at: -8 * minute, late: 0, kind: 'c', total: 5 };

test.each(Object.entries(forms))(
  'of %s: each is told once, by whichever function, and is that of the perfect run',
  async (_, form) => {
    const rules = compiled(withRules(`  made:${form}\n    into: results`));
    await fc.assert(
      fc.asyncProperty(events, async (drawn) => {
        const before = ['orders', 'carts'].map((stream) => ({ ...first, stream }));
        const records = recordsOf([...before, ...drawn]);
        expect(await deployed(rules, records)).toEqual(perfect(rules, records));
      }),
      { numRuns: 4 },
    );
  },
);

test('a match that an event of another pane brought back is told once', async () => {
  const rules = compiled(
    withRules(`  made:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    sequence:
      - more: { where: event.total > 5 }
      - not: { where: event.total == more.total - 5 }
      - any: [{ not: { where: event.total == 0, for: 10m } }, { last: { where: event.total == more.total - 4 } }]
    within: 12m
    into: results`),
  );
  const event = (at: number, total: number, late = 0) => {
    return { at: at * minute, late: late * minute, stream: 'orders', kind: 'a', total };
  };
  const records = recordsOf([
    { ...event(-8, 9), kind: 'c' },
    { ...event(-8, 9), kind: 'c', stream: 'carts' },
    event(10, 6),
    event(11, 8),
    // It ends the match of the first, which leaves out that of the second, until it is known that there was none.
    event(19, 2),
    event(18, 1, 7),
    ...[30, 33, 36].map((at) => event(at, 5)),
  ]);
  const told = await deployed(rules, records);
  expect(told.filter(({ value }) => JSON.stringify(value).includes('"kind":"a"'))).toMatchObject([
    { value: { more: { total: 8 }, last: null } },
  ]);
  expect(told).toEqual(perfect(rules, records));
});
