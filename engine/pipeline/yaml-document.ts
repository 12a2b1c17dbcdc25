/**
 * Reads the YAML of a file and reports everything in it that YAML would take differently than it looks: what the YAML
 * reader only warns of is a fault here. A line that YAML cannot read is repaired where its meaning is plain, and the
 * reading goes on, so that the faults of the whole file come at once.
 */
import { type Document, isAlias, isMap, isScalar, parseAllDocuments, visit, type YAMLError, type YAMLMap } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';
import { FaultReport } from './fault-report.ts';
import { SourceFile } from './source-file.ts';
import { repairedColumns, repairs } from './yaml-repair.ts';

export interface YamlFile {
  readonly report: FaultReport;
  /** Absent where there is nothing to read on with. */
  readonly root?: YAMLMap;
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

interface SyntaxFault {
  readonly line: number;
  readonly range: SourceRange;
  readonly error: YAMLError;
}

function syntaxErrors(documents: Document.Parsed[]): YAMLError[] {
  // A key that stands twice hides nothing of what follows: it is reported with the map.
  return documents
    .flatMap((document) => [...document.errors, ...document.warnings])
    .filter((error) => error.code !== 'DUPLICATE_KEY');
}

function firstSyntaxFault(documents: Document.Parsed[], source: SourceFile): SyntaxFault | undefined {
  const [error] = syntaxErrors(documents).sort((one, other) => one.pos[0] - other.pos[0]);
  if (error === undefined) return undefined;
  const open = error.code === 'MISSING_CHAR' ? openQuote(documents, error.pos[0]) : openBracket(error, source);
  const colon = /_KEY$|^BLOCK_IN_FLOW$/.test(error.code) ? source.text.slice(error.pos[0]).search(/:\s/) : -1;
  const isHere = colon >= 0 && source.lineAt(error.pos[0] + colon) === source.lineAt(error.pos[0]);
  // A line that is indented too far reads as the rest of the value above it, up to its own colon.
  const isBelow = colon >= 0 && !isHere && error.code === 'BLOCK_AS_IMPLICIT_KEY';
  const line = source.lineStart(source.lineAt(error.pos[0] + (isBelow ? colon : 0)));
  const from = isBelow ? line : error.pos[0];
  const spaces = isBelow || error.code === 'BAD_INDENT' ? source.text.slice(from).search(/[^ ]/) : 0;
  const start = open ?? from + (isHere ? colon : spaces);
  const end = open !== undefined || isHere ? start + 1 : Math.max(error.pos[1], start);
  return { line: source.lineAt(start), range: source.inFirstLine({ start, end }), error };
}

/** The start of the flow map or list whose end the YAML reader looked for in vain. */
function openBracket({ message, pos }: YAMLError, source: SourceFile): number | undefined {
  const bracket = /must be sufficiently indented and end with a ([}\]])/.exec(message)?.[1] === '}' ? /\{[^{}]*$/ : /\[[^[\]]*$/;
  if (!/and end with a/.test(message)) return undefined;
  for (let line = source.lineAt(pos[0]); line > 0; line--) {
    const before = line === source.lineAt(pos[0]) ? source.text.slice(source.lineStart(line), pos[0]) : source.line(line);
    const at = before.replace(/"[^"]*"|'[^']*'/g, (quoted) => '_'.repeat(quoted.length)).search(bracket);
    if (at >= 0) return source.lineStart(line) + at;
  }
  return undefined;
}

/** The start of the quotes that are open at an offset. */
function openQuote(documents: Document.Parsed[], offset: number): number | undefined {
  let start: number | undefined;
  for (const document of documents) {
    visit(document, {
      Scalar(_, { type, range }) {
        if (range && type?.startsWith('QUOTE') && range[0] < offset && range[1] >= offset - 1) start = range[0];
      },
    });
  }
  return start;
}

function repairedLine(lines: readonly string[], fault: SyntaxFault) {
  const line = (lines[fault.line - 1] ?? '').replace(/\r$/, '');
  const isText = (one: string) => /^\s*[^#\s]/.test(one);
  const neighbours = [lines.slice(0, fault.line - 1).findLast(isText), lines.slice(fault.line).find(isText)];
  const tried = repairs(line, neighbours.filter((one) => one !== undefined)).map((candidate) => {
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

/** A fault of the YAML reader in the words of who writes pipelines. */
function explained({ error, line, range }: SyntaxFault, source: SourceFile): { code: string; message: string; allowed?: string } {
  const quoted = "the whole value in single quotes, or on the lines after '>-'";
  const indented = 'this line is indented differently from the lines that it belongs with';
  const neighbours = 'the same number of spaces as its neighbours';
  const text = source.line(line);
  if (/^\s*- /.test(text) && error.code === 'BLOCK_AS_IMPLICIT_KEY') return { code: 'list-item', message: "a '-' begins an item of a list, and here a key is due" };
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { code: 'tab', message: 'a tab stands in the indentation', allowed: 'spaces, two for each level' };
    case 'TAG_RESOLVE_FAILED':
      return { code: 'tag', message: `'${source.text.slice(range.start, range.end)}' is lost: YAML takes a '!' at the start of a value as a tag`, allowed: quoted };
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
      if (source.text[range.start] !== ':') return { code: 'indent', message: indented, allowed: neighbours };
      return { code: 'colon', message: "YAML takes the ': ' inside this value as the end of another key", allowed: quoted };
    case 'BAD_SCALAR_START':
      return { code: 'first-character', message: `a value cannot begin with '${source.text[range.start] ?? ''}' in YAML`, allowed: quoted };
    case 'BAD_DQ_ESCAPE':
      return { code: 'escape', message: `'${source.text.slice(range.start, range.start + 2)}' means nothing in double quotes`, allowed: 'single quotes, in which a backslash is a backslash' };
    case 'BAD_INDENT':
      if (/and end with a/.test(error.message)) return { code: 'bracket-open', message: 'this bracket is never closed' };
      if (/same column/.test(error.message)) return { code: 'indent', message: indented, allowed: neighbours };
      break;
    case 'MULTILINE_IMPLICIT_KEY':
      if (/^\s*[\w-]+:\S/.test(text)) return { code: 'space-after-colon', message: "the ':' after a key needs a space behind it" };
      return { code: 'no-colon', message: "this line is no 'key: value'", allowed: 'a key, a colon, a space and a value' };
    case 'MISSING_CHAR':
      if (/quote/.test(error.message)) return { code: 'quote-open', message: 'this quote is never closed' };
      if (/^\s*[\w-]+:\S/.test(text)) return { code: 'space-after-colon', message: "the ':' after a key needs a space behind it" };
      return { code: 'no-colon', message: "this line is no 'key: value'", allowed: 'a key, a colon, a space and a value' };
    case 'UNEXPECTED_TOKEN': {
      const start = /^\s*(?:- )*[\w.-]+:\s+(["'[{])/.exec(text)?.[1];
      if (start === '"' || start === "'") return { code: 'quotes-end-early', message: 'the value goes on after its closing quote: YAML reads only what is inside the quotes', allowed: quoted };
      if (start !== undefined || /[[{]/.test(text)) return { code: 'bracket', message: 'YAML takes this bracket as its own list or map and cannot read what stands beside it', allowed: quoted };
      break;
    }
  }
  return { code: 'syntax', message: `this is not YAML: ${error.message.replace(/^./, (first) => first.toLowerCase())}` };
}

function rootMap(documents: Document.Parsed[], report: FaultReport): YAMLMap | undefined {
  const [document, second] = documents;
  const whole = { start: 0, end: Math.min(1, report.source.text.length) };
  const shape = "a map with 'pipeline', 'streams' and 'rules'";
  if (second) {
    const start = second.range[0];
    report.error('yaml.several-documents', { start, end: start + 1 }, "a second document begins here (after '---')", { allowed: 'one document in a file' });
  }
  if (document === undefined || document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    report.error('yaml.empty', whole, 'the file is empty', { allowed: shape });
    return undefined;
  }
  if (!isMap(document.contents)) {
    const [start, end] = document.contents.range;
    report.error('yaml.not-a-map', { start, end: Math.min(end, start + 1) }, 'the file is no map of keys and values', { allowed: shape });
    return undefined;
  }
  reportHidden(document, report);
  return document.contents;
}

/** Anchors, aliases, tags and keys that stand twice. */
function reportHidden(document: Document.Parsed, report: FaultReport): void {
  const aloud = "each rule written out: anchors ('&'), aliases ('*') and tags ('!') are not used in a pipeline file";
  visit(document, {
    Node(_, node) {
      const { source } = report;
      const start = node.range?.[0] ?? 0;
      if (isAlias(node)) {
        report.error('yaml.alias', { start, end: node.range?.[1] ?? start + 1 }, `YAML takes '*${node.source}' as an alias`, { allowed: aloud });
      } else if (node.anchor !== undefined) {
        const at = source.text.lastIndexOf(`&${node.anchor}`, start);
        report.error('yaml.anchor', { start: at, end: at + node.anchor.length + 1 }, `YAML takes '&${node.anchor}' as an anchor`, { allowed: aloud });
      } else if (node.tag?.startsWith('tag:yaml.org') && source.text.slice(0, start).trimEnd().at(-1) !== ':' && /!!\w+\s*$/.test(source.text.slice(0, start))) {
        report.error('yaml.tag', { start: source.text.lastIndexOf('!!', start), end: start }, 'a tag changes what the value is', { allowed: aloud });
      }
    },
  });
  for (const error of document.errors) {
    if (error.code !== 'DUPLICATE_KEY') continue;
    const [start, end] = error.pos;
    const key = /^[\w-]+/.exec(report.source.text.slice(start))?.[0] ?? report.source.text.slice(start, end);
    report.error('yaml.duplicate-key', { start, end: start + key.length }, `'${key}' stands twice here: YAML would keep only the last`, { allowed: 'each key once' });
  }
}
