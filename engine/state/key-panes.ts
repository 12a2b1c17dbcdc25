/**
 * The panes of one key and rule, by their starts. Most keys have one: it stands by itself, for a map takes more memory
 * than a pane.
 */
import { type EpochMillis, largest } from '../time.ts';
import type { Pane } from './pane.ts';

export class KeyPanes {
  /** The pane that was asked for last: most events go where the one before went. The only one, where there is one. */
  #last: Pane | undefined;
  /** All panes, once there is more than one. */
  #all: Map<EpochMillis, Pane> | undefined;

  get size(): number {
    return this.#all?.size ?? (this.#last === undefined ? 0 : 1);
  }

  get(start: EpochMillis): Pane | undefined {
    if (this.#last?.start === start) return this.#last;
    const found = this.#all?.get(start);
    if (found !== undefined) this.#last = found;
    return found;
  }

  put(pane: Pane): void {
    const last = this.#last;
    if (this.#all !== undefined) this.#all.set(pane.start, pane);
    else if (last !== undefined && last.start !== pane.start)
      this.#all = new Map([last, pane].map((one) => [one.start, one]));
    this.#last = pane;
  }

  delete(start: EpochMillis): void {
    this.#all?.delete(start);
    if (this.#last?.start === start) this.#last = undefined;
    if (this.#all === undefined || this.#all.size > 1) return;
    [this.#last] = this.#all.values();
    this.#all = undefined;
  }

  /** Up to when it was told what follows from what did not come. */
  get told(): EpochMillis {
    return largest(Array.from(this.values(), ({ told }) => told));
  }

  /** In no order. Panes may be deleted in between. */
  values(): Iterable<Pane> {
    return this.#all?.values() ?? (this.#last === undefined ? [] : [this.#last]);
  }

  /** Ascending. */
  starts(): EpochMillis[] {
    return Array.from(this.values(), ({ start }) => start).sort((a, b) => a - b);
  }
}
