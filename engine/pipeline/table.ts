/** `tables`: values by key that expressions look up. Their rows are read, evaluated and checked with the file. */
import { isScalar } from 'yaml';
import type { SourceRange, TableShape } from '../expression/expression.ts';
import { type CsvRow, readCsv } from './csv.ts';
import type { ParamValue, TableDefinition, TableExpressions } from './definition.ts';
import { readExpression } from './expression-value.ts';
import { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, readFields } from './fields.ts';
import { checkIdentifier } from './name.ts';
import type { Files } from './schema.ts';
import { paramType, tableScope } from './scope.ts';
import { SourceFile } from './source-file.ts';
import { readStreamTable, streamTableFields, type TableSource } from './stream-table.ts';
import { evaluateRows, type WrittenRow } from './table-rows.ts';
import { parts, readParts } from './table-parts.ts';

const fileTableFields = { file: { example: 'file: data/rates.csv' }, ...parts, validFrom: 'optional' } as const;

/** A table has rows of a file or of streams. */
export const fields = { file: 'optional', validFrom: 'optional', ...streamTableFields, from: 'optional' } as const;

export const mostRows = 10_000;

/** A table's name and shape are known even where its rows are at fault. */
export interface TableReading {
  readonly name: string;
  readonly shape: TableShape;
  readonly definition?: TableDefinition;
  /** Present where its rows are events. */
  readonly source?: TableSource;
}

type Params = ReadonlyMap<string, ParamValue>;

export function readTables(report: FaultReport, entry: Entry, params: Params, files: Files): TableReading[] {
  const tables = entriesOf(report, entry, 'table', 'a map of tables by name') ?? [];
  return tables.map((table) => readTable(report, table, params, files));
}

function readTable(report: FaultReport, table: Entry, params: Params, files: Files): TableReading {
  const { name } = table;
  checkIdentifier(report, table);
  const entries = entriesOf(report, table, 'table', "a map with 'file' or 'from', and with 'key' and 'value'") ?? [];
  const types = new Map([...params].map(([param, value]) => [param, paramType(value)]));
  const level = { code: 'table', what: `the table '${name}'` };
  const isOfStream = entries.some((one) => one.name === 'from') && !entries.some((one) => one.name === 'file');
  if (isOfStream) return readStreamTable(report, table, entries, types);
  const both = entries.find((one) => one.name === 'from');
  if (both)
    report.error('table.from.file', both.key, `${level.what} has the rows of a file already`, {
      allowed: "'file' or 'from', not both",
    });
  const ofFile = entries.filter((one) => one !== both);
  const given = readFields(report, ofFile, table.key, level, fileTableFields);
  const file = given.file && readFile(report, given.file, files);
  const scope = tableScope(types, file?.columns);
  const { key, value, shape } = readParts(report, given, scope);
  const validFrom = given.validFrom && readExpression(report, given.validFrom, scope, instant);
  const isWhole = key && value && (given.validFrom === undefined || validFrom !== undefined);
  if (!isWhole || file === undefined) {
    if (file) report.faults.push(...file.report.faults);
    return { name, shape };
  }
  const expressions: TableExpressions = { name, key, value, ...(validFrom && { validFrom }) };
  const rows = evaluateRows(file.report, expressions, Object.fromEntries(params), file.rows);
  report.faults.push(...file.report.faults);
  return { name, shape, definition: { ...expressions, columns: file.columns, rows } };
}

const instant = {
  types: ['string', 'number', 'timestamp'],
  words: 'an ISO 8601 text with its zone, epoch milliseconds, or a timestamp',
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
