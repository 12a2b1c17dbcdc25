/**
 * What scrolls by, over one line that stays and changes. Where the output is no terminal the line is written anew
 * every ten seconds.
 */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const plainInterval = 10_000;
const clearLine = '\r\x1b[2K';

export class LiveView {
  private readonly screen: Screen;
  private line = '';
  private writtenAt: number | undefined;

  constructor(screen: Screen) {
    this.screen = screen;
  }

  get width(): number {
    return this.screen.columns ?? 120;
  }

  /** Writes text that stays. */
  print(text: string): void {
    if (this.screen.isTTY !== true) this.screen.write(`${text}\n`);
    else this.screen.write(`${clearLine}${text}\n${this.line}`);
  }

  /** Changes the line; `now` in milliseconds. */
  update(line: string, now: number): void {
    if (this.screen.isTTY !== true) {
      if (this.writtenAt !== undefined && now - this.writtenAt < plainInterval) return;
      // The first line says more when there has been something to count.
      if (this.writtenAt !== undefined) this.screen.write(`${line}\n`);
      this.writtenAt = now;
      return;
    }
    const clipped = Array.from(line)
      .slice(0, this.width - 1)
      .join('');
    if (clipped === this.line) return;
    this.line = clipped;
    this.screen.write(`${clearLine}${clipped}`);
  }

  /** Takes the line away. */
  close(): void {
    if (this.screen.isTTY === true) this.screen.write(clearLine);
    this.line = '';
  }
}
