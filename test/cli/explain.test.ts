import { runExplain } from '../../cli/explain.ts';

test('weir explain names the tables that a rule reads, and how many rows they have', () => {
  const printed: string[] = [];
  const print = (text: string): void => void printed.push(text);
  const options = { newer: undefined, rate: 100, json: true, param: {} };
  const output = { out: print, error: print, colour: false };
  expect(runExplain({ ...options, pipeline: 'pipelines/retail/pipeline.yaml' }, output)).toBe(0);
  const { rules } = JSON.parse(printed.join('')) as {
    readonly rules: readonly { readonly rule: string; readonly runs: Readonly<Record<string, string>> }[];
  };
  const reading = rules.filter(({ runs }) => runs['tables'] !== undefined);
  expect(reading.map(({ rule, runs }) => [rule, runs['tables']])).toEqual([
    ['tidy-orders', 'rates (4 rows in the function itself)'],
  ]);
});
