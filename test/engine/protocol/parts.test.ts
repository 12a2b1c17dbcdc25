import type { Item } from '../../../engine/protocol/item.ts';
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const largest = 400 * 1024;
const pipeline = (fields: string) =>
  compiled(
    withRules(`  busy:
    from: orders
    groupBy:
      customer: event.customer
    window:
      sliding: 24h
    aggregate:
      n: count()
      spent: sum(event.total)
    having: n >= 3
    alert:
      severity: low
      title: 'x'
      evidenceFields: ${fields}`),
  );
/** What counts most of all that one rule may keep. */
const keeping = (...aggregates: string[]) =>
  compiled(
    withRules(`  busy:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 24h
    aggregate:
      n: count()
${aggregates.map((one) => `      ${one}`).join('\n')}
    having: n >= 3
    alert:
      severity: low
      title: 'x'
      evidence: 100
      evidenceFields: all`),
  );

const sizeOf = ({ pk, sk, body }: Item): number => Buffer.byteLength(pk + sk + body) + 100;

async function playInBatches(
  world: MemoryWorld,
  rule: ReturnType<typeof pipeline>,
  events: number,
  size: number,
  text = 'a',
): Promise<void> {
  let orders = new StreamProcessor(rule, 'orders', world.ports(), 'first');
  for (let at = 0; at < events; at += size) {
    if (at >= events / 2 && at < events / 2 + size)
      orders = new StreamProcessor(rule, 'orders', world.ports(), 'second');
    const batch = Array.from({ length: Math.min(size, events - at) }, (_, i) =>
      record({ minute: (at + i) / 60, total: 0.1, kind: text, id: `order-number-${at + i}` }),
    );
    await orders.process('0', batch);
  }
}

test.each([
  ['one batch', 5000, 5000, 'a', 'read'],
  ['many batches', 5000, 50, 'a', 'read'],
  ['one batch of whole large events', 2000, 2000, 'x'.repeat(3000), 'all'],
  ['batches of whole large events', 300, 60, 'ü'.repeat(9000), 'all'],
] as const)('a busy key is kept in parts: %s', async (_, events, size, text, fields) => {
  const world = new MemoryWorld();
  await playInBatches(world, pipeline(fields), events, size, text);
  const items = [...world.state.items.values()].filter(({ pk }) => pk.startsWith('busy#'));
  expect(items.length).toBeGreaterThan(1);
  for (const item of [...world.state.writes, ...world.alerts.writes]) expect(sizeOf(item)).toBeLessThan(largest);
  expect(alertsOf(world)).toMatchObject([{ content: { values: { n: events, spent: Math.round(events) / 10 } } }]);
  // A sealed part is never written again.
  for (const item of items) {
    const written = world.state.writes.filter(({ pk, sk }) => pk === item.pk && sk === item.sk);
    expect(written.map(({ body }) => body.includes('"sealed":true')).slice(0, -1)).not.toContain(true);
  }
});

test('what a busy key writes does not grow with its log', async () => {
  const world = new MemoryWorld();
  await playInBatches(world, pipeline('read'), 3000, 10);
  const bytes = world.state.writes
    .filter(({ pk }) => pk.startsWith('busy#'))
    .reduce((sum, item) => sum + sizeOf(item), 0);
  expect(bytes / 300).toBeLessThan(8 * 1024);
});

test.each([
  ['one batch', 6000, 6000, 'a'],
  ['many batches', 6000, 100, 'a'],
  ['one batch of long values', 5000, 5000, 'x'.repeat(900)],
])('a window of very many values is one item that does not grow: %s', async (_, events, size, text) => {
  const world = new MemoryWorld();
  const distinct = keeping('d: countDistinct(event.id + event.kind)', 'p: percentile(event.at, 50)');
  await playInBatches(world, distinct, events, size, text);
  expect([...world.state.items.values()].filter(({ pk }) => pk.startsWith('busy#'))).toHaveLength(1);
  for (const item of world.state.writes) expect(sizeOf(item)).toBeLessThan(160 * 1024);
  const [alert] = alertsOf(world);
  expect(alert?.content).toMatchObject({ values: { n: events }, approximate: { d: 0.017, p: 0.008 } });
  expect(Math.abs(Number(alert?.content.values['d']) / events - 1)).toBeLessThan(0.05);
});

test.each([['x'.repeat(45)], ['ü'.repeat(22)], ['\u0001'.repeat(7)]])(
  'the most that the aggregates of a rule may keep fits into an item: of values like %j',
  async (text) => {
    const world = new MemoryWorld();
    const full = keeping(
      "ids: 'collect(event.kind + event.id, 600)'",
      "sorts: 'values(event.kind + event.id, 400)'",
      "best: 'top(event.total, event.kind + event.id, 200)'",
      "middle: 'percentile(double(event.at) / 7, 50)'",
    );
    await playInBatches(world, full, 3000, 1000, text);
    expect(alertsOf(world)).toMatchObject([{ content: { values: { n: 3000 } } }]);
    const sizes = [...world.state.writes, ...world.alerts.writes].map(sizeOf);
    expect(Math.max(...sizes)).toBeGreaterThan(150 * 1024);
    expect(Math.max(...sizes)).toBeLessThan(largest);
  },
);

test('parts that were put before a failure are not added again', async () => {
  const world = new MemoryWorld();
  const batch = Array.from({ length: 3000 }, (_, i) => record({ minute: i / 60, total: 1 }));
  let puts = 0;
  const failing = world.ports(({ on, operation, moment }) => {
    if (on === 'state' && operation === 'put' && moment === 'before' && ++puts === 3) throw new Error('no answer');
  });
  await expect(new StreamProcessor(pipeline('read'), 'orders', failing, 'p1').process('0', batch)).rejects.toThrow(
    'no answer',
  );
  expect(world.state.writes).toHaveLength(2);
  await new StreamProcessor(pipeline('read'), 'orders', world.ports(), 'p2').process('0', batch);
  expect(alertsOf(world)).toMatchObject([{ content: { values: { n: 3000, spent: 3000 } } }]);
});

describe.each(Object.keys(rules))('%s', (name) => {
  test('no event is so large that its items are', async () => {
    const world = new MemoryWorld();
    const pipeline = compiled(
      withRules((rules[name] ?? '').replace('evidence: 3', 'evidence: 100\n      evidenceFields: all')),
    );
    const orders = new StreamProcessor(pipeline, 'orders', world.ports(), 'p1');
    const nested = JSON.parse(`${'['.repeat(5000)}1${']'.repeat(5000)}`) as unknown;
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, field) => [`field${field}`, '€'.repeat(900)]));
    const large = Array.from({ length: 120 }, (_, i) => {
      const one = record({ minute: i / 100, total: 5 });
      return { ...one, event: { ...(one.event as object), ...fields, long: 'x'.repeat(500_000), nested } };
    });
    expect(await orders.process('0', large)).toMatchObject({ invalid: 0, late: 0 });
    await advanceTime(
      pipeline,
      world.ports(),
      { shards: async () => [openShard('0')], atTip: async () => true },
      0 as EpochMillis,
      'end',
    );
    for (const item of [...world.state.writes, ...world.alerts.writes]) expect(sizeOf(item)).toBeLessThan(largest);
  });
});
