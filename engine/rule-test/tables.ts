/** `tables` of a test file: rows in place of those of the pipeline's own files. */
import {
  type FileTableDefinition,
  isOfStream,
  type PipelineDefinition,
  type TableDefinition,
} from '../pipeline/definition.ts';
import { type Entry, entriesOf } from '../pipeline/fields.ts';
import { listed } from '../pipeline/listed.ts';
import { mostRows } from '../pipeline/table.ts';
import { evaluateRows, type WrittenRow } from '../pipeline/table-rows.ts';
import { type Context, reportUnknownName } from './context.ts';
import type { RuleTest } from './definition.ts';
import { readList, readWord } from './value.ts';

/** The tables that the file gives, each whole. */
export function readTestTables({ report, pipeline, start }: Context, entry: Entry): TableDefinition[] {
  const given = entriesOf(report, entry, 'test.tables', 'a map of tables to lists of rows') ?? [];
  return given.flatMap((one) => {
    const table = pipeline.tables.find(({ name }) => name === one.name);
    if (table === undefined) {
      const known = pipeline.tables.map(({ name }) => name);
      const unknown = { code: 'test.tables.unknown', what: 'table', name: one.name, range: one.key };
      reportUnknownName({ report, pipeline, start }, unknown, known);
      return [];
    }
    if (isOfStream(table)) {
      report.error('test.tables.of-stream', one.key, `the rows of '${one.name}' are events of ${listed(table.from)}`, {
        allowed: `steps with events of ${listed(table.from)}, before those that look a row up`,
      });
      return [];
    }
    const items = readList(report, one, 'a list of rows, each a map of columns to texts') ?? [];
    if (items.length > mostRows)
      report.error('test.tables.too-many-rows', one.key, `'${one.name}' has ${items.length} rows`, {
        allowed: `${mostRows} rows at most`,
      });
    const rows = items.flatMap((item) => readRow({ report, pipeline, start }, item, table) ?? []);
    return [{ ...table, rows: evaluateRows(report, table, pipeline.params, rows) }];
  });
}

/** Cells are the texts that would stand in the file: 0.85 and "0.85" are the same. */
function readRow({ report }: Context, item: Entry, { name, columns }: FileTableDefinition): WrittenRow | undefined {
  const cells = entriesOf(report, item, 'test.tables.row', `a map of the columns of '${name}'`);
  if (cells === undefined) return undefined;
  const read = new Map<string, string>();
  for (const cell of cells) {
    const isColumn = columns.includes(cell.name);
    const text = isColumn
      ? readWord(report, { ...cell, code: 'test.tables.row.cell' }, 'a text, as in the file')
      : undefined;
    if (text !== undefined) read.set(cell.name, text);
    if (isColumn) continue;
    report.error('test.tables.row.unknown-column', cell.key, `the file of '${name}' has no column '${cell.name}'`, {
      allowed: columns.join(', '),
    });
  }
  for (const column of columns) {
    if (cells.some((cell) => cell.name === column)) continue;
    report.error('test.tables.row.cells', item.key, `the row has no '${column}'`, {
      allowed: `each of ${columns.join(', ')}`,
    });
    return undefined;
  }
  return read.size < columns.length ? undefined : { cells: Object.fromEntries(read), range: item.key };
}

/** The pipeline as the tests run it. */
export function withTestTables(pipeline: PipelineDefinition, { tables }: RuleTest): PipelineDefinition {
  if (tables === undefined) return pipeline;
  return {
    ...pipeline,
    tables: pipeline.tables.map((table) => tables.find(({ name }) => name === table.name) ?? table),
  };
}
