/** `tables`: values by key that expressions look up. Their rows are read, evaluated and checked with the file. */
import { isScalar } from 'yaml';
import type { Scope, SourceRange, TableShape, ValueType } from '../expression/expression.ts';
import { type CsvRow, readCsv } from './csv.ts';
import type { ParamValue, TableDefinition, TableExpressions } from './definition.ts';
import { readExpression, scalarValue } from './expression-value.ts';
import { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, readFields } from './fields.ts';
import { checkIdentifier } from './name.ts';
import { isSplit, namedEntries } from './named-expressions.ts';
import type { Files } from './schema.ts';
import { paramType, tableScope } from './scope.ts';
import { SourceFile } from './source-file.ts';
import { evaluateRows, type WrittenRow } from './table-rows.ts';

export const fields = {
  file: { example: 'file: data/rates.csv' },
  key: { example: 'key: event.currency' },
  value: { example: 'value: { gbp: double(event.gbp) }' },
  validFrom: 'optional',
  from: 'not-yet',
} as const;

const optional = { file: 'optional', key: 'optional', value: 'optional' } as const;

export const mostRows = 10_000;

/** A table's name and shape are known even where its rows are at fault. */
export interface TableReading {
  readonly name: string;
  readonly shape: TableShape;
  readonly definition?: TableDefinition;
}

type Params = ReadonlyMap<string, ParamValue>;

export function readTables(report: FaultReport, entry: Entry, params: Params, files: Files): TableReading[] {
  const tables = entriesOf(report, entry, 'table', 'a map of tables by name') ?? [];
  return tables.map((table) => readTable(report, table, params, files));
}

function readTable(report: FaultReport, table: Entry, params: Params, files: Files): TableReading {
  const { name } = table;
  checkIdentifier(report, table);
  const entries = entriesOf(report, table, 'table', "a map with 'file', 'key' and 'value'") ?? [];
  const level = { code: 'table', what: `the table '${name}'` };
  // What a table of a stream lacks is not asked for as long as there is none.
  const isOther = entries.some((one) => one.name === 'from');
  const given = readFields(report, entries, table.key, level, isOther ? { ...fields, ...optional } : fields);
  const file = given.file && readFile(report, given.file, files);
  const types = new Map([...params].map(([param, value]) => [param, paramType(value)]));
  const scope = tableScope(types, file?.columns);
  const key = given.key && readExpression(report, given.key, scope, scalarValue);
  const value = given.value ? readValues(report, given.value, scope) : [];
  const validFrom = given.validFrom && readExpression(report, given.validFrom, scope, instant);
  const shape: TableShape = {
    key: key?.type ?? 'dyn',
    fields: new Map(value.map((one) => [one.name, one.expression?.type ?? 'dyn'])),
  };
  const complete = value.flatMap((one) => (one.expression ? [{ name: one.name, expression: one.expression }] : []));
  const isWhole = key && complete.length === value.length && (given.validFrom === undefined || validFrom !== undefined);
  if (!isWhole || file === undefined) {
    if (file) report.faults.push(...file.report.faults);
    return { name, shape };
  }
  const expressions: TableExpressions = {
    name,
    columns: file.columns,
    key,
    value: complete,
    ...(validFrom && { validFrom }),
  };
  const rows = evaluateRows(file.report, expressions, Object.fromEntries(params), file.rows);
  report.faults.push(...file.report.faults);
  return { name, shape, definition: { ...expressions, rows } };
}

const instant = {
  types: ['string', 'number', 'timestamp'],
  words: 'an ISO 8601 text with its zone, epoch milliseconds, or a timestamp',
} as const;

function readValues(report: FaultReport, entry: Entry, scope: Scope) {
  const entries = namedEntries(report, entry, 'a map of names to expressions') ?? [];
  return entries.map((one) => {
    checkIdentifier(report, one);
    return { name: one.name, expression: isSplit(one) ? undefined : readExpression(report, one, scope, kept) };
  });
}

/** A time is kept as the text that it was. */
const kept = {
  types: ['bool', 'number', 'string', 'null', 'list', 'map'] satisfies readonly ValueType[],
  words:
    'a text, a number, true or false, a list or a map; of a time its text, and timestamp(…) where the table is read',
} as const;

interface ReadFile {
  readonly report: FaultReport;
  readonly columns: readonly string[];
  readonly rows: readonly WrittenRow[];
}

/** The rows of the file that have a cell for each column; undefined, with a fault, where there is no header. */
function readFile(report: FaultReport, entry: Entry, files: Files): ReadFile | undefined {
  const path = isScalar(entry.value) ? entry.value.value : undefined;
  if (typeof path !== 'string' || path === '') {
    report.error('table.file.value', entry.range, "'file' names no file", {
      allowed: 'the path of a CSV file, relative to the pipeline file',
    });
    return undefined;
  }
  const text = files(path);
  if (text === undefined) {
    report.error('table.file.no-file', entry.range, `the CSV file '${path}' cannot be read`, {
      allowed: 'the path of a CSV file in UTF-8, relative to the pipeline file',
    });
    return undefined;
  }
  const source = new SourceFile(text.replace(/^\uFEFF/, ''), path);
  const csv = new FaultReport(source);
  const { header, rows, broken } = readCsv(source.text);
  if (broken) csv.error('table.file.csv', lineRange(source, broken.line), broken.message, { allowed: quoting });
  if (header === undefined) {
    if (!broken)
      csv.error('table.file.empty', { start: 0, end: 0 }, 'the file is empty', {
        allowed: 'a header with the names of the columns, and rows',
      });
    report.faults.push(...csv.faults);
    return undefined;
  }
  checkHeader(csv, header);
  if (rows.length > mostRows)
    csv.error(
      'table.file.too-many-rows',
      lineRange(source, rows[mostRows]?.line ?? 1),
      `the file has ${rows.length} rows`,
      {
        allowed: `${mostRows} rows at most`,
      },
    );
  return {
    report: csv,
    columns: header.cells,
    rows: rows.slice(0, mostRows).flatMap((row) => cellsOf(csv, header, row) ?? []),
  };
}

const quoting =
  'RFC 4180: a cell with a comma, a quote or a line end stands in quotes, and a quote in it is written twice';

function checkHeader(csv: FaultReport, { cells, line }: CsvRow): void {
  const range = lineRange(csv.source, line);
  const [only = ''] = cells;
  if (cells.length === 1 && /[;\t]/.test(only))
    csv.error('table.file.separator', range, 'the columns are parted by something else than a comma', { allowed: ',' });
  for (const [i, name] of cells.entries()) {
    if (name.trim() === '')
      csv.error('table.file.no-name', range, `the column ${i + 1} has no name`, { allowed: 'a name for each column' });
    else if (cells.indexOf(name) !== i)
      csv.error('table.file.same-column', range, `the column '${name}' stands twice in the header`, {
        allowed: 'each name once',
      });
  }
}

function cellsOf(csv: FaultReport, header: CsvRow, { cells, line }: CsvRow): WrittenRow | undefined {
  const range = lineRange(csv.source, line);
  if (cells.length !== header.cells.length) {
    csv.error(
      'table.file.cells',
      range,
      `the row has ${cells.length} cell${cells.length === 1 ? '' : 's'}, and the header ${header.cells.length}`,
      {
        allowed: `a cell for each of ${header.cells.join(', ')}`,
      },
    );
    return undefined;
  }
  return { cells: Object.fromEntries(header.cells.map((name, i) => [name, cells[i] ?? ''])), range };
}

/** What stands in a line. */
function lineRange(source: SourceFile, line: number): SourceRange {
  const start = source.lineStart(line);
  return { start, end: start + source.line(line).length };
}
