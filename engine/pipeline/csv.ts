/** CSV files as RFC 4180 has them: a header, then rows of as many cells; each with its line. */
import { CsvError, parse } from 'csv-parse/sync';

export interface CsvRow {
  readonly cells: readonly string[];
  /** In which the row begins, from 1. */
  readonly line: number;
}

export interface Csv {
  /** Absent where the file has no row at all. */
  readonly header?: CsvRow;
  readonly rows: readonly CsvRow[];
  /** Where the file ceases to be CSV, and why: what stands below is not read. */
  readonly broken?: { readonly line: number; readonly message: string };
}

/** Reads the text of a file. Rows may have too few cells or too many; empty lines are skipped. */
export function readCsv(text: string): Csv {
  const found: CsvRow[] = [];
  let end = 0;
  // The library counts a line end of two characters twice where it stands within quotes.
  let countedTwice = 0;
  const take = (cells: readonly string[], { lines }: { readonly lines: number }): null => {
    const inside = cells.reduce((sum, cell) => sum + lineEnds(cell), 0);
    countedTwice += cells.reduce((sum, cell) => sum + cell.split('\r\n').length - 1, 0);
    end = lines - countedTwice;
    found.push({ cells, line: end - inside });
    return null;
  };
  let broken: Csv['broken'];
  try {
    parse(text, { relax_column_count: true, skip_empty_lines: true, on_record: take });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const { code, lines } = cause;
    const isOpen = code === 'CSV_QUOTE_NOT_CLOSED' || typeof lines !== 'number';
    broken = { line: isOpen ? end + 1 : lines - countedTwice, message: messages[code] ?? cause.message };
  }
  const [header, ...rows] = found;
  return { ...(header && { header }), rows, ...(broken && { broken }) };
}

const messages: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened here and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'text stands behind a closing quote',
  INVALID_OPENING_QUOTE: 'a quote stands in a cell that does not begin with one',
};

function lineEnds(cell: string): number {
  return cell.split(/\r\n|\r|\n/).length - 1;
}
