/**
 * How much of an invocation's time publishing may take. While SNS does not answer, a few calls may take most of it; what is
 * not published stays pending and has its turn later, but time must go on.
 */

/** Published at a time where time is short: as many as go out side by side, so that a piece takes as long as one call. */
const piece = 40;
/** For putting what was derived, and for coming to an end. */
export const keptForTheRest = 0.2;

export class PublishingTime {
  readonly #timeLeft: (() => number) | undefined;
  /** The share of the time that the slowest piece has taken. */
  #slowest = 0;

  /** `timeLeft` tells the share of the time, from 1 to 0; where it is absent there is no end to it. */
  constructor(timeLeft?: () => number) {
    this.#timeLeft = timeLeft;
  }

  /** Publishes piece by piece while more than `kept` of the time will be left; answers how many were not tried. */
  async inPieces<T>(
    all: readonly T[],
    kept: number,
    publish: (some: readonly T[]) => Promise<unknown>,
  ): Promise<number> {
    if (this.#timeLeft === undefined) {
      await publish(all);
      return 0;
    }
    for (let at = 0; at < all.length; at += piece) {
      const before = this.#timeLeft();
      if (before - this.#slowest <= kept) return all.length - at;
      await publish(all.slice(at, at + piece));
      this.#slowest = Math.max(this.#slowest, before - this.#timeLeft());
    }
    return 0;
  }
}
