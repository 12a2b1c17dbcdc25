/** What the YAML reader cannot read: the first such place of a file, and what is wrong there in the words of its writer. */
import { type Document, visit, type YAMLError } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';
import type { SourceFile } from './source-file.ts';

export interface SyntaxFault {
  readonly line: number;
  readonly range: SourceRange;
  readonly error: YAMLError;
}

export function syntaxErrors(documents: Document.Parsed[]): YAMLError[] {
  // A key that stands twice hides nothing of what follows: it is reported with the map.
  return documents
    .flatMap((document) => [...document.errors, ...document.warnings])
    .filter((error) => error.code !== 'DUPLICATE_KEY');
}

export function firstSyntaxFault(documents: Document.Parsed[], source: SourceFile): SyntaxFault | undefined {
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
  const bracket =
    /must be sufficiently indented and end with a ([}\]])/.exec(message)?.[1] === '}' ? /\{[^{}]*$/ : /\[[^[\]]*$/;
  if (!/and end with a/.test(message)) return undefined;
  for (let line = source.lineAt(pos[0]); line > 0; line--) {
    const before =
      line === source.lineAt(pos[0]) ? source.text.slice(source.lineStart(line), pos[0]) : source.line(line);
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

/** A fault of the YAML reader in the words of who writes pipelines. */
export function explained(
  { error, line, range }: SyntaxFault,
  source: SourceFile,
): { code: string; message: string; allowed?: string } {
  const quoted = "the whole value in single quotes, or on the lines after '>-'";
  const indented = 'this line is indented differently from the lines that it belongs with';
  const neighbours = 'the same number of spaces as its neighbours';
  const text = source.line(line);
  if (/^\s*- /.test(text) && error.code === 'BLOCK_AS_IMPLICIT_KEY')
    return { code: 'list-item', message: "a '-' begins an item of a list, and here a key is due" };
  if (/call stack/.test(error.message)) return { code: 'too-deep', message: 'the file is nested too deeply' };
  const code: string = error.code;
  switch (code) {
    case 'TAB_AS_INDENT':
      return { code: 'tab', message: 'a tab stands in the indentation', allowed: 'spaces, two for each level' };
    case 'TAG_RESOLVE_FAILED':
      return {
        code: 'tag',
        message: `'${source.text.slice(range.start, range.end)}' is lost: YAML takes a '!' at the start of a value as a tag`,
        allowed: quoted,
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
      if (source.text[range.start] !== ':') return { code: 'indent', message: indented, allowed: neighbours };
      return {
        code: 'colon',
        message: "YAML takes the ': ' inside this value as the end of another key",
        allowed: quoted,
      };
    case 'BAD_SCALAR_START':
      return {
        code: 'first-character',
        message: `a value cannot begin with '${source.text[range.start] ?? ''}' in YAML`,
        allowed: quoted,
      };
    case 'BAD_DQ_ESCAPE':
      return {
        code: 'escape',
        message: `'${source.text.slice(range.start, range.start + 2)}' means nothing in double quotes`,
        allowed: 'single quotes, in which a backslash is a backslash',
      };
    case 'BAD_INDENT':
      if (/and end with a/.test(error.message))
        return { code: 'bracket-open', message: 'this bracket is never closed' };
      if (/same column/.test(error.message)) return { code: 'indent', message: indented, allowed: neighbours };
      break;
    case 'MULTILINE_IMPLICIT_KEY':
      if (/^\s*[\w-]+:\S/.test(text))
        return { code: 'space-after-colon', message: "the ':' after a key needs a space behind it" };
      return {
        code: 'no-colon',
        message: "this line is no 'key: value'",
        allowed: 'a key, a colon, a space and a value',
      };
    case 'MISSING_CHAR':
      if (/^\s*"/.test(text)) {
        return { code: 'comma', message: 'a comma is missing before this line, or a colon in it' };
      }
      if (/quote/.test(error.message)) return { code: 'quote-open', message: 'this quote is never closed' };
      if (/^\s*[\w-]+:\S/.test(text))
        return { code: 'space-after-colon', message: "the ':' after a key needs a space behind it" };
      return {
        code: 'no-colon',
        message: "this line is no 'key: value'",
        allowed: 'a key, a colon, a space and a value',
      };
    case 'UNEXPECTED_TOKEN': {
      const start = /^\s*(?:- )*[\w.-]+:\s+(["'[{])/.exec(text)?.[1];
      if (start === '"' || start === "'")
        return {
          code: 'quotes-end-early',
          message: 'the value goes on after its closing quote: YAML reads only what is inside the quotes',
          allowed: quoted,
        };
      if (start !== undefined || /[[{]/.test(text))
        return {
          code: 'bracket',
          message: 'YAML takes this bracket as its own list or map and cannot read what stands beside it',
          allowed: quoted,
        };
      break;
    }
  }
  return {
    code: 'syntax',
    message: `this is not YAML: ${error.message.replace(/^./, (first) => first.toLowerCase())}`,
  };
}
