import { readPipeline } from '../../../engine/pipeline/read.ts';
import { brief } from './faults-of.ts';

/** A pipeline with the table `tiers`, whose own lines are 7 and on. */
function faultsOf(rule: readonly string[], table: readonly string[] = ofStream): string[] {
  const lines = (some: readonly string[]): string => some.map((line) => `    ${line}\n`).join('');
  const text = `pipeline: p
streams:
  orders: { partitionKey: event.c, eventId: event.id }
  customers: { partitionKey: event.c, schema: { type: object, properties: { c: {}, tier: {} }, additionalProperties: false } }
tables:
  tiers:
${lines(table)}rules:
  r:
${lines([...rule, 'alert: { severity: low, title: x }'])}`;
  return readPipeline(text).faults.map(brief);
}

const ofStream = ['from: customers', 'key: event.c', 'value: { tier: event.tier }'];
const plain = ['from: orders'];
const codes = (rule: readonly string[]): string[] => faultsOf(rule).map((fault) => fault.split(' ')[1] ?? '');

test.each([
  [ofStream],
  [['from: [customers, orders]', ...ofStream.slice(1), 'keep: 7d']],
  [[...ofStream.slice(0, 2), 'value: { tier: event.tier, at: meta.eventId }']],
])('a table of the lines %j is accepted', (table) => {
  expect(faultsOf(plain, table)).toEqual([]);
});

test.each([
  [['from: customer', ...ofStream.slice(1)], ['7:11-19 table.from.unknown-stream']],
  [['from: []', ...ofStream.slice(1)], ['7:11-13 table.from.empty']],
  [
    ['file: x.csv', ...ofStream],
    ['7:11-16 table.file.no-file', '8:5-9 table.from.file'],
  ],
  [ofStream.slice(0, 2), ['6:3-8 table.value.missing']],
  [ofStream.slice(1), ['6:3-8 table.file.missing']],
  [[...ofStream, 'keep: 1'], ['10:11-12 table.keep.not-a-duration']],
  [[...ofStream, 'keep: 400d'], ['10:11-15 table.keep.out-of-range']],
  [[...ofStream, 'validFrom: event.at'], ['10:5-14 table.unknown-field']],
  [[ofStream[0]!, 'key: event.d', ofStream[2]!], ['8:16-17 table.key.unknown-field']],
  [[ofStream[0]!, 'key: tables.tiers["x"].tier', ofStream[2]!], ['8:10-16 table.key.tables-not-here']],
])('a table of the lines %j is refused at its place', (table, faults) => {
  expect(faultsOf(plain, table)).toEqual(faults);
});

const look = 'tables.tiers[event.c].tier';
const steps = (where: string): string[] => [
  'from: orders',
  'groupBy: { c: event.c }',
  'within: 1d',
  `sequence: [{ a: { where: event.x } }, { b: { where: '${where}' } }]`,
];

test.each([
  [['from: orders', `where: ${look} == "gold"`], []],
  [['from: orders', `groupBy: { tier: '${look}' }`], ['rule.groupBy.changing-table']],
  [['from: orders', 'window: { tumbling: 1h }', `aggregate: { n: 'count(${look} == "gold")' }`], []],
  [steps(`${look} == "gold" && event.y > a.y`), []],
  [steps('tables.tiers[a.c].tier == event.tier'), ['rule.sequence.where.changing-table']],
])('where rows change, a rule of the lines %j has the faults %j', (rule, faults) => {
  expect(codes(rule)).toEqual(faults);
});

test('the key of a join is no place for rows that change', () => {
  const sides = ['left', 'right'].map((side) => `  ${side}: { from: orders, as: ${side[0]} }`);
  const on = `  on: { left: event.c, right: '${look}' }`;
  expect(codes(['join:', ...sides, on, '  within: 1d', 'select: { x: l.c }'])).toEqual([
    'rule.join.on.right.changing-table',
  ]);
});

test('a rule does not look up rows of what it makes itself', () => {
  const text = `pipeline: p
streams:
  orders: { partitionKey: event.c }
tables:
  totals: { from: large, key: event.c, value: { total: event.total } }
rules:
  first:
    from: orders
    where: event.total > tables.totals[?event.c].total.orValue(10)
    into: large
`;
  expect(readPipeline(text).faults.map(brief)).toEqual(['10:11-16 rule.into.cycle']);
});
