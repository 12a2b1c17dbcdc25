/**
 * Reads the YAML of a file and reports everything in it that YAML would take differently than it looks: what the YAML
 * reader only warns of is a fault here. A line that YAML cannot read is repaired where its meaning is plain, and the
 * reading goes on, so that the faults of the whole file come at once.
 */
import { type Document, isMap, isScalar, parseAllDocuments, type YAMLMap } from 'yaml';
import { FaultReport } from './fault-report.ts';
import { SourceFile } from './source-file.ts';
import { explained, firstSyntaxFault, type SyntaxFault, syntaxErrors } from './yaml-fault.ts';
import { repairedColumns, repairs } from './yaml-repair.ts';
import { reportSurprises } from './yaml-surprises.ts';

export interface YamlFile {
  readonly report: FaultReport;
  /** Absent where there is nothing to read on with. */
  readonly root?: YAMLMap.Parsed;
  /** The first line that could not be read nor repaired: nothing is known of what follows. */
  readonly unreadFrom?: number;
}

/** How many lines are repaired before the rest is left unread. */
const maxRepairs = 100;

export function readYaml(text: string, name?: string): YamlFile {
  const file = new SourceFile(text, name);
  const report = new FaultReport(file);
  const lines = [...text.split('\n')];
  const columns = new Map<number, readonly number[]>();
  let documents = parse(text);
  let unreadFrom: number | undefined;
  for (let repaired = 0; unreadFrom === undefined; repaired++) {
    const source = new SourceFile(lines.join('\n'), name, columns);
    const fault = firstSyntaxFault(documents, source);
    if (fault === undefined) break;
    const better = repaired < maxRepairs ? repairedLine(lines, fault) : undefined;
    reportSyntax(new FaultReport(source, report.faults), fault, better?.line);
    if (better === undefined) unreadFrom = fault.line;
    else {
      const was = file.line(fault.line);
      lines[fault.line - 1] = better.line;
      columns.set(fault.line, repairedColumns(better.line, was));
      documents = better.documents;
    }
  }
  const reading = new FaultReport(new SourceFile(lines.join('\n'), name, columns), report.faults);
  const root = rootMap(documents, reading);
  return { report: reading, ...(root && { root }), ...(unreadFrom !== undefined && { unreadFrom }) };
}

function parse(text: string): Document.Parsed[] {
  const documents = parseAllDocuments(text, { version: '1.2', schema: 'core', merge: false, prettyErrors: false });
  return Array.isArray(documents) ? documents : [];
}

function repairedLine(lines: readonly string[], fault: SyntaxFault) {
  const line = (lines[fault.line - 1] ?? '').replace(/\r$/, '');
  const isText = (one: string) => /^\s*[^#\s]/.test(one);
  const neighbours = [lines.slice(0, fault.line - 1).findLast(isText), lines.slice(fault.line).find(isText)];
  const tried = repairs(
    line,
    neighbours.filter((one) => one !== undefined),
  ).map((candidate) => {
    const text = lines.with(fault.line - 1, candidate).join('\n');
    const documents = parse(text);
    return { line: candidate, documents, next: firstSyntaxFault(documents, new SourceFile(text)) };
  });
  // Every repair moves the first fault further down, so that the reading comes to an end.
  const cured = tried.filter(({ next }) => next === undefined || next.line > fault.line);
  return cured.sort((one, other) => syntaxErrors(one.documents).length - syntaxErrors(other.documents).length)[0];
}

function reportSyntax(report: FaultReport, fault: SyntaxFault, rewritten: string | undefined): void {
  const { code, message, allowed } = explained(fault, report.source);
  const rest = rewritten === undefined ? '; what follows could not be checked' : '';
  report.error(`yaml.${code}`, fault.range, message + rest, { allowed, rewritten });
}

function rootMap(documents: Document.Parsed[], report: FaultReport): YAMLMap.Parsed | undefined {
  const [document, second] = documents;
  const whole = { start: 0, end: Math.min(1, report.source.text.length) };
  const shape = "a map with 'pipeline', 'streams' and 'rules'";
  if (second) {
    const start = second.range[0];
    report.error('yaml.several-documents', { start, end: start + 1 }, "a second document begins here (after '---')", {
      allowed: 'one document in a file',
    });
  }
  if (
    document === undefined ||
    document.contents === null ||
    (isScalar(document.contents) && document.contents.value === null)
  ) {
    report.error('yaml.empty', whole, 'the file is empty', { allowed: shape });
    return undefined;
  }
  if (!isMap(document.contents)) {
    const [start, end] = document.contents.range;
    report.error('yaml.not-a-map', { start, end: Math.min(end, start + 1) }, 'the file is no map of keys and values', {
      allowed: shape,
    });
    return undefined;
  }
  reportSurprises(document, report);
  return document.contents;
}
