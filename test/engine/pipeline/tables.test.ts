import type { Fault } from '../../../engine/fault.ts';
import { isOfStream, type PipelineDefinition, type TableRow } from '../../../engine/pipeline/definition.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';
import { brief } from './faults-of.ts';

const rates = 'currency,gbp,from\nEUR,0.85,2026-01-01T00:00:00Z\nUSD,0.79,2026-01-01T00:00:00Z\n';

/** A pipeline with the table `rates`, whose own lines are 6 to 9; the lines of the rule begin at line 12. */
function pipeline(rule: readonly string[], table: readonly string[] = keyed): string {
  return `pipeline: p
streams:
  orders: { partitionKey: event.c, eventId: event.id }
tables:
  rates:
${table.map((line) => `    ${line}\n`).join('')}rules:
  r:
${rule.map((line) => `    ${line}\n`).join('')}`;
}

const keyed = ['file: rates.csv', 'key: event.currency', 'value:', '  gbp: double(event.gbp)'];
const alert = 'alert: { severity: low, title: x }';
const plain = ['from: orders', alert];

function read(text: string, csv: string | undefined = rates) {
  return readPipeline(text, { files: (name) => (name === 'rates.csv' ? csv : undefined) });
}

function rowsOf(definition: PipelineDefinition | undefined): readonly TableRow[] {
  const [table] = definition?.tables ?? [];
  return table === undefined || isOfStream(table) ? [] : table.rows;
}

const placed = (fault: Fault): string => `${fault.file === undefined ? '' : `${fault.file} `}${brief(fault)}`;
const faultsIn = (csv: string, table = keyed): string[] => read(pipeline(plain, table), csv).faults.map(placed);
const faultsOf = (...lines: string[]): readonly Fault[] => read(pipeline(['from: orders', ...lines, alert])).faults;

describe('the rows of a table', () => {
  test('are evaluated when the file is read', () => {
    const { definition } = read(pipeline(plain, [...keyed, 'validFrom: event.from']));
    const from = Date.parse('2026-01-01T00:00:00Z');
    expect(definition?.tables[0]).toMatchObject({
      name: 'rates',
      rows: [
        { key: 'EUR', from, value: { gbp: 0.85 } },
        { key: 'USD', from, value: { gbp: 0.79 } },
      ],
    });
  });

  test('are those of RFC 4180: quotes, commas and line ends in cells, CRLF, a byte order mark', () => {
    const csv = '\uFEFFcurrency,gbp,note\r\n"EUR",0.85,"a ""b"", c\r\nd"\r\n\r\nUSD,x,\r\n';
    const { definition, faults } = read(pipeline(plain, [...keyed.slice(0, 3), '  note: event.note']), csv);
    expect(faults).toEqual([]);
    expect(rowsOf(definition)).toEqual([
      { key: 'EUR', value: { note: 'a "b", c\r\nd' } },
      { key: 'USD', value: { note: '' } },
    ]);
    expect(faultsIn(csv)).toEqual(['rates.csv 5:1-7 table.row.failed']);
  });

  test('see the parameters, and may be there for a key once for each time', () => {
    const text = pipeline(plain, [
      ...keyed.slice(0, 3),
      '  gbp: double(event.gbp) * params.x',
      'validFrom: event.from',
    ]);
    const csv = `${rates}EUR,0.9,2026-02-01T00:00:00Z\n`;
    const { definition } = read(text.replace('pipeline: p', 'pipeline: p\nparams: { x: 2 }'), csv);
    expect(rowsOf(definition).map(({ value }) => value['gbp'])).toEqual([1.7, 1.58, 1.8]);
    expect(faultsIn(`${rates}EUR,0.9,2026-01-01T00:00:00Z\n`, [...keyed, 'validFrom: event.from'])).toEqual([
      'rates.csv 4:1-29 table.row.same-key',
    ]);
  });

  test.each([
    ['a key that stands twice', 'currency,gbp\nEUR,1\nUSD,2\nEUR,3\n', ['rates.csv 4:1-6 table.row.same-key']],
    ['too few cells', 'currency,gbp\nEUR\n', ['rates.csv 2:1-4 table.file.cells']],
    ['too many cells', 'currency,gbp\nEUR,1,2\n', ['rates.csv 2:1-8 table.file.cells']],
    ['an expression that fails', 'currency,gbp\nEUR,x\n', ['rates.csv 2:1-6 table.row.failed']],
    ['a number that is infinite', 'currency,gbp\nEUR,1e400\n', ['rates.csv 2:1-10 table.row.failed']],
    ['a quote that is never closed', 'currency,gbp\nEUR,1\nUSD,"2\nGBP,1\n', ['rates.csv 3:1-7 table.file.csv']],
    ['text behind a quote', 'currency,gbp\n"EUR"x,1\n', ['rates.csv 2:1-9 table.file.csv']],
    ['an empty file', '', ['rates.csv 1:1-2 table.file.empty']],
    ['a column without a name', 'currency,gbp,\nEUR,1,2\n', ['rates.csv 1:1-14 table.file.no-name']],
    ['a column that stands twice', 'currency,gbp,gbp\nEUR,1,2\n', ['rates.csv 1:1-17 table.file.same-column']],
  ])('are refused at their line in the file for %s', (_, csv, faults) => {
    expect(faultsIn(csv)).toEqual(faults);
  });

  test('are refused all at once, with the cells that an expression read', () => {
    const { faults } = read(pipeline(plain), 'currency,gbp\nEUR,x\nUSD\nEUR,1\nEUR,2\nGBP,\n');
    expect(faults.map(placed)).toEqual([
      'rates.csv 2:1-6 table.row.failed',
      'rates.csv 3:1-4 table.file.cells',
      'rates.csv 5:1-6 table.row.same-key',
      'rates.csv 6:1-5 table.row.failed',
    ]);
    expect(faults[0]?.message).toBe(`'value.gbp' fails here: double(event.gbp), where event.gbp is "x".`);
    expect(faults[2]?.message).toBe('The key "EUR" stands in line 4 already.');
  });

  test('are 10,000 at most, and of many faults the first are told', () => {
    const rows = (count: number, cell: string): string =>
      `currency,gbp\n${Array.from({ length: count }, (_, i) => `c${i},${cell}\n`).join('')}`;
    expect(faultsIn(rows(10_000, '1'))).toEqual([]);
    expect(faultsIn(rows(10_001, '1'))).toEqual(['rates.csv 10002:1-9 table.file.too-many-rows']);
    const { faults } = read(pipeline(plain), rows(100, 'x'));
    expect(faults).toHaveLength(21);
    expect(faults.at(-1)?.message).toBe('The rows have 80 more faults.');
  });
});

describe('a table', () => {
  test.each([
    [['file: other.csv', ...keyed.slice(1)], ['6:11-20 table.file.no-file']],
    [['file: 7', ...keyed.slice(1)], ['6:11-12 table.file.value']],
    [[keyed[0]!, 'key: event.curency', ...keyed.slice(2)], ['7:16-23 table.key.unknown-field']],
    [[keyed[0]!, 'key: \'["a"]\'', ...keyed.slice(2)], ['7:10-17 table.key.type']],
    [[...keyed.slice(0, 3), '  at: timestamp(event.from)'], ['9:11-32 table.value.type']],
    [[...keyed.slice(0, 3), '  at: meta.shard'], ['9:11-15 table.value.unknown-name']],
    [[...keyed, 'validFrom: event.from == "x"'], ['10:16-33 table.validFrom.type']],
    [keyed.slice(1), ['5:3-8 table.file.missing']],
    [keyed.slice(0, 2), ['5:3-8 table.value.missing']],
    [[...keyed, 'keys: 1'], ['10:5-9 table.unknown-field']],
  ])('of the lines %j is refused at its place', (table, faults) => {
    expect(read(pipeline(plain, table)).faults.map(placed)).toEqual(faults);
  });
});

describe('an expression', () => {
  test.each([
    'where: tables.rates[event.currency].gbp > 1',
    'where: tables.rates[?event.currency].gbp.orValue(1) > 1',
    'where: event.currency in tables.rates',
    'where: tables.rates["EUR"].gbp * 2 > tables.rates.EUR.gbp',
    'where: has(tables.rates[event.currency].gbp)',
    'where: event.items.exists(i, tables.rates[i.currency].gbp > 1)',
    'groupBy: { key: "tables.rates[event.currency].gbp" }',
    'select: { rate: "tables.rates[event.currency]" }',
  ])('may look up a row: %s', (line) => {
    expect(faultsOf(line).map(({ message }) => message)).toEqual([]);
  });

  test.each([
    ['where: tables.rates == 1', 'table-use', 'tables.rates'],
    ['where: size(tables.rates) > 1', 'table-use', 'tables.rates'],
    ['where: tables.rates.all(k, true)', 'table-use', 'tables.rates'],
    ['where: has(tables.rates.EUR)', 'table-use', 'tables.rates'],
    ['where: tables == 1', 'table-use', 'tables'],
    ['where: tables.rate[event.c].gbp > 1', 'unknown-table', 'rate'],
    ['where: tables.rates[event.c].gbpp > 1', 'unknown-field', 'gbpp'],
    ['where: tables.rates[?event.c].gbpp.orValue(1) > 1', 'unknown-field', 'gbpp'],
    ['where: tables.rates[7].gbp > 1', 'type', '7'],
    ['where: 7 in tables.rates', 'type', '7'],
    ['where: tables.rates[event.c] > 1', 'type', 'tables.rates[event.c] > 1'],
    ['where: tables.rates[event.c].gbp == "1"', 'type', 'tables.rates[event.c].gbp == "1"'],
    ['where: tables.rates[evnt.c].gbp > 1', 'unknown-name', 'evnt'],
  ])('that does anything else is refused: %s', (line, code, marked) => {
    const [fault] = faultsOf(line);
    expect(fault?.code).toBe(`rule.where.${code}`);
    expect(line.slice((fault?.place.column ?? 0) - 5, (fault?.place.endColumn ?? 0) - 5)).toBe(marked);
    expect(fault?.allowed).toBeDefined();
  });

  test('that looks at many events sees no table, and is told what to write', () => {
    const lines = (having: string, n: string): readonly Fault[] =>
      faultsOf('window: { tumbling: 1h }', 'aggregate:', `  n: ${n}`, `having: ${having}`);
    expect(lines('n > 1', 'sum(event.x * tables.rates[event.c].gbp)')).toEqual([]);
    const [inHaving] = lines('n > tables.rates["EUR"].gbp', 'count()');
    expect(inHaving).toMatchObject({ code: 'rule.having.tables-not-here' });
    expect(inHaving?.allowed).toContain('last(tables.rates[event.currency].gbp)');
    expect(lines('n > 1', 'count() * tables.rates["EUR"].gbp').map(({ code }) => code)).toEqual([
      'rule.aggregate.tables-not-here',
    ]);
  });

  test('of a stream, or in a file without tables, sees none', () => {
    const text = pipeline(plain).replace('partitionKey: event.c', "partitionKey: 'tables.rates[event.c].gbp'");
    expect(read(text).faults.map(({ code }) => code)).toEqual(['stream.partitionKey.tables-not-here']);
    const without = pipeline(['from: orders', 'where: event.c in tables.rates', alert]).replace(
      /tables:\n[^]*(?=rules:)/,
      '',
    );
    expect(read(without).faults).toMatchObject([
      { code: 'rule.where.unknown-table', allowed: "a table under 'tables' in the file" },
    ]);
  });
});
