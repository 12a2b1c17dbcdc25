/**
 * Faults as a person reads them: where, what, the line with the place underlined, what is allowed, and the line as it
 * should be written.
 */
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import type { Fault } from '../engine/fault.ts';

export interface ReportOptions {
  /** True to write escape codes for colour. */
  readonly colour: boolean;
  /** What the pipeline file is called in the report. */
  readonly path: string;
}

/** The longest part of a source line that is shown. */
const maxWidth = 160;

/**
 * Renders faults, each with its source line. `sources` holds the texts of the files by the name that faults have for
 * them; '' is the pipeline file.
 */
export function renderFaults(
  faults: readonly Fault[],
  sources: ReadonlyMap<string, string>,
  { colour, path }: ReportOptions,
): string {
  const paint = pc.createColors(colour);
  return faults.map((fault) => renderFault(fault, sources.get(fault.file ?? '') ?? '', path, paint)).join('\n\n');
}

/** True where colour belongs on a stream: on a terminal, and not with NO_COLOR (https://no-color.org). */
export function wantsColour(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
}

function renderFault(fault: Fault, source: string, path: string, paint: ReturnType<typeof pc.createColors>): string {
  const { place, severity, code, message, allowed, rewritten } = fault;
  const file = fault.file === undefined ? path : `${path} → ${fault.file}`;
  const kind = severity === 'error' ? paint.red(code) : paint.yellow(`${code} (advice)`);
  const line = visible((source.split('\n')[place.line - 1] ?? '').replace(/\r$/, ''));
  const number = String(place.line);
  const margin = ' '.repeat(number.length);
  const bar = paint.dim('|');
  const { text, mark } = underlined(
    line,
    place.column - 1,
    place.endLine > place.line ? line.length : place.endColumn - 1,
  );
  const underline = severity === 'error' ? paint.red(mark.trimStart()) : paint.yellow(mark.trimStart());
  const lines = [
    `${paint.bold(`${file}:${place.line}:${place.column}`)} ${kind}`,
    `  ${visible(message)}`,
    `  ${paint.dim(number)} ${bar} ${text}`,
    `  ${margin} ${bar} ${' '.repeat(mark.length - mark.trimStart().length)}${underline}`,
  ];
  if (allowed !== undefined) lines.push(`  ${paint.bold('allowed:')} ${visible(allowed)}`);
  if (rewritten !== undefined) {
    lines.push(
      `  ${paint.bold('write:')}`,
      ...rewritten.split('\n').map((one) => `  ${margin} ${bar} ${paint.green(visible(one))}`),
    );
  }
  return lines.join('\n');
}

/** A line, cut to a readable width around the place, and the marks under it. */
function underlined(line: string, start: number, end: number): { text: string; mark: string } {
  const from = start > maxWidth - 40 ? start - 40 : 0;
  const text = line.slice(from, from + maxWidth);
  const head = from > 0 ? '…' : '';
  const tail = line.length > from + maxWidth ? '…' : '';
  const length = Math.max(1, Math.min(end, from + maxWidth) - start);
  return { text: head + text + tail, mark: ' '.repeat(head.length + start - from) + '^'.repeat(length) };
}

/** Text of a file without what a terminal would act on; a tab is one column, so that the marks stand right. */
function visible(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\t', '→')).replace(/\p{Cc}/gu, '\uFFFD');
}
