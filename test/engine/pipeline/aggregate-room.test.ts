import { CountDistinct } from '../../../engine/aggregate/count-distinct.ts';
import { briefly, faultsOf, pipelineWith } from './faults-of.ts';

const rule = (...aggregates: string[]): string =>
  pipelineWith(
    `from: orders\nwindow: { tumbling: 1h }\naggregate:\n${aggregates.map((one, i) => `  a${i}: ${one}`).join('\n')}\nalert: { severity: low, title: x }`,
  );

test.each([
  [['collect(event.id, 1000)', 'values(event.country, 600)']],
  [['top(event.id, event.total, 800)', 'percentile(event.total, 50)', 'countDistinct(event.id)', 'count()']],
  // Percentiles of the same numbers share what is kept, and so do equal calls.
  [Array.from({ length: 20 }, (_, i) => `percentile(event.total, ${5 * i})`)],
  [['collect(event.id, 1000)', 'size(collect(event.id, 1000)) / 2']],
])('the aggregates %j fit into an item', (aggregates) => {
  expect(briefly(rule(...aggregates))).toEqual([]);
});

test.each([
  [['collect(event.id, 1000)', 'values(event.country, 601)'], 1601],
  [['collect(event.id, 1000)', 'size(collect(event.sku, 1000)) / 2'], 2000],
  [Array.from({ length: 5 }, (_, i) => `percentile(event.total${i}, 95)`), 2000],
  [Array.from({ length: 9 }, (_, i) => `countDistinct(event.a${i})`), 1800],
])('the aggregates %j are refused: an item could not hold them', (aggregates, kept) => {
  const faults = faultsOf(rule(...aggregates));
  expect(faults.map(({ code, message }) => [code, message])).toEqual([
    ['rule.aggregate.too-much', expect.stringContaining(`keep up to ${kept} values`)],
  ]);
});

test('eight counts of as many long texts as they keep take less than an item has for them', () => {
  const full = new CountDistinct(1000);
  for (let i = 0; i < 1000; i++) full.add(`${'x'.repeat(20)}${i}`);
  expect(8 * JSON.stringify(full.encode()).length).toBeLessThan(250_000);
});
