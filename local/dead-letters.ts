/** What the functions say of the events that they rejected, gathered for a person who watches. */

/** Of one stream, by the newest reason of the batches that they were in. */
export interface DeadLetters {
  readonly stream: string;
  /** Absent where no rule could take the events, and where the reports do not say. */
  readonly rule?: string;
  readonly reason: string;
  late: number;
  invalid: number;
}

export interface BatchRejections {
  readonly stream?: string;
  readonly rule?: string;
  readonly reason?: string;
  readonly late?: number;
  readonly invalid?: number;
}

/** Reasons beyond this many are counted together. */
const mostReasons = 1000;

export function countDeadLetters(letters: Map<string, DeadLetters>, batch: BatchRejections): void {
  const { stream = '', rule, late = 0, invalid = 0 } = batch;
  if (batch.reason === undefined || late + invalid === 0) return;
  const known = letters.size < mostReasons || letters.has(keyOf(batch));
  const reason = known ? batch.reason : 'other reasons';
  const key = keyOf({ ...batch, reason });
  const sum = letters.get(key) ?? { stream, ...(rule !== undefined && { rule }), reason, late: 0, invalid: 0 };
  sum.late += late;
  sum.invalid += invalid;
  letters.set(key, sum);
}

function keyOf({ stream, rule, reason }: BatchRejections): string {
  return JSON.stringify([stream, rule, reason]);
}

/** `orders, rule spent: …`. */
export function deadLetterText({ stream, rule, reason }: DeadLetters): string {
  return `${stream}${rule === undefined ? '' : `, rule ${rule}`}: ${reason}`;
}

/** Where in the bucket they lie. */
export function deadLetterPlaces({ stream, late, invalid }: DeadLetters, bucket: string): string {
  const prefixes = [...(invalid > 0 ? ['invalid'] : []), ...(late > 0 ? ['late'] : [])];
  return prefixes.map((prefix) => `s3://${bucket}/${prefix}/${stream}/`).join(' and ');
}

/** The same reason is told again after this time, and so many reasons within it. */
const pause = 10_000;
const reasonsAPause = 5;

/** Which dead letters are worth a line now, so that each reason is told, and none too often. */
export class DeadLetterNews {
  readonly #told = new Map<string, { readonly at: number; readonly count: number }>();
  #pauseBegan = -Infinity;
  #inPause = 0;

  /** The letters to tell of, with how many are new of each; `now` in milliseconds. */
  take(letters: ReadonlyMap<string, DeadLetters>, now: number): readonly (readonly [DeadLetters, number])[] {
    if (now - this.#pauseBegan >= pause) {
      this.#pauseBegan = now;
      this.#inPause = 0;
    }
    const news: (readonly [DeadLetters, number])[] = [];
    for (const [key, letter] of letters) {
      const told = this.#told.get(key);
      const count = letter.late + letter.invalid;
      if (count === (told?.count ?? 0) || (told !== undefined && now - told.at < pause)) continue;
      if (this.#inPause >= reasonsAPause) break;
      this.#inPause += 1;
      this.#told.set(key, { at: now, count });
      news.push([letter, count - (told?.count ?? 0)]);
    }
    return news;
  }
}
