/**
 * The objects of a bucket that hold dead letters. What was put back is moved under `replayed/`, so that the next run
 * need not look at it; nothing depends on that, since a letter that is put back twice is found there.
 */
import { getLines, putLines, removeObject, type s3Client } from '../adapters/s3.ts';
import type { LetterLine } from '../functions/dead-letter.ts';

export interface LetterObject {
  readonly key: string;
  readonly lines: readonly string[];
}

export interface Letter {
  readonly object: LetterObject;
  readonly line: string;
  readonly read: LetterLine;
  /** Nothing is left to do with it. */
  done: boolean;
}

const replayed = 'replayed/';

export class LetterObjects {
  readonly #client: ReturnType<typeof s3Client>;
  readonly #bucket: string;

  constructor(client: ReturnType<typeof s3Client>, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** Throws where a line is no letter: somebody else wrote the object. */
  async read(key: string): Promise<Letter[]> {
    const object = { key, lines: (await getLines(this.#client, this.#bucket, key)) ?? [] };
    return object.lines.map((line, i) => ({ object, line, read: letterOf(line, `${key}:${i + 1}`), done: false }));
  }

  /** Moves the letters that are done out of their objects. */
  async setAside(letters: readonly Letter[]): Promise<void> {
    const byObject = new Map<LetterObject, Set<string>>();
    for (const { object, line, done } of letters) {
      const lines = byObject.get(object) ?? new Set<string>();
      if (done) byObject.set(object, lines.add(line));
    }
    for (const [{ key, lines }, moved] of byObject) {
      const before = (await getLines(this.#client, this.#bucket, replayed + key)) ?? [];
      await putLines(this.#client, this.#bucket, replayed + key, [...new Set([...before, ...moved])]);
      const left = lines.filter((line) => !moved.has(line));
      if (left.length === 0) await removeObject(this.#client, this.#bucket, key);
      else await putLines(this.#client, this.#bucket, key, left);
    }
  }
}

function letterOf(line: string, place: string): LetterLine {
  try {
    const read = JSON.parse(line) as LetterLine;
    if (typeof read.sequenceNumber === 'string') return read;
  } catch {
    // Said below, as of a line that is JSON and no letter.
  }
  throw new Error(`${place} is no dead letter of Weir`);
}
