/**
 * The panes of one key and rule, by their starts. Most keys have one: it stands by itself, for a map takes more memory
 * than a pane.
 */
import type { EpochMillis } from '../time.ts';
import type { Pane } from './pane.ts';

export class KeyPanes {
  #only: Pane | undefined;
  /** All panes, once there is more than one. */
  #all: Map<EpochMillis, Pane> | undefined;

  get size(): number {
    return this.#all?.size ?? (this.#only === undefined ? 0 : 1);
  }

  get(start: EpochMillis): Pane | undefined {
    return this.#all?.get(start) ?? (this.#only?.start === start ? this.#only : undefined);
  }

  put(pane: Pane): void {
    const only = this.#only;
    if (this.#all !== undefined) this.#all.set(pane.start, pane);
    else if (only === undefined || only.start === pane.start) this.#only = pane;
    else {
      this.#all = new Map([only, pane].map((one) => [one.start, one]));
      this.#only = undefined;
    }
  }

  delete(start: EpochMillis): void {
    this.#all?.delete(start);
    if (this.#only?.start === start) this.#only = undefined;
    if (this.#all?.size !== 1) return;
    [this.#only] = this.#all.values();
    this.#all = undefined;
  }

  /** In no order. Panes may be deleted in between. */
  values(): Iterable<Pane> {
    return this.#all?.values() ?? (this.#only === undefined ? [] : [this.#only]);
  }

  /** Ascending. */
  starts(): EpochMillis[] {
    return Array.from(this.values(), ({ start }) => start).sort((a, b) => a - b);
  }
}
