/**
 * Items of one partition in the order of their sort key. Sorting waits until somebody asks for the order: writes come
 * in thousands between two queries.
 */
import type { Attributes } from './attribute-value.ts';

export interface Entry {
  item: Attributes;
  /** Bytes of the item. */
  size: number;
  gone: boolean;
}

export class SortedItems {
  readonly #byId = new Map<string, Entry>();
  #sorted: Entry[] = [];
  #added: Entry[] = [];
  #removed = false;

  constructor(readonly order: (a: Attributes, b: Attributes) => number) {}

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  /** The sort key of an item must not change under its id. */
  set(id: string, item: Attributes, size: number): void {
    const entry = this.#byId.get(id);
    if (entry !== undefined) {
      entry.item = item;
      entry.size = size;
      return;
    }
    const added = { item, size, gone: false };
    this.#byId.set(id, added);
    this.#added.push(added);
  }

  delete(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    entry.gone = true;
    this.#byId.delete(id);
    this.#removed = true;
  }

  entries(): readonly Entry[] {
    if (this.#removed) this.#sorted = this.#sorted.filter((entry) => !entry.gone);
    if (this.#added.length > 0) {
      const added = this.#added.filter((entry) => !entry.gone);
      // Two sorted runs, which the sort merges.
      this.#sorted = this.#sorted
        .concat(added.sort((a, b) => this.order(a.item, b.item)))
        .sort((a, b) => this.order(a.item, b.item));
    }
    this.#added = [];
    this.#removed = false;
    return this.#sorted;
  }
}
