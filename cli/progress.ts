/** A line of progress on a terminal; nothing anywhere else. */

const everyMillis = 200;

export class Progress {
  readonly #total: number | undefined;
  readonly #started = performance.now();
  #shown = 0;

  /** `total` is what `show` counts to; undefined where nobody knows. */
  constructor(total: number | undefined) {
    this.#total = total;
  }

  show(done: number, words: () => string): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#shown < everyMillis) return;
    this.#shown = now;
    const seconds = (now - this.#started) / 1000;
    const part = this.#total === undefined || this.#total === 0 ? undefined : Math.min(1, done / this.#total);
    const left = part === undefined || part < 0.02 ? '' : `, about ${Math.ceil((seconds / part) * (1 - part))} s left`;
    process.stderr.write(`\r\u001b[K${part === undefined ? '' : `${Math.floor(part * 100)} %  `}${words()}${left}`);
  }

  clear(): void {
    if (process.stderr.isTTY && this.#shown > 0) process.stderr.write('\r\u001b[K');
  }
}
