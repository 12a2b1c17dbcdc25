/** Lines of NDJSON files, also gzipped and from the standard input, read in large pieces. */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

// Larger pieces fall out of the processor's cache before their lines are parsed.
const pieceSize = 64 * 1024;
const newline = 10;

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

/** Calls `line` for every line that is not empty, in order, and `progress` with how much of the file was read. */
export async function readLines(
  file: EventFile,
  line: (text: string, number: number) => void,
  progress: (bytesRead: number) => void,
): Promise<void> {
  let rest = Buffer.alloc(0);
  let number = 0;
  for await (const { piece, bytesRead } of file.path === '-' || file.path.endsWith('.gz') ? streamed(file) : read(file)) {
    const first = piece.indexOf(newline);
    if (first < 0) {
      rest = Buffer.concat([rest, piece]);
      continue;
    }
    const last = piece.lastIndexOf(newline);
    number = eachLine(Buffer.concat([rest, piece.subarray(0, first)]).toString('utf8'), number, line);
    if (last > first) number = eachLine(piece.toString('utf8', first + 1, last), number, line);
    rest = Buffer.from(piece.subarray(last + 1));
    progress(bytesRead);
  }
  eachLine(rest.toString('utf8'), number, line);
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

function eachLine(text: string, before: number, line: (text: string, number: number) => void): number {
  let number = before;
  for (let start = 0; start <= text.length; ) {
    const at = text.indexOf('\n', start);
    const end = at < 0 ? text.length : at;
    number++;
    if (end > start) line(text.slice(start, end), number);
    start = end + 1;
  }
  return number;
}
