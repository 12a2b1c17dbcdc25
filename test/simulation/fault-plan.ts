/**
 * Which faults happen. Each has a name that says where, and whether it happens follows from the seed and the name, so
 * that a plan can be played again with some of its faults left out.
 */
import { Dice } from './dice.ts';

export class FaultPlan {
  /** Names of what happened, in order. */
  readonly happened: string[] = [];
  isCalm = false;
  readonly #seed: number;
  readonly #only: ReadonlySet<string> | undefined;
  #left: number;

  /** At most so many faults happen; with `only`, none but these. */
  constructor(seed: number, most: number, only?: ReadonlySet<string>) {
    this.#seed = seed;
    this.#left = most;
    this.#only = only;
  }

  /** The fault that happens there, in so many of a thousand cases, or none. */
  draw<T extends string>(place: string, perMille: number, kinds: readonly T[]): T | undefined {
    if (this.#left === 0 || perMille === 0) return undefined;
    const dice = Dice.named(this.#seed, place);
    if (dice.below(1000) >= perMille) return undefined;
    const kind = dice.of(kinds);
    const name = `${place}: ${kind}`;
    if (this.#only !== undefined && !this.#only.has(name)) return undefined;
    this.#left--;
    this.happened.push(name);
    return kind;
  }

  /** No more faults, and nothing takes long. */
  stop(): void {
    this.#left = 0;
    this.isCalm = true;
  }
}
