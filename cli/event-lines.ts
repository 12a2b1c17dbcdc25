/** Lines of NDJSON files, also gzipped and from the standard input, read in large pieces. */
import { createReadStream, statSync } from 'node:fs';
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

/** What is read of a file: how far, and lines in their order. `line` is called for every line that is not empty. */
export async function readLines(
  file: EventFile,
  line: (text: string, number: number) => void,
  progress: (bytesRead: number) => void,
): Promise<void> {
  const source: Readable =
    file.path === '-' ? process.stdin : createReadStream(file.path, { highWaterMark: pieceSize });
  let bytesRead = 0;
  source.on('data', (piece: Buffer) => (bytesRead += piece.length));
  const decoded: AsyncIterable<Buffer> = file.path.endsWith('.gz')
    ? source.pipe(createGunzip({ chunkSize: pieceSize }))
    : source;
  source.on('error', (cause) => {
    if (file.path.endsWith('.gz')) (decoded as unknown as Readable).destroy(cause);
  });
  let rest: Buffer | undefined;
  let number = 0;
  for await (const piece of decoded) {
    const end = piece.lastIndexOf(newline);
    if (end < 0) {
      rest = rest === undefined ? piece : Buffer.concat([rest, piece]);
      continue;
    }
    const whole = rest === undefined ? piece.subarray(0, end) : Buffer.concat([rest, piece.subarray(0, end)]);
    number = eachLine(whole.toString('utf8'), number, line);
    rest = end + 1 < piece.length ? piece.subarray(end + 1) : undefined;
    progress(bytesRead);
  }
  if (rest !== undefined) eachLine(rest.toString('utf8'), number, line);
  progress(bytesRead);
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
