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

/** Whole lines, each with its newline; without the mark that editors of Windows put before UTF-8. */
export interface WholeLines {
  /** Good until the next ones are asked for. */
  readonly bytes: Buffer;
  readonly bytesRead: number;
}

/** The file in pieces, one after the other: nothing is waited for between those of a file that is there. */
export async function eachPiece(file: EventFile, take: (lines: WholeLines) => void): Promise<void> {
  if (isPlain(file)) for (const lines of plainLines(file)) take(lines);
  else for await (const lines of streamedLines(file)) take(lines);
}

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
      if (last >= 0) yield cut.lines(buffer.subarray(0, last + 1), bytesRead);
      waiting = end - last - 1;
      if (waiting === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
      else buffer.copyWithin(0, last + 1, end);
    }
    if (waiting > 0) yield cut.lines(ended(buffer.subarray(0, waiting)), bytesRead);
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
    if (last >= 0) yield cut.lines(all.subarray(0, last + 1), bytes);
    waiting = Buffer.from(all.subarray(last + 1));
  }
  if (waiting.length > 0) yield cut.lines(ended(waiting), bytes);
}

function ended(line: Buffer): Buffer {
  return Buffer.concat([line, Buffer.of(newline)]);
}

const mark = Buffer.from('\uFEFF');

/** Takes the mark off the first lines. */
class LineCut {
  #isFirst = true;
  lines(bytes: Buffer, bytesRead: number): WholeLines {
    const marked = this.#isFirst && bytes.subarray(0, mark.length).equals(mark);
    this.#isFirst = false;
    return { bytes: marked ? bytes.subarray(mark.length) : bytes, bytesRead };
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
