/** What a producer may do to one key, and what must not come of it. */
import type { AlertContent } from '../../../engine/alert/alert.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import { redrive } from '../../../engine/protocol/redrive.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import { record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const rule = (window: string, aggregate: string, group = 'customer: event.customer', alert = '') =>
  compiled(
    withRules(`  busy:
    from: orders
    groupBy:
      ${group}
    window:
      ${window}
    aggregate:
      n: count()
      ${aggregate}
    having: n >= 3
    alert:
      severity: low
      title: 'x'
      evidence: 1${alert}`),
  );

interface Result {
  /** By key, the count of its newest alert. */
  readonly counts: { readonly [key: string]: unknown };
  /** Per reason, how many events were rejected, and the first of them. */
  readonly rejected: { readonly [reason: string]: readonly [number, string] };
}

class Rejected {
  readonly reasons: Record<string, [number, string]> = {};
  add(reason: string, sequenceNumber: string): void {
    this.reasons[reason] = [(this.reasons[reason]?.[0] ?? 0) + 1, this.reasons[reason]?.[1] ?? sequenceNumber];
  }
}

const keyOf = (key: object): string => Object.values(key).join();

/** What the tables hold after batches of `size` records. */
async function played(pipeline: Compiled, records: readonly InputRecord[], size: number): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  let orders = new StreamProcessor(pipeline, 'orders', world.ports(), 'p');
  for (let at = 0; at < records.length; at += size) {
    // Every other batch finds the key in the table.
    if (at % (2 * size) === 0) orders = new StreamProcessor(pipeline, 'orders', world.ports(), `p${at}`);
    await orders.process('0', records.slice(at, at + size));
  }
  return world;
}

async function deployed(pipeline: Compiled, records: readonly InputRecord[], size: number): Promise<Result> {
  const world = await played(pipeline, records, size);
  const rejected = new Rejected();
  for (const { lines } of world.letters.values())
    for (const line of lines) {
      const { reason, sequenceNumber } = JSON.parse(line) as { reason: string; sequenceNumber: string };
      rejected.add(reason, sequenceNumber);
    }
  return {
    counts: Object.fromEntries(alertsOf(world).map(({ content }) => [keyOf(content.key), content.values['n']])),
    rejected: rejected.reasons,
  };
}

function inMemory(pipeline: Compiled, records: readonly InputRecord[]): Result {
  const counts: Record<string, unknown> = {};
  const rejected = new Rejected();
  const run = new InMemoryRun(pipeline, {
    alert: ({ content }) => (counts[keyOf(content.key)] = content.values['n']),
    rejected: ({ reason, record: { sequenceNumber } }) => rejected.add(reason, sequenceNumber),
  });
  for (const one of records) run.process(one);
  return { counts, rejected: rejected.reasons };
}

/** Events of one key, five a second, with some of another between them. */
function busy(events: number, fields: (i: number) => object = () => ({})): InputRecord[] {
  return Array.from({ length: events }, (_, i) => {
    const one = record({ minute: i / 300, customer: i % 1000 === 999 ? 'bob' : 'ann' });
    return { ...one, event: { ...(one.event as object), ...fields(i) } };
  });
}

test.each([
  [
    'the log of a sliding window',
    rule('sliding: 24h', 'x: sum(event.total)'),
    busy(50_100),
    50_050,
    50_000,
    /log of the key is full/,
  ],
  [
    'the log of a key of several shards',
    rule('sliding: 24h', 'x: sum(event.total)', 'kind: event.kind'),
    busy(10_020),
    10_020,
    10_000,
    /log of the shard for the key is full/,
  ],
] as const)(
  '%s takes so many events of a key, and the others are kept with the reason',
  async (_, pipeline, records, of, most, reason) => {
    const result = await deployed(pipeline, records, 10_000);
    const busiest = Math.max(...Object.values(result.counts).map(Number));
    expect(busiest).toBe(most);
    expect(Object.entries(result.rejected)).toEqual([[expect.stringMatching(reason), [of - most, expect.any(String)]]]);
    expect(inMemory(pipeline, records)).toEqual(result);
  },
);

test('a window of a fixed time counts every event of a key, and says how near its sketches are', async () => {
  const aggregates = 'd: countDistinct(event.id)\n      slow: percentile(event.total, 90)';
  const pipeline = rule('tumbling: 24h', aggregates, 'kind: event.kind');
  const records = busy(12_012, (i) => ({ id: `order ${i}`, total: 1 + (i % 4_000) / 4 }));
  const world = await played(pipeline, records, 4_000);
  expect(world.letters.size).toBe(0);
  const [content] = alertsOf(world).map((alert) => alert.content);
  expect(content).toMatchObject({ values: { n: 12_012 }, approximate: { d: 0.017, slow: 0.008 } });
  expect(Math.abs(Number(content?.values['d']) / 12_012 - 1)).toBeLessThan(0.05);
  expect(Math.abs(Number(content?.values['slow']) / 901 - 1)).toBeLessThan(0.009);
  const panes = [...world.state.items.values()].filter(({ pk }) => !pk.startsWith('@'));
  expect(Math.max(...panes.map(({ body }) => body.length))).toBeLessThan(20_000);
  let last: AlertContent | undefined;
  const run = new InMemoryRun(pipeline, { alert: (alert) => (last = alert.content), rejected: () => undefined });
  for (const one of records) run.process(one);
  expect(JSON.parse(JSON.stringify(last))).toEqual({ ...content, partial: false });
});

test('large events fill a log sooner', async () => {
  const pipeline = rule('sliding: 24h', 'x: sum(event.total)', 'kind: event.kind', '\n      evidenceFields: all');
  const records = busy(1_600, () => ({ padding: 'x'.repeat(3_900), more: 'y'.repeat(3_800) }));
  const result = await deployed(pipeline, records, 800);
  expect(Number(result.counts['a'])).toBeGreaterThan(1_400);
  expect(Number(result.counts['a'])).toBeLessThan(1_500);
  expect(inMemory(pipeline, records)).toEqual(result);
});

test.each([
  ['one shard', 'customer: event.customer', 50_000],
  ['several shards', 'kind: event.kind', 10_000],
])('an event that found the log of %s full does not get in when it is put back', async (_, group, most) => {
  const pipeline = rule('sliding: 24h', 'x: sum(event.total)', group);
  const records = busy(most + 100).map((one) => ({ ...one, partitionKey: 'ann', event: eventOf(one) }));
  const world = new MemoryWorld();
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'p').process('0', records);
  const before = [...world.state.items].filter(([name]) => !name.startsWith('@'));
  const { letters } = await redrive(
    pipeline,
    world.ports(),
    records.slice(most, most + 20).map((one) => ({ record: one, rule: 'busy' })),
    { late: false, dryRun: false },
  );
  for (const { putBack, refused } of letters) {
    expect(putBack).toEqual([]);
    expect(refused).toEqual([
      { rule: 'busy', reason: expect.stringMatching(/^limit: the log of .* is full/) as string },
    ]);
  }
  expect([...world.state.items].filter(([name]) => !name.startsWith('@'))).toEqual(before);
});

function eventOf({ event }: InputRecord): object {
  return { ...(event as object), customer: 'ann' };
}
