/** `idleAfter`, `clockSkew` and `dedupeWithin` mean the same in memory and in the functions. */
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import { ruleWatermark, type StreamShards } from '../../../engine/protocol/shard-watermarks.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';
import { minute, noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled } from './pipelines.ts';

const counting = (from: string): string => `
    from: ${from}
    window: { tumbling: 10m }
    aggregate: { n: count() }
    emit: final
    alert: { severity: low, title: '{{ n }}' }`;

/** Two streams with the same settings but for what is given. */
function pipelineWith({ orders = '', carts = '' }): Compiled {
  const common = `{ partitionKey: event.customer, eventTime: event.at, eventId: event.id, outOfOrderness: 0s,
      allowedLateness: 0s`;
  return compiled(`pipeline: times
streams:
  orders: ${common}, ${orders} }
  carts: ${common}, ${carts} }
rules:
  of-both: ${counting('[orders, carts]')}
  of-orders: ${counting('orders')}
`);
}

/** What stands after records that are all read, rule by rule: how many events its windows count. */
type Mode = (pipeline: Compiled, records: readonly InputRecord[]) => Promise<Readonly<Record<string, number[]>>>;

function byRule(alerts: readonly { readonly rule: string; readonly content: { readonly values: object } }[]) {
  const counts: Record<string, number[]> = { 'of-both': [], 'of-orders': [] };
  for (const { rule, content } of alerts) counts[rule]?.push(Number(Object.values(content.values)[0]));
  return counts;
}

const modes: readonly (readonly [string, Mode])[] = [
  [
    'in memory',
    async (pipeline, records) => {
      const alerts: Parameters<typeof byRule>[0][number][] = [];
      const run = new InMemoryRun(pipeline, { alert: (alert) => alerts.push(alert), rejected: () => undefined });
      for (const one of records) run.process(one);
      return byRule(alerts);
    },
  ],
  [
    'in the functions',
    async (pipeline, records) => {
      const world = new MemoryWorld();
      for (const stream of ['orders', 'carts']) {
        const processor = new StreamProcessor(pipeline, stream, world.ports(), stream);
        for (const one of records.filter((other) => other.stream === stream)) {
          world.now = one.arrival ?? world.now;
          await processor.process('0', [one]);
        }
      }
      world.now = Math.max(...records.map(({ arrival = 0 }) => arrival)) as EpochMillis;
      const port = { shards: async () => [openShard('0')], atTip: async () => true };
      await advanceTime(pipeline, world.ports(), port, world.now);
      return byRule(alertsOf(world));
    },
  ],
];

test('where all streams are silent the watermark follows the clock, less the largest idleAfter and outOfOrderness of one', () => {
  const silent = (idleAfter: number, outOfOrderness: number): StreamShards => ({
    idleAfter: idleAfter as Millis,
    outOfOrderness: outOfOrderness as Millis,
    listed: [openShard('0')],
    records: new Map([['0', { finished: '1', readAt: 0 as EpochMillis, owner: 'p' }]]),
    atTip: new Set(['0']),
  });
  const now = (noon + minute) as EpochMillis;
  expect(ruleWatermark([silent(5, 10), silent(100, 3), silent(1, 20)], now)).toBe(now - 103);
});

describe.each(modes)('%s', (_, standing) => {
  test.each([
    ['4m59s', [3]],
    ['5m', []],
  ])(
    'a stream that has been silent for five minutes, with idleAfter %s, holds its own rules only',
    async (idle, both) => {
      const records = [
        record({ minute: 1, stream: 'carts' }),
        record({ minute: 2 }),
        record({ minute: 5, stream: 'carts' }),
        record({ minute: 10 }),
      ];
      const pipeline = pipelineWith({ carts: `idleAfter: ${idle}` });
      expect(await standing(pipeline, records)).toEqual({ 'of-both': both, 'of-orders': [1] });
    },
  );

  test.each([
    ['2m', [1]],
    ['1m59s', []],
  ])('an event that is two minutes ahead of its arrival counts within a clockSkew of %s', async (skew, counted) => {
    const ahead = { ...record({ minute: 7 }), arrival: (noon + 5 * minute) as EpochMillis };
    // The last closes the window of the others; it is not counted yet.
    const records = [ahead, record({ minute: 20, id: 'last' })];
    expect((await standing(pipelineWith({ orders: `clockSkew: ${skew}` }), records))['of-orders']).toEqual(counted);
  });

  test.each([
    ['3m', [1]],
    ['2m59s', [2]],
    ['0s', [2]],
  ])('an event that is sent again after three minutes counts by a dedupeWithin of %s', async (within, counted) => {
    const records = [
      record({ minute: 1, id: 'e' }),
      record({ minute: 4, id: 'e' }),
      record({ minute: 20, id: 'last' }),
    ];
    expect((await standing(pipelineWith({ orders: `dedupeWithin: ${within}` }), records))['of-orders']).toEqual(
      counted,
    );
  });
});
