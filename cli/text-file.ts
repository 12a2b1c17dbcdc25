/** Reads a text file, and says in a user's words why it cannot. */
import { readFileSync } from 'node:fs';

export type TextFile =
  | { readonly unreadable: string }
  /** `badByte` is the first place that is not UTF-8; lines and columns count from 1. */
  | { readonly text: string; readonly badByte?: { readonly line: number; readonly column: number } };

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'there is no such file: part of the path is a file, not a folder',
  EACCES: 'you are not allowed to read it',
  EPERM: 'you are not allowed to read it',
};

/** The largest file that is read as a whole. */
const maxBytes = 10 * 1024 * 1024;

export function readTextFile(file: string): TextFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    return {
      unreadable: `cannot read ${file}: ${reasons[code] ?? (cause instanceof Error ? cause.message : String(cause))}`,
    };
  }
  if (bytes.length > maxBytes)
    return { unreadable: `cannot read ${file}: it has ${Math.round(bytes.length / 1e6)} MB, more than 10 MB` };
  const text = bytes.toString('utf8');
  const at = Buffer.from(text, 'utf8').equals(bytes) ? -1 : firstBad(text);
  if (at < 0) return { text };
  const before = text.slice(0, at).split('\n');
  return { text, badByte: { line: before.length, column: (before.at(-1) ?? '').length + 1 } };
}

/** Bytes that are no UTF-8 were read as U+FFFD. */
function firstBad(text: string): number {
  return Math.max(0, text.indexOf('\uFFFD'));
}
