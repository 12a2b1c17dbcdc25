/**
 * Where each character of a YAML scalar's value stands in the file, through quotes, escapes, folding and indentation.
 *
 * YAML changes nothing of a scalar but its white space, its escapes and doubled quotes. So the characters that are not
 * white space stand in the value in the order in which they stand in the file, and pairing them one by one is exact.
 */
import type { Scalar } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';

/** Turns a range of the value into a range of the file. `raw` is the scalar as it stands there, from offset `at`. */
export function scalarOffsets(
  raw: string,
  at: number,
  type: Scalar.Type | undefined,
  value: string,
): (range: SourceRange) => SourceRange {
  const inFile = printed(raw, type).filter((mark) => mark.text.trim() !== '');
  const starts: number[] = [];
  const ends: number[] = [];
  let next = 0;
  let within = 0;
  let end = inFile[0]?.start ?? 0;
  for (const char of units(value)) {
    const mark = inFile[next];
    if (char.trim() === '' || mark === undefined) {
      starts.push(end);
      end = Math.min(end + 1, mark?.start ?? end + 1);
    } else {
      starts.push(mark.start);
      end = mark.end;
      within += 1;
      if (within >= mark.text.length) [next, within] = [next + 1, 0];
    }
    ends.push(end);
  }
  return (range) => {
    const first = starts[range.start] ?? end;
    return {
      start: at + first,
      end: at + Math.max(first, range.end > range.start ? (ends[range.end - 1] ?? end) : first),
    };
  };
}

/** A piece of the file and the part of the value that it prints. */
interface Mark extends SourceRange {
  readonly text: string;
}

function printed(raw: string, type: Scalar.Type | undefined): Mark[] {
  switch (type) {
    case 'QUOTE_DOUBLE':
      return marks(
        raw,
        1,
        raw.length - 1,
        /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n|[^])|[^]/y,
        unescaped,
      );
    case 'QUOTE_SINGLE':
      return marks(raw, 1, raw.length - 1, /''|[^]/y, (text) => (text === "''" ? "'" : text));
    case 'BLOCK_FOLDED':
    case 'BLOCK_LITERAL':
      return marks(raw, raw.indexOf('\n') + 1, raw.length, /[^]/y, (text) => text);
    default:
      return marks(raw, 0, raw.length, /[^]/y, (text) => text);
  }
}

function marks(raw: string, start: number, end: number, piece: RegExp, value: (text: string) => string): Mark[] {
  const found: Mark[] = [];
  for (let at = start; at < end; ) {
    piece.lastIndex = at;
    const text = piece.exec(raw)?.[0] ?? ' ';
    found.push({ start: at, end: at + text.length, text: value(text) });
    at += text.length;
  }
  return found;
}

/** What an escape of a double-quoted scalar prints; white space of any kind as a space. */
function unescaped(text: string): string {
  if (text[0] !== '\\' || text.length === 1) return text;
  if (/^\\[xuU]/.test(text) && text.length > 2) return String.fromCodePoint(Number.parseInt(text.slice(2), 16));
  const control: Record<string, string> = { '0': '\0', a: '\x07', b: '\b', e: '\x1b' };
  const escaped = text.slice(1);
  return control[escaped] ?? (/^[tnvfrN_LP\s]/.test(escaped) ? ' ' : escaped);
}

function units(text: string): string[] {
  return text.split('');
}
