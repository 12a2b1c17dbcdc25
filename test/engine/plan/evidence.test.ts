/** What an alert shows of its events. */
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import { compiled } from '../protocol/pipelines.ts';

const events = [
  { id: '1', at: 1_000, customer: 'ann', total: 300, order: 'o-1', ship: { country: 'FR', post: '75001' }, note: 'n' },
  { id: '2', at: 2_000, customer: 'ann', total: 20, order: 'o-1', ship: { country: 'GB', post: 'E1' }, note: 'n' },
];

/** The fields of each event that the first alert shows; all events have `more`. */
function shown(rule: string, more: object = {}): unknown {
  const alerts: AlertRecord[] = [];
  const run = new InMemoryRun(
    compiled(`pipeline: test
streams:
  orders: { partitionKey: event.customer, eventTime: event.at, eventId: event.id }
rules:
  r:
${rule}`),
    {
      alert: (record) => alerts.push(record),
      rejected: ({ reason }) => {
        throw new Error(reason);
      },
    },
  );
  for (const [number, one] of events.entries()) {
    const event = { ...one, ...more };
    const place = { stream: 'orders', shard: '0', sequenceNumber: String(100 + number) };
    run.process({ ...place, partitionKey: event.customer, event });
  }
  run.end();
  return alerts[0]?.content.events.map(({ fields }) => fields);
}

const sequence = (second: string, title: string): string => `    groupBy: { customer: event.customer }
    sequence:
      - first: { from: orders, where: event.total > 200 }
      - second: { from: orders, where: '${second}' }
    within: 1h
    alert: { severity: low, title: '${title}' }
`;

test('of a match, alerts show the fields that are read of its events, by whatever name', () => {
  const rule = sequence('event.total < first.total', '{{ first.order }} of {{ customer }}');
  expect(shown(rule)).toEqual([
    { total: 300, customer: 'ann', order: 'o-1' },
    { total: 20, customer: 'ann', order: 'o-1' },
  ]);
});

test('of an object within an event they show what is read of it', () => {
  const rule = sequence('event.ship.country == "GB" && event.total < first.total', '{{ first.order }}');
  expect(shown(rule)).toEqual([
    { total: 300, customer: 'ann', order: 'o-1', 'ship.country': 'FR' },
    { total: 20, customer: 'ann', order: 'o-1', 'ship.country': 'GB' },
  ]);
});

test('and what is only read by the name of a step as a whole', () => {
  const rule = sequence('event.total < 50', '{{ first.ship.country }}');
  expect(shown(rule)).toEqual([
    { total: 300, customer: 'ann', ship: { country: 'FR', post: '75001' } },
    { total: 20, customer: 'ann', ship: { country: 'GB', post: 'E1' } },
  ]);
});

test('of a pair, too', () => {
  const rule = `    join:
      left: { from: orders, as: first, where: event.total > 200 }
      right: { from: orders, as: second, where: event.total < 50 }
      on: { left: event.customer, right: event.customer }
      within: 1h
    select: { order: first.order, note: second.note }
    alert: { severity: low, title: x }
`;
  expect(shown(rule)).toEqual([
    { total: 300, customer: 'ann', order: 'o-1', note: 'n' },
    { total: 20, customer: 'ann', order: 'o-1', note: 'n' },
  ]);
});

test.each([
  ['where', `    where: event.text.contains("x")\n`, { text: 'x'.repeat(2_000) }],
  ['groupBy', '', { customer: 'c'.repeat(995) }],
])('what only %s reads counts nothing against what may be kept for a match', (_, where, more) => {
  const rule = where + sequence('event.total < first.total', '{{ first.order }}');
  const customer = 'ann';
  expect(shown(rule, more)).toEqual([300, 20].map((total) => ({ customer, total, order: 'o-1', ...more })));
});
