import { compiled } from '../protocol/pipelines.ts';

const fewest = (having: string): number | undefined =>
  compiled(`pipeline: test
params:
  least: 4
streams:
  orders:
    partitionKey: event.customer
rules:
  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      sliding: 1h
    aggregate:
      n: count()
      large: count(event.total > 100)
      skus: countDistinct(event.sku)
      total: sum(event.total)
      half: count() / 2
    having: '${having}'
    emit: changes
    alert:
      severity: low
      title: x
`).plan.rules[0]?.fewest;

test.each([
  ['n >= 3', 3],
  ['n > 3', 4],
  ['n >= 2.5', 3],
  ['n == 3', 3],
  ['3 <= n', 3],
  ['3 < n', 4],
  ['large >= 3', 3],
  ['skus > 1', 2],
  ['n >= params.least', 4],
  ['total > 100 && n >= 3', 3],
  ['n >= 3 && large >= 5', 5],
  ['n >= 3 || large >= 2', 2],
])('%s needs so many events', (having, events) => {
  expect(fewest(having)).toBe(events);
});

test.each([
  'n >= 3 || total > 100',
  'n <= 3',
  'n != 3',
  '3 >= n',
  'half >= 3',
  'n + 1 >= 3',
  'total >= 3',
  '!(n < 3)',
  'n > -1',
])('of %s it is not known', (having) => {
  expect(fewest(having)).toBe(0);
});
