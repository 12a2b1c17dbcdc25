/** Lines of NDJSON files, also gzipped and from the standard input, read in large pieces. */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

// Larger pieces fall out of the processor's cache before their lines are parsed.
const pieceSize = 64 * 1024;
const newline = 10;
const carriageReturn = 13;
const space = 32;

export interface EventFile {
  /** As the user named it; `-` is the standard input. */
  readonly path: string;
  /** Why it cannot be read; undefined where it can. */
  readonly unreadable?: string;
  /** Absent for the standard input. */
  readonly bytes?: number;
}

export function eventFile(path: string): EventFile {
  if (path === '-') return { path };
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { path, unreadable: 'there is no such file' };
  if (stat.isDirectory()) return { path, unreadable: 'it is a directory; name the files in it' };
  return { path, bytes: stat.size };
}

/** Calls `line` for every line that is not blank, in order, and `progress` with how much of the file was read. */
export async function readLines(
  file: EventFile,
  line: (text: string, number: number) => void,
  progress: (bytesRead: number) => void,
): Promise<void> {
  let number = 0;
  for await (const { text, bytesRead } of wholeLines(file)) {
    number = eachLine(text, number, line);
    progress(bytesRead);
  }
}

/** Whole lines as one text, without the last newline. */
export interface WholeLines {
  readonly text: string;
  readonly bytesRead: number;
}

/** The file in pieces of whole lines, without the mark that editors of Windows put before UTF-8. */
export async function* wholeLines(file: EventFile): AsyncGenerator<WholeLines> {
  let rest: Buffer = Buffer.alloc(0);
  let bytes = 0;
  let isFirst = true;
  const lines = (text: string): WholeLines => {
    const marked = isFirst && text.startsWith('\uFEFF');
    isFirst = false;
    return { text: marked ? text.slice(1) : text, bytesRead: bytes };
  };
  for await (const { piece, bytesRead } of file.path === '-' || file.path.endsWith('.gz')
    ? streamed(file)
    : read(file)) {
    bytes = bytesRead;
    const first = piece.indexOf(newline);
    if (first < 0) {
      rest = Buffer.concat([rest, piece]);
      continue;
    }
    const last = piece.lastIndexOf(newline);
    // Taken out of the piece first: its buffer may be written anew while whoever reads the lines waits.
    const text = piece.toString('utf8', first + 1, last);
    const begun = Buffer.concat([rest, piece.subarray(0, first)]).toString('utf8');
    rest = Buffer.from(piece.subarray(last + 1));
    yield lines(begun);
    if (last > first) yield lines(text);
  }
  yield lines(rest.toString('utf8'));
}

interface Piece {
  /** Only until the next is asked for. */
  readonly piece: Buffer;
  readonly bytesRead: number;
}

/** A plain file, through one buffer: a fresh one a piece costs more than reading it. */
function* read({ path }: EventFile): Generator<Piece> {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(pieceSize);
    let bytesRead = 0;
    for (let length = readSync(descriptor, buffer); length > 0; length = readSync(descriptor, buffer)) {
      bytesRead += length;
      yield { piece: buffer.subarray(0, length), bytesRead };
    }
  } finally {
    closeSync(descriptor);
  }
}

async function* streamed({ path }: EventFile): AsyncGenerator<Piece> {
  const source: Readable = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: pieceSize });
  let bytesRead = 0;
  if (!path.endsWith('.gz')) {
    for await (const piece of source as AsyncIterable<Buffer>) yield { piece, bytesRead: (bytesRead += piece.length) };
    return;
  }
  const gunzip = createGunzip({ chunkSize: pieceSize });
  source.on('data', (piece: Buffer) => (bytesRead += piece.length));
  source.on('error', (cause) => gunzip.destroy(cause));
  source.pipe(gunzip);
  for await (const piece of gunzip as AsyncIterable<Buffer>) yield { piece, bytesRead };
}

/** Calls `line` for every line of a text that is not blank; `before` is the number before the first. Gives the last. */
export function eachLine(text: string, before: number, line: (text: string, number: number) => void): number {
  let number = before;
  for (let start = 0; start <= text.length; ) {
    const at = text.indexOf('\n', start);
    const next = at < 0 ? text.length : at;
    const end = text.charCodeAt(next - 1) === carriageReturn ? next - 1 : next;
    number++;
    if (end > start) {
      const one = text.slice(start, end);
      if (one.charCodeAt(0) > space || one.trim() !== '') line(one, number);
    }
    start = next + 1;
  }
  return number;
}
