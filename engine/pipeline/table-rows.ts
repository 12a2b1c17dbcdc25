/** From rows of text to rows of a table: by the table's expressions, with every fault at the row's own place. */
import { type Json, plain } from '../aggregate/value.ts';
import type { SourceRange } from '../expression/expression.ts';
import { describe, isList, isMap, resetSteps } from '../expression/operators.ts';
import { readEventTime } from '../intake/event-time.ts';
import { type RowFunctions, rowFunctions } from '../plan/row-program.ts';
import type { NamedExpression, ParamValue, TableExpressions, TableRow } from './definition.ts';
import type { FaultReport } from './fault-report.ts';

/** A row as it was written: cells by their columns. */
export interface WrittenRow {
  readonly cells: Cells;
  readonly range: SourceRange;
}

type Cells = Readonly<Record<string, string>>;
type Params = Readonly<Record<string, ParamValue>>;

/** More faults in the rows of one table than this tell nobody anything new. */
const mostFaults = 20;

/** Evaluates the rows, and reports what is wrong with them in the file that `report` is of. */
export function evaluateRows(
  report: FaultReport,
  table: TableExpressions,
  params: Params,
  written: readonly WrittenRow[],
): TableRow[] {
  const read = rowReader(table, params);
  const rows: TableRow[] = [];
  const lines = new Map<string, number>();
  const faults: (() => void)[] = [];
  const fault = (code: string, range: SourceRange, message: string, allowed?: string): void => {
    faults.push(() => {
      report.error(`table.row.${code}`, range, message, { allowed });
    });
  };
  for (const { cells, range } of written) {
    const failed: string[] = [];
    const row = read(cells, failed);
    for (const message of failed) fault('failed', range, message);
    if (row === undefined) continue;
    const name = JSON.stringify([row.key, row.from]);
    const first = lines.get(name);
    if (first === undefined) lines.set(name, report.source.lineAt(range.start));
    else {
      const [since, once] = row.from === undefined ? ['', ''] : [" with this 'validFrom'", " and 'validFrom'"];
      const message = `the key ${JSON.stringify(row.key)} stands in line ${first}${since} already`;
      fault('same-key', range, message, `each key${once} once`);
    }
    rows.push(row);
  }
  for (const one of faults.slice(0, mostFaults)) one();
  const last = written.at(-1);
  if (faults.length > mostFaults && last !== undefined)
    report.error('table.row.more', last.range, `the rows have ${faults.length - mostFaults} more faults`);
  return rows;
}

interface Part extends NamedExpression {
  readonly functions: RowFunctions;
}

/** Gives a row; undefined where it has none, with the reasons in `failed`. */
function rowReader(table: TableExpressions, params: Params): (cells: Cells, failed: string[]) => TableRow | undefined {
  const part = (name: string, expression: NamedExpression['expression']): Part => {
    return { name, expression, functions: rowFunctions(expression, params) };
  };
  const keyPart = part("'key'", table.key);
  const values = table.value.map(({ name, expression }) => [name, part(`'value.${name}'`, expression)] as const);
  const fromPart = table.validFrom && part("'validFrom'", table.validFrom);
  return (cells, failed) => {
    resetSteps();
    const key = readKey(keyPart, cells, failed);
    const from = fromPart && readFrom(fromPart, cells, failed);
    const value = Object.fromEntries(values.map(([name, one]) => [name, readValue(one, cells, failed)]));
    if (key === undefined || failed.length > 0) return undefined;
    return { key, ...(from !== undefined && { from }), value };
  };
}

function readKey(part: Part, cells: Cells, failed: string[]): TableRow['key'] | undefined {
  const key = part.functions.value(cells);
  if (typeof key === 'string' || typeof key === 'boolean' || (typeof key === 'number' && Number.isFinite(key)))
    return key;
  const is = `${part.name} is ${describe(key)}, and must be a text, a number, or true or false`;
  failed.push(key === undefined ? noValue(part, cells) : is);
  return undefined;
}

function readFrom(part: Part, cells: Cells, failed: string[]): TableRow['from'] {
  const value = part.functions.value(cells);
  const from = value === undefined ? undefined : readEventTime(value);
  if (typeof from === 'number') return from;
  failed.push(from === undefined ? noValue(part, cells) : `${part.name}: ${from}`);
  return undefined;
}

function readValue(part: Part, cells: Cells, failed: string[]): Json {
  const value = part.functions.value(cells);
  if (isJson(value)) return plain(value);
  const kept = 'a table keeps texts, numbers, true and false, null, and lists and maps of them';
  const isFailure = value === undefined || typeof value === 'number';
  failed.push(isFailure ? noValue(part, cells) : `${part.name} is ${describe(value)}: ${kept}`);
  return null;
}

/** True for what JSON can hold: a time would come back as a text. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (isList(value)) return value.every(isJson);
  if (isMap(value)) return Object.values(value).every(isJson);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

/** With the cells that were read as they are: they are the user's own file. */
function noValue({ name, expression, functions }: Part, cells: Cells): string {
  const read = functions.read(cells).map(([path, value]) => {
    return `${path} is ${typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : describe(value)}`;
  });
  return `${name} fails here: ${expression.source}${read.length === 0 ? '' : `, where ${read.join(' and ')}`}`;
}
