import { briefly, faultsOf, pipelineWith } from './faults-of.ts';

const aggregates = `
  orders: count()
  big: count(event.total > 500)
  spent: sum(event.total)
  least: min(event.total)
  most: max(event.total)
  mean: avg(event.total)
  places: countDistinct(event.country)
  ids: collect(event.id, 10)
  newest: last(event.total)
  lands: values(event.country, 10)
  dear: top(event.id, event.total, 3)
  dearest: argmax(event.total, event.total)
  spread: stddev(event.total)
  slow: percentile(event.total, 95)
  both: 2 * (count() + sum(event.total))
  rate: sum(event.total) / count()`;

function rule(having: string, emit = ''): string {
  return pipelineWith(
    `from: orders\ngroupBy: { customer: event.customerId }\nwindow: { tumbling: 1h }\naggregate:${aggregates}\nhaving: '${having}'\n${emit}alert: { severity: low, title: x }`,
  );
}

test.each([
  ...[
    'orders >= 3',
    'orders > 3',
    '3 < orders',
    '3 <= orders',
    'big > 1',
    'spent > params.limit',
    'most > 5',
    'least < 5',
  ],
  ...[
    '5 >= least',
    'places > 2',
    'size(ids) >= 3',
    'ids.size() >= 3',
    'size(lands) > 2',
    'size(dear) >= 3',
    'both > 5',
    'orders + spent > 10',
    '2 * spent + 1 > 10',
  ],
  ...[
    'orders >= 3 && spent > 5',
    'orders >= 3 || least < 5',
    'most > least',
    'orders > 3 && customer != "c1"',
    'params.limit == 5',
  ],
])('%s grows: it needs no emit', (having) => {
  expect(briefly(rule(having))).toEqual([]);
});

test.each([
  ...[
    'orders < 3',
    'orders == 3',
    'orders != 3',
    '!(orders >= 3)',
    '3 > orders',
    'spent <= 5',
    'least > 5',
    'most < 5',
    'mean > 5',
  ],
  ...[
    'newest > 5',
    'spread > 5',
    'slow > 5',
    'dearest > 5',
    'size(lands) < 3',
    '!("x" in lands)',
    'rate > 5',
    '-orders > -5',
    'spent - orders > 5',
    'spent * params.limit > 5',
    'spent * -1 > 5',
    'orders > spent',
  ],
  ...[
    'spent + least > 5',
    'orders >= 3 && mean > 5',
    'ids.exists(i, i == "x")',
    'size(ids) < 3',
    'orders > 3 ? true : false',
    '"x" in ids',
  ],
])('%s may turn false again: it needs an emit, and with one it is accepted', (having) => {
  expect(briefly(rule(having))).toEqual([expect.stringMatching(/^29:13-\d+ rule\.emit\.missing$/)]);
  expect(briefly(rule(having, 'emit: final\n'))).toEqual([]);
});

test('the fault shows the rule with the emit that is missing', () => {
  expect(faultsOf(rule('orders < 3')).map(({ rewritten }) => rewritten)).toEqual([
    "    having: 'orders < 3'\n    emit: final",
  ]);
});

test('a rule without having grows', () => {
  expect(briefly(rule('true').replace(/ *having.*\n/, ''))).toEqual([]);
});
