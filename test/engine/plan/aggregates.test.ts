/** Aggregates from the text of a rule to the values of its alert. */
import type { AlertContent } from '../../../engine/alert/alert.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { compiled, withRules } from '../protocol/pipelines.ts';

const noon = Date.parse('2026-03-02T12:00:00Z');

interface Outcome {
  readonly content: AlertContent | undefined;
  readonly rejected: readonly string[];
}

/** The newest alert of a rule over all events, which come a second apart. */
function outcome(aggregates: readonly string[], events: readonly object[], window = 'tumbling: 1d'): Outcome {
  const lines = aggregates.map((one) => `      ${one}`).join('\n');
  const rule = `  all:
    from: orders
    window:
      ${window}
    aggregate:
${lines}
    alert:
      severity: low
      title: 'x'
      evidence: 1`;
  let content: AlertContent | undefined;
  const rejected: string[] = [];
  const run = new InMemoryRun(compiled(withRules(rule)), {
    alert: (record) => (content = record.content),
    rejected: ({ reason }) => rejected.push(reason),
  });
  for (const [i, event] of events.entries()) run.process(arrived(i, event));
  return { content, rejected };
}

function arrived(i: number, event: object): InputRecord {
  const arrival = (noon + 1000 * i) as EpochMillis;
  const common = { id: `e${i}`, customer: 'ann', at: arrival };
  return {
    stream: 'orders',
    shard: '0',
    sequenceNumber: String(1000 + i),
    partitionKey: 'ann',
    arrival,
    event: { ...common, ...event },
  };
}

const orders = [
  { total: 30, country: 'FR', due: '2026-03-05T00:00:00Z' },
  { total: 10, country: 'GB', due: '2026-03-04T00:00:00Z' },
  { total: 50, country: 'FR', due: '2026-03-09T00:00:00Z' },
  { total: 50, country: 'DE', due: '2026-03-03T00:00:00Z' },
  { total: 20, country: 'GB', due: null },
];

test.each([
  ['stddev(event.total)', Math.sqrt(1280 / 4)],
  ['stddev(event.total, event.country == "GB")', Math.sqrt(50)],
  ['stddev(event.total, event.country == "DE")', null],
  ['values(event.country, 5)', ['FR', 'GB', 'DE']],
  ['values(event.country, 2)', ['FR', 'GB']],
  ['values(event.country, 2, event.total > 30)', ['FR', 'DE']],
  ['top(event.id, event.total, 3)', ['e2', 'e3', 'e0']],
  ['top(event.country, event.total, 2, event.country != "DE")', ['FR', 'FR']],
  ['top(event.id, event.due, 1)', ['e2']],
  ['argmax(event.id, event.total)', 'e2'],
  ['argmin(event.country, event.total)', 'GB'],
  ['argmin(event.id, timestamp(event.due), event.due != null)', 'e3'],
  ['argmax(timestamp(event.at / 1000), event.total)', '2026-03-02T12:00:02Z'],
  ['argmax(event.due, event.id)', '2026-03-03T00:00:00Z'],
  ['argmax(event.id, event.total, event.total > 100)', null],
  ['percentile(event.total, 50)', 30],
  ['percentile(event.total, 0)', 10],
  ['percentile(event.total, 99.9)', 50],
  ['percentile(event.total, 90) - percentile(event.total, 10)', 40],
  ['percentile(event.total, 50, event.country == "IT")', null],
  ['size(top(event.id, event.total, 10)) + countDistinct(event.country)', 8],
])('%s gives %j, in a fixed and in a sliding window', (call, expected) => {
  for (const window of ['tumbling: 1d', 'sliding: 1d']) {
    const { content, rejected } = outcome([`a: '${call}'`, 'n: count()'], orders, window);
    expect(rejected).toEqual([]);
    expect(content?.values).toEqual({ a: expected, n: 5 });
    expect(content).not.toHaveProperty('approximate');
  }
});

test('an event whose value or rank fails, or is of no use, is a dead letter with the reason', () => {
  const events = [{ total: 'dear' }, { total: [1] }, {}, { total: 5 }];
  const { content, rejected } = outcome(['dearest: argmax(event.id, event.total)'], events);
  expect(rejected).toEqual([
    expect.stringMatching(/^aggregate.dearest: argmax.* \(event.total is a list/),
    expect.stringMatching(/^aggregate.dearest: argmax.* \(event.total is missing/),
  ]);
  // Texts rank after numbers.
  expect(content?.values).toEqual({ dearest: 'e0' });
  expect(outcome(['slow: percentile(event.total, 95)'], [{ total: 'long' }]).rejected).toHaveLength(1);
});

describe('of more different values than are kept', () => {
  const events = Array.from({ length: 3_000 }, (_, i) => ({ total: 1 + ((i * 7) % 3_000) / 100, sku: `sku ${i}` }));
  const aggregates = [
    'n: count()',
    'skus: countDistinct(event.sku)',
    'high: percentile(event.total, 90)',
    'range: percentile(event.total, 90) / percentile(event.total, 10) + countDistinct(event.sku)',
    'few: countDistinct(event.customer)',
    'spread: stddev(event.total)',
  ];

  test('a fixed window gives results near the true ones, and their errors by name', () => {
    const { content } = outcome(aggregates, events);
    expect(content?.approximate).toEqual({ skus: 0.017, high: 0.008, range: 0.017 });
    expect(Math.abs(Number(content?.values['skus']) / 3_000 - 1)).toBeLessThan(0.05);
    expect(Math.abs(Number(content?.values['high']) / 27.99 - 1)).toBeLessThan(0.008);
  });

  test('a sliding window stays exact', () => {
    const { content } = outcome(aggregates, events, 'sliding: 1d');
    expect(content).not.toHaveProperty('approximate');
    expect(content?.values).toMatchObject({ n: 3_000, skus: 3_000, high: 27.99, few: 1 });
  });
});
