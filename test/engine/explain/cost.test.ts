import { costOf } from '../../../engine/explain/cost.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { record } from '../protocol/batches.ts';
import { MemoryWorld } from '../protocol/memory-ports.ts';
import { compiled, withRules } from '../protocol/pipelines.ts';

const revised = (window: string, aggregate = 'count()', mode = 'live') =>
  compiled(
    withRules(`  revised:
    mode: ${mode}
    from: orders
    groupBy:
      customer: event.customer
    window:
      ${window}
    aggregate:
      n: ${aggregate}
    emit: changes
    into: totals
`),
  );

const customers = Array.from({ length: 20 }, (_, i) => `c${i}`);

test.each([
  ['a window', revised('tumbling: 10m')],
  ['several windows', revised('hopping: 1h\n      every: 10m')],
  ['windows of their own', revised('last: 3\n      within: 1h')],
  ['sliding windows of their own', revised('sliding: 1h')],
  ['a window that shows what it keeps', revised('tumbling: 10m', 'collect(event.kind, 20)')],
  ['a window, in shadow', revised('tumbling: 10m', 'count()', 'shadow')],
])('what results that are revised cost is what is written and told of them: events change %s', async (_, pipeline) => {
  const world = new MemoryWorld();
  const orders = new StreamProcessor(pipeline, 'orders', world.ports(), 'p');
  // As many as an aggregate keeps at most.
  for (let minute = 0; minute < 20; minute++) {
    world.reset();
    world.revisions.length = 0;
    await orders.process(
      '0',
      customers.map((customer) => record({ minute: minute / 4, customer, kind: 'x'.repeat(100) })),
    );
  }
  const units = world.alerts.writes.map(({ pk, sk, body }) => Math.ceil(Buffer.byteLength(pk + sk + body) / 1024));
  const { results } = costOf(pipeline.plan.rules[0]!, 100);
  const perEvent = (results!.changesPerMillion * results!.writesEach) / 1e6;
  expect(units.reduce((sum, one) => sum + one, 0)).toBe(customers.length * perEvent);
  expect(world.revisions).toHaveLength((customers.length * results!.recordsPerMillion) / 1e6);
});

test('where all events are of one key, each has a window of its own, or a batch changes a window once', () => {
  const [alike, own] = ['tumbling: 10m', 'last: 3\n      within: 1h'].map(
    (window) => (rate: number) => costOf(revised(window).plan.rules[0]!, rate).hottestKey,
  );
  expect([alike!(100), alike!(1000)]).toEqual([2, 2]);
  expect([own!(100), own!(1000)]).toEqual([200, 2000]);
});
