import { costOf } from '../../../engine/explain/cost.ts';
import { sentence } from '../../../engine/explain/sentence.ts';
import { compilePlan } from '../../../engine/plan/compile.ts';
import { fingerprint } from '../../../engine/plan/fingerprint.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';

function definitionOf(steps: string, more = 'within: 14d', params = '{ high: 200 }') {
  const { definition, faults } = readPipeline(`pipeline: shop
params: ${params}
streams:
  orders: { partitionKey: event.customer, eventTime: event.at, eventId: event.id }
  reviews: { partitionKey: event.customer, eventTime: event.at, eventId: event.id }
rules:
  r:
    groupBy: { customer: event.customer }
    from: orders
    sequence:
${steps.replaceAll(/^/gm, '      ')}
    ${more}
    alert: { severity: low, title: x }
`);
  if (definition === undefined) throw new Error(JSON.stringify(faults));
  return definition;
}

const said = (steps: string, more?: string): string[] => definitionOf(steps, more).rules.map(sentence);

const two = '- order: { where: event.total > params.high }\n- review: { from: reviews, where: event.stars <= 2 }';

test('a sequence is said step by step', () => {
  expect(said(two)).toEqual([
    'For each customer: order (orders where event.total > params.high), then review (reviews where event.stars <= 2), within 14d, raises an alert "x" (low), as soon as its last event has come.',
  ]);
  expect(said('- failed: { where: event.failed, times: 3.. }\n- not: { for: 1h }', 'within: 1d')).toEqual([
    'For each customer: 3 to 100 times failed (orders where event.failed), then nothing of orders for 1h, within 1d, raises an alert "x" (low), once the watermark has passed its end.',
  ]);
  expect(said('- all: [{ a: { where: event.a } }, { b: {} }]\n- c: {}', 'within: 1d\n    after: next-event')).toEqual([
    'For each customer: in any order a (orders where event.a) and b (orders), then c (orders), within 1d; each event that can begin a match may begin one, raises an alert "x" (low), as soon as its last event has come.',
  ]);
});

test('what a sequence asks is in its fingerprint, and a parameter that it reads', () => {
  const of = (steps: string, more?: string, params?: string): string => {
    const definition = definitionOf(steps, more, params);
    return definition.rules.map((rule) => fingerprint(definition, rule)).join();
  };
  const known = of(two);
  expect(of(two.replaceAll('event.stars <= 2', '(event.stars <= 2)'))).toBe(known);
  for (const other of [
    of(two.replace('<= 2', '<= 1')),
    of(two, 'within: 13d'),
    of(two, 'within: 14d\n    match: strict'),
    of(two, 'within: 14d\n    after: next-event'),
    of(two, 'within: 14d', '{ high: 300 }'),
    of(two.replace('order: {', 'order: { times: 2,')),
  ])
    expect(other).not.toBe(known);
});

test('what did not come costs a write more for an event, and is told from the table', () => {
  const costs = [two, `${two}\n- not: { where: event.paid }`].map((steps) => {
    const [plan] = compilePlan(definitionOf(steps.replace('from: reviews, ', ''))).plan.rules;
    if (plan === undefined) return undefined;
    const { writesPerMillion, formula } = costOf(plan, 100);
    return { writes: writesPerMillion / 1e6, formula, cacheable: plan.cacheable };
  });
  const keys = 'keys in a batch, summed over the batches, × 2 KB';
  expect(costs).toEqual([
    { writes: 2, formula: keys, cacheable: true },
    { writes: 4, formula: `${keys}, put twice`, cacheable: false },
  ]);
});
