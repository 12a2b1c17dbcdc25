import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Item } from '../../../engine/protocol/item.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const largest = 400 * 1024;
const sizeOf = ({ pk, sk, body }: Item): number => Buffer.byteLength(pk + sk + body) + 100;

const rule = (window: string, aggregate: string, alert = '') =>
  compiled(
    withRules(`  r:
    from: orders
    groupBy:
      customer: event.customer
    window:
      ${window}
    aggregate:
      n: count()
      ${aggregate}
    having: n >= 1
    alert:
      severity: low
      title: 'x'${alert}`),
  );

function withFields(one: InputRecord, fields: object): InputRecord {
  return { ...one, event: { ...(one.event as object), ...fields } };
}

test.each(['tumbling: 1h', 'sliding: 1h'])(
  'a field that looks like a stored time stays what it is: %s',
  async (window) => {
    const world = new MemoryWorld();
    const pipeline = rule(window, 'l: last(event.kind)\n      all: collect(event.kind, 3)');
    const kinds = [{ $timestamp: 'abc' }, { $map: 1 }, { $timestamp: 5 }];
    for (const [minute, kind] of kinds.entries()) {
      const one = withFields(record({ minute }), { kind });
      await new StreamProcessor(pipeline, 'orders', world.ports(), `p${minute}`).process('0', [one]);
    }
    expect(alertsOf(world)).toMatchObject([{ content: { values: { l: { $timestamp: 5 }, all: kinds } } }]);
  },
);

test.each([
  ['a long collect', 'xs: collect(event.kind, 90)', '\u0001'.repeat(1000), 100],
  [
    'distinct values',
    'a: countDistinct(event.kind + event.id)\n      b: countDistinct(event.id + event.kind)',
    'v'.repeat(55),
    5000,
  ],
  ['evidence', 'x: sum(event.total)', '\u0001'.repeat(4000), 60],
  ['halves of pairs', 'x: sum(event.total)', '\ud800'.repeat(1300), 60],
])('no item is larger than DynamoDB takes: %s', async (_, aggregate, kind, events) => {
  const world = new MemoryWorld();
  const pipeline = rule('tumbling: 24h', aggregate, '\n      evidence: 50\n      evidenceFields: all');
  const batch = Array.from({ length: events }, (__, i) => record({ minute: i / 60, kind, id: `e${10_000 + i}` }));
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'p').process('0', batch);
  for (const item of [...world.state.writes, ...world.alerts.writes]) expect(sizeOf(item)).toBeLessThan(largest);
});

test('the episodes of a busy key are told once each, and in parts', async () => {
  const world = new MemoryWorld();
  const pipeline = rule('sliding: 1h', 'x: sum(event.total)', '\n      cooldown: 0s\n      evidence: 1');
  const batch = Array.from({ length: 2000 }, (_, i) => record({ minute: i / 60 }));
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'p').process('0', batch);
  const told = world.state.writes.flatMap(({ body }) => {
    const { e = [] } = JSON.parse(body) as { e?: unknown[][] };
    return e.map(([name]) => name);
  });
  expect(told.length).toBeGreaterThanOrEqual(2000);
  expect(told.length).toBeLessThan(3000);
  const before = alertsOf(world).length;
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'q').process('0', [record({ minute: 34 })]);
  expect(alertsOf(world)).toHaveLength(before + 1);
});

test('the report of a batch names rule and fault and quotes no event', async () => {
  const world = new MemoryWorld();
  const orders = new StreamProcessor(rule('tumbling: 1h', 'x: sum(event.total)'), 'orders', world.ports(), 'p');
  const wrong = withFields(record({ minute: 1 }), { total: 'secret' });
  expect((await orders.process('0', [wrong])).reason).toMatch(/^rule r: aggregate\.x: .*event\.total is text/);
  const other = { ...record({ minute: 2 }), partitionKey: 'secret'.repeat(50_000) };
  expect((await orders.process('0', [other])).reason).toMatch(/^partitionKey: (?!.*secret)/);
  const untimed = withFields(record({ minute: 3 }), { at: 'secret' });
  expect((await orders.process('0', [untimed])).reason).toMatch(/^eventTime: (?!.*secret)/);
});
