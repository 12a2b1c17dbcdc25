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
  const take = ({ text, bytesRead }: WholeLines): void => {
    number = eachLine(text, number, line);
    progress(bytesRead);
  };
  // Nothing is waited for between the pieces of a file that is there.
  if (isPlain(file)) for (const lines of plainLines(file)) take(lines);
  else for await (const lines of streamedLines(file)) take(lines);
}

/** Whole lines as one text, without the last newline. */
export interface WholeLines {
  readonly text: string;
  readonly bytesRead: number;
}

/** The file in pieces of whole lines, without the mark that editors of Windows put before UTF-8. */
export async function* wholeLines(file: EventFile): AsyncGenerator<WholeLines> {
  if (isPlain(file)) yield* plainLines(file);
  else yield* streamedLines(file);
}

function isPlain({ path }: EventFile): boolean {
  return path !== '-' && !path.endsWith('.gz');
}

/** Through one buffer: a fresh one a piece costs more than reading it. A line that is not whole waits at its start. */
function* plainLines({ path }: EventFile): Generator<WholeLines> {
  const descriptor = openSync(path, 'r');
  const cut = new LineCut();
  try {
    let buffer = Buffer.allocUnsafe(pieceSize);
    let waiting = 0;
    let bytesRead = 0;
    const next = (): number => readSync(descriptor, buffer, waiting, buffer.length - waiting, null);
    for (let length = next(); length > 0; length = next()) {
      bytesRead += length;
      const end = waiting + length;
      const last = buffer.lastIndexOf(newline, end - 1);
      if (last >= 0) yield cut.lines(buffer.toString('utf8', 0, last), bytesRead);
      waiting = end - last - 1;
      if (waiting === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
      else buffer.copyWithin(0, last + 1, end);
    }
    yield cut.lines(buffer.toString('utf8', 0, waiting), bytesRead);
  } finally {
    closeSync(descriptor);
  }
}

async function* streamedLines(file: EventFile): AsyncGenerator<WholeLines> {
  const cut = new LineCut();
  let waiting: Buffer = Buffer.alloc(0);
  let bytes = 0;
  for await (const { piece, bytesRead } of streamed(file)) {
    bytes = bytesRead;
    const all = waiting.length === 0 ? piece : Buffer.concat([waiting, piece]);
    const last = all.lastIndexOf(newline);
    if (last >= 0) yield cut.lines(all.toString('utf8', 0, last), bytes);
    waiting = Buffer.from(all.subarray(last + 1));
  }
  yield cut.lines(waiting.toString('utf8'), bytes);
}

/** Takes the mark off the first lines. */
class LineCut {
  #isFirst = true;
  lines(text: string, bytesRead: number): WholeLines {
    const marked = this.#isFirst && text.startsWith('\uFEFF');
    this.#isFirst = false;
    return { text: marked ? text.slice(1) : text, bytesRead };
  }
}

interface Piece {
  readonly piece: Buffer;
  readonly bytesRead: number;
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
