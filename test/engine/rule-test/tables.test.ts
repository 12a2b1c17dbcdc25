import { compileHere } from '../../../engine/plan/compile-here.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';
import { caseResult } from '../../../engine/rule-test/case-result.ts';
import { readRuleTest } from '../../../engine/rule-test/read.ts';
import { withTestTables } from '../../../engine/rule-test/tables.ts';
import { brief } from '../pipeline/faults-of.ts';

const { definition } = readPipeline(
  `pipeline: p
streams: { orders: { partitionKey: event.c, eventTime: event.at, eventId: event.id } }
tables:
  rates: { file: rates.csv, key: event.currency, value: { gbp: double(event.gbp) } }
  names: { file: rates.csv, key: event.currency, value: { gbp: event.gbp } }
rules:
  r:
    from: orders
    select:
      gbp: tables.rates[event.currency].gbp
      text: tables.names[event.currency].gbp
    alert: { severity: low, title: x }
`,
  { files: () => 'currency,gbp\nEUR,0.85\n' },
);
const pipeline = definition!;

const cases = `
cases:
  - name: a case
    steps: [{ at: 0s, orders: { id: a, c: c, currency: EUR } }]
    expect: [{ values: { gbp: 0.5, text: "0.85" } }]`;
const read = (tables: string) => readRuleTest(`start: 2026-03-02T09:00:00Z\n${tables}${cases}`, pipeline);

test.each(['{ currency: EUR, gbp: "0.5" }', '{ currency: EUR, gbp: 0.5 }'])(
  'the rows of a test stand in place of those of the file, other tables are left: %s',
  (row) => {
    const { test: ruleTest, faults } = read(`tables:\n  rates:\n    - ${row}`);
    expect(faults).toEqual([]);
    const tested = withTestTables(pipeline, ruleTest!);
    expect(caseResult(tested, compileHere(tested), ruleTest!.cases[0]!).failures).toEqual([]);
    expect(caseResult(pipeline, compileHere(pipeline), ruleTest!.cases[0]!).failures).toHaveLength(1);
  },
);

test.each([
  ['tables: { rate: [] }', ['2:11-15 test.tables.unknown']],
  ['tables: { rates: 7 }', ['2:18-19 test.tables.not-a-list']],
  ['tables:\n  rates:\n    - { currency: EUR }', ['4:7-8 test.tables.row.cells']],
  ['tables:\n  rates:\n    - { currency: EUR, gbp: "1", x: y }', ['4:34-35 test.tables.row.unknown-column']],
  ['tables:\n  rates:\n    - { currency: EUR, gbp: [] }', ['4:29-31 test.tables.row.cell.value']],
  [
    'tables:\n  rates:\n    - { currency: EUR, gbp: x }\n    - { currency: USD, gbp: 1 }\n    - { currency: USD, gbp: 2 }',
    ['4:7-8 table.row.failed', '6:7-8 table.row.same-key'],
  ],
])('rows of a test are refused at their place: %s', (tables, faults) => {
  expect(read(tables).faults.map(brief)).toEqual(faults);
});
