import { sentence } from '../../../engine/explain/sentence.ts';
import { compilePlan } from '../../../engine/plan/compile.ts';
import { fingerprint } from '../../../engine/plan/fingerprint.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';

const alert = 'alert: { severity: low, title: x }';

function definitionOf(rule: string, more = alert) {
  const { definition, faults } = readPipeline(`pipeline: shop
streams:
  orders: { partitionKey: event.customer, eventTime: event.at, eventId: event.id }
  reviews: { partitionKey: event.customer, eventTime: event.at, eventId: event.id }
rules:
  r:
${rule.replaceAll(/^/gm, '    ')}
    ${more}
`);
  if (definition === undefined) throw new Error(JSON.stringify(faults));
  return definition;
}

const join = (parts: string, on = 'customer', where = 'event.total > 5'): string => `join:
  left: { from: orders, as: order, where: ${where} }
  right: { from: reviews, as: review }
  on: { left: event.${on}, right: event.${on} }
  ${parts}
select: { stars: review.stars }`;

const said = (rule: string, more?: string): string | undefined => definitionOf(rule, more).rules.map(sentence)[0];

test('a join is said side by side', () => {
  expect(said(join('within: 1d'))).toBe(
    'Each order (orders where event.total > 5, by event.customer) with each review (reviews, by event.customer) of the same key, at most 1d apart, raises an alert "x" (low).',
  );
  expect(said(join('within: { before: 1h, after: 2d }\n  type: left'))).toBe(
    'Each order (orders where event.total > 5, by event.customer) with each review (reviews, by event.customer) of the same key, review from 1h before to 2d after order, and each order that has none, once the watermark has passed its time, raises an alert "x" (low).',
  );
  expect(said(`${join('within: 1d\n  type: full')}\nhaving: order == null`)).toMatch(
    / and each order or review that has none, once the watermark has passed its time, raises an alert "x" \(low\) when order == null\.$/,
  );
});

test('what joins alerts is said of every form', () => {
  const joins = 'alert: { severity: low, title: x, cooldown: 1h }';
  expect(said(join('within: 1d'), joins)).toMatch(
    / raises an alert "x" \(low\); those of one key at most 1h apart are one alert\.$/,
  );
  const sequence = 'sequence: [{ a: { from: orders } }, { not: { from: reviews } }]\nwithin: 1d';
  expect(said(`groupBy: { customer: event.customer }\n${sequence}`, joins)).toMatch(
    /, once the watermark has passed its end; those of one customer at most 1h apart are one alert\.$/,
  );
});

test('distinct is said with what it keeps', () => {
  const distinct = (parts: string): string =>
    `from: orders\nwhere: event.total > 5\ngroupBy: { order: event.id }\ndistinct: ${parts}`;
  expect(said(distinct('{ within: 1d }'))).toBe(
    'Of events of orders where event.total > 5 with the same order, the first within 1d raises an alert "x" (low), as soon as it has come.',
  );
  expect(said(distinct('{ within: 1d, keep: last }'))).toBe(
    'Of events of orders where event.total > 5 with the same order, the last within 1d raises an alert "x" (low), once that and the allowed lateness are over.',
  );
});

test('where it goes into a stream, so does what and when', () => {
  const final = 'once no event that may still come can change it.';
  expect(said(join('within: 1d'), 'into: pairs')).toBe(
    `Each order (orders where event.total > 5, by event.customer) with each review (reviews, by event.customer) of the same key, at most 1d apart, puts stars into the stream pairs, ${final}`,
  );
  const distinct = 'from: orders\ngroupBy: { order: event.id }\ndistinct: { within: 1d }';
  expect(said(distinct, 'into: once')).toBe(
    `Of events of orders with the same order, the first within 1d goes into the stream once as it is, ${final}`,
  );
  expect(said(`${distinct}\nselect: { total: event.total }`, 'into: once')).toBe(
    `Of events of orders with the same order, the first within 1d puts total into the stream once, ${final}`,
  );
  const sequence = 'sequence: [{ a: { from: orders } }, { b: { from: reviews } }]\nwithin: 1d\nselect: { id: a.id }';
  expect(said(sequence, 'into: both')).toBe(
    `a (orders), then b (reviews), within 1d, puts id into the stream both, ${final}`,
  );
});

test('what a join asks is in its fingerprint, and what it tells is not', () => {
  const of = (rule: string, more?: string): string => {
    const definition = definitionOf(rule, more);
    return definition.rules.map((one) => fingerprint(definition, one)).join();
  };
  const known = of(join('within: 1d'));
  expect(of(join('within: { before: 24h, after: 24h }', 'customer', '(event.total > 5)'))).toBe(known);
  expect(of(join('within: 1d').replace('review.stars', 'review.text'), 'alert: { severity: high, title: z }')).toBe(
    known,
  );
  for (const other of [
    join('within: 2d'),
    join('within: 1d\n  type: left'),
    join('within: 1d', 'order'),
    join('within: 1d', 'customer', 'event.total > 6'),
  ])
    expect(of(other)).not.toBe(known);
});

test('the key of a join has one owner where it is the partition key of both sides, and one stream brings them', () => {
  const writers = (rule: string) => {
    const { writer, cacheable } = compilePlan(definitionOf(rule)).plan.rules[0]!;
    return [writer, cacheable];
  };
  expect(writers(join('within: 1d'))).toEqual(['key', false]);
  expect(writers(join('within: 1d').replace('reviews', 'orders'))).toEqual(['key', true]);
  // What is told without another, advance-time tells.
  expect(writers(join('within: 1d\n  type: left').replace('reviews', 'orders'))).toEqual(['key', false]);
  expect(writers(join('within: 1d', 'order'))).toEqual(['shard', false]);
  expect(writers(join('within: 1d').replace('right: event.customer', 'right: event.other'))).toEqual(['shard', false]);
});
