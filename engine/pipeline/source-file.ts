/**
 * The text of a file that a user wrote, with places in it and its lines as they should be written.
 */
import { LineCounter } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';
import type { Place } from '../fault.ts';

export class SourceFile {
  readonly lines: readonly string[];
  private readonly lineCounter = new LineCounter();

  /**
   * `columns` maps a line's columns (from 0) to those of the line as the user wrote it, where the text was repaired to
   * read on.
   */
  constructor(
    readonly text: string,
    readonly name?: string,
    private readonly columns: ReadonlyMap<number, readonly number[]> = new Map(),
  ) {
    this.lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
    this.lineCounter.addNewLine(0);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.lineCounter.addNewLine(at + 1);
  }

  place(range: SourceRange): Place {
    const start = this.position(range.start);
    // An empty range is shown as one character, so that there is something to point at.
    const end = this.position(Math.max(range.end, range.start + 1));
    return end.line === start.line || range.end <= range.start
      ? {
          ...start,
          endLine: start.line,
          endColumn: Math.max(end.line === start.line ? end.column : 0, start.column + 1),
        }
      : { ...start, endLine: end.line, endColumn: end.column };
  }

  /** The part of a range that lies in its first line. */
  inFirstLine({ start, end }: SourceRange): SourceRange {
    const newline = this.text.indexOf('\n', start);
    return { start, end: newline < 0 ? end : Math.min(end, newline) };
  }

  /** The line (from 1) in which an offset lies. */
  lineAt(offset: number): number {
    return this.lineCounter.linePos(offset).line;
  }

  /** The offset of a line's first character; lines count from 1. */
  lineStart(line: number): number {
    return this.lineCounter.lineStarts[line - 1] ?? this.text.length;
  }

  line(line: number): string {
    return this.lines[line - 1] ?? '';
  }

  /** The line of a range with the range replaced; undefined where the range has several lines. */
  withReplaced(range: SourceRange, replacement: string): string | undefined {
    const line = this.lineAt(range.start);
    if (this.lineAt(Math.max(range.start, range.end - 1)) !== line) return undefined;
    const start = this.lineStart(line);
    const text = this.line(line);
    return text.slice(0, range.start - start) + replacement + text.slice(range.end - start);
  }

  private position(offset: number): { line: number; column: number } {
    const { line, col } = this.lineCounter.linePos(Math.min(offset, this.text.length));
    return { line, column: (this.columns.get(line)?.[col - 1] ?? col - 1) + 1 };
  }
}
