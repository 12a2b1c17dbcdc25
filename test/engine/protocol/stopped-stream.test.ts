/** A stream that nobody reads for hours, while another goes on: what did not come of it is not known. */
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import type { TimeReport } from '../../../engine/protocol/time-report.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const pipeline = compiled(
  withRules(`  not-paid:
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
      within: 10m
      type: left
    having: cart == null
    select:
      kind: order.kind
    alert:
      severity: low
      title: '{{ order.kind }}'`),
);
const stops = 180;
const orders = Array.from({ length: stops / 10 }, (_, i) => record({ minute: 10 * i, kind: `k${i}` }));
const carts = orders.map((_, i) => record({ stream: 'carts', minute: 10 * i + 3, kind: `k${i}` }));
/** One order is not paid. */
const backlog = carts.filter((_, i) => i !== 7);

test('a stream that stops for three hours has no absence told and is named; what stands once it has caught up is the perfect run', async () => {
  const world = new MemoryWorld();
  let isBehind = true;
  const shards: ShardPort = {
    shards: () => Promise.resolve([openShard('0')]),
    atTip: (stream) => Promise.resolve(stream !== 'carts' || !isBehind),
  };
  const processor = (stream: string): StreamProcessor => new StreamProcessor(pipeline, stream, world.ports(), stream);
  const passes = (to: number): Promise<TimeReport> =>
    advanceTime(pipeline, world.ports(), shards, (world.now = (noon + to * minute) as EpochMillis));
  const [first, ...rest] = backlog;
  const reader = processor('carts');
  const other = processor('orders');
  for (const [i, order] of orders.entries()) {
    world.now = (noon + 10 * i * minute) as EpochMillis;
    await other.process('0', [order]);
    if (i === 0) await reader.process('0', first === undefined ? [] : [first]);
    const { heldBy } = await passes(10 * i + 5);
    expect(heldBy).toEqual({ 'not-paid': 'carts', alone: 'carts' });
  }
  expect(alertsOf(world)).toEqual([]);
  world.now = (noon + stops * minute) as EpochMillis;
  await reader.process('0', rest);
  isBehind = false;
  for (const later of [1, 20]) await passes(stops + later);
  expect(await passes(stops + 40)).toMatchObject({ heldBy: {} });

  const told: string[] = [];
  const perfect = new InMemoryRun(pipeline, {
    alert: ({ rule, content }) => told.push(`${rule} ${content.title}`),
    rejected: ({ reason }) => {
      throw new Error(reason);
    },
  });
  for (const one of [...orders, ...backlog].sort((a, b) => (a.arrival ?? 0) - (b.arrival ?? 0))) perfect.process(one);
  perfect.end();
  expect(told.toSorted()).toEqual(['alone k7', 'not-paid k7']);
  expect(alertsOf(world).map(({ rule, status, content }) => `${rule} ${content.title} ${status}`)).toEqual([
    'alone k7 open',
    'not-paid k7 open',
  ]);
});
