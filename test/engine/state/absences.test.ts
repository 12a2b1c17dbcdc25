/** What did not come, as watermarks pass. */
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, openShard } from '../protocol/batches.ts';
import { alertsOf, MemoryWorld } from '../protocol/memory-ports.ts';
import { compiled, withRules } from '../protocol/pipelines.ts';

const start = Date.parse('2026-03-02T09:00:00Z');

const notPaid = withRules(`  not-paid:
    groupBy:
      customer: event.customer
    sequence:
      - placed: { from: orders }
      - not: { from: carts }
    within: 10m
    alert:
      severity: low
      title: 'x'`);

class Story {
  readonly told: string[] = [];
  readonly #run: InMemoryRun;
  #count = 0;

  constructor(pipeline: string) {
    this.#run = new InMemoryRun(compiled(pipeline), {
      alert: ({ status, content }: AlertRecord) =>
        this.told.push(`${status} ${content.events.map(({ id }) => id).join(' ')} at ${(content.at - start) / minute}`),
      rejected: ({ kind }) => this.told.push(kind),
    });
  }

  /** Minutes since the start, when it happened and when it came. */
  event(stream: string, at: number, arrives = at): this {
    const number = ++this.#count;
    this.#run.process({
      stream,
      shard: '0',
      sequenceNumber: String(number),
      partitionKey: 'ann',
      arrival: (start + arrives * minute) as EpochMillis,
      event: { id: `e${number}`, customer: 'ann', at: start + at * minute },
    });
    return this;
  }

  /** Nothing comes any more that happened before. */
  passes(minutes: number): this {
    this.#run.advance((start + minutes * minute) as EpochMillis);
    return this;
  }
}

test('an absence waits for a stream that is behind', () => {
  const story = new Story(notPaid).event('orders', 1).event('carts', 0.5, 12.5).event('orders', 13);
  expect(story.told).toEqual([]);
  expect(story.event('carts', 12.1, 13.1).told).toEqual(['open e1 at 11']);
});

test('an order, and then silence, becomes an alert when the watermark passes', () => {
  const story = new Story(notPaid).event('orders', 1).passes(10.9);
  expect(story.told).toEqual([]);
  expect(story.passes(11).told).toEqual(['open e1 at 11']);
});

test('what comes late, and not too late, withdraws an absence', () => {
  const story = new Story(notPaid).event('orders', 1).passes(12).event('carts', 9, 13);
  expect(story.told).toEqual(['open e1 at 11', 'withdrawn e1 at 11']);
});

test('what comes when an absence is over changes nothing', () => {
  const story = new Story(notPaid).event('orders', 1).passes(12).event('carts', 11, 13);
  expect(story.told).toEqual(['open e1 at 11']);
});

test('of a late event whose absence is over already, that is told at once', () => {
  const story = new Story(notPaid).event('orders', 20).passes(22).event('orders', 9, 22).event('orders', 26);
  expect(story.told).toEqual(['open e2 at 19']);
});

test('a match that began before its rule raises no absence', async () => {
  const pipeline = compiled(notPaid);
  const world = new MemoryWorld();
  const shards = { shards: () => Promise.resolve([openShard('0')]), atTip: () => Promise.resolve(true) };
  const processor = new StreamProcessor(pipeline, 'orders', world.ports(), 'p');
  const record = (number: number, minutes: number) => ({
    stream: 'orders',
    shard: '0',
    sequenceNumber: String(number),
    partitionKey: 'ann',
    arrival: start as EpochMillis,
    event: { id: `e${number}`, customer: 'ann', at: start + minutes * minute },
  });
  world.now = start as EpochMillis;
  await processor.process('0', [record(1, 0)]);
  await processor.process('0', [record(2, -1)]);
  world.now = (start + 60 * minute) as EpochMillis;
  await advanceTime(pipeline, world.ports(), shards, world.now, 'end');
  expect(alertsOf(world).map(({ content }) => content.events.map(({ id }) => id))).toEqual([['e1']]);
});

describe('an absence until a time that the first event gives', () => {
  /** What is told of events with an end each, and which of them are invalid. */
  function told(placed: string, events: readonly { readonly [field: string]: unknown }[]): string[] {
    const said: string[] = [];
    const run = new InMemoryRun(
      compiled(
        withRules(`  not-paid:
    from: orders
    groupBy:
      customer: event.customer
    sequence:
      - placed: ${placed}
      - not: { where: event.paid, until: timestamp(placed.due) }
    within: 10m
    alert:
      severity: low
      title: 'x'`),
      ),
      {
        alert: ({ content }: AlertRecord) => said.push(content.events.map(({ id }) => id).join(' ')),
        rejected: ({ reason }) => said.push(reason),
      },
    );
    for (const [number, event] of events.entries())
      run.process({
        stream: 'orders',
        shard: '0',
        sequenceNumber: String(number),
        partitionKey: 'ann',
        arrival: (start + number * 1000) as EpochMillis,
        event: { id: `e${number}`, customer: 'ann', at: start + number * 1000, ...event },
      });
    run.end();
    return said;
  }

  test('a first event that gives none is invalid for the rule', () => {
    const why = (found: string): string =>
      `sequence.not.until: timestamp(placed.due) has no usable value (placed.due is ${found})`;
    expect(
      told('{ where: "!event.paid" }', [
        { paid: false, due: 'on Friday' },
        { paid: false },
        { paid: false, due: '2026-03-02T09:05:00' },
        { paid: false, due: '2026-03-02T09:05:00Z' },
      ]),
    ).toEqual([why('text'), why('missing'), why('text'), 'e3']);
  });

  test('an event that can be something else as well is taken for that', () => {
    expect(told('{}', [{ paid: false, due: '2026-03-02T09:05:00Z' }, { paid: true }])).toEqual([]);
  });
});
