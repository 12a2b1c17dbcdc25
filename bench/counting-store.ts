/** A table in memory that counts what it is asked for, with an index of what is due. */
import type { Conflict, Item, ItemKey, ItemStore } from '../engine/protocol/item.ts';

export class CountingStore implements ItemStore {
  readonly #partitions = new Map<string, Map<string, Item>>();
  readonly #due = new Map<string, Map<string, Item>>();
  /** Items put, items read by their keys, questions for a partition and items that those found, changes of the index. */
  counts = { puts: 0, gets: 0, queries: 0, found: 0, indexed: 0 };
  /** Items put by partition key, items read by their keys, and changes of the index by slot. */
  #hot = { puts: new Map<string, number>(), gets: new Map<string, number>(), slots: new Map<string, number>() };

  take(): CountingStore['counts'] {
    const { counts } = this;
    this.counts = { puts: 0, gets: 0, queries: 0, found: 0, indexed: 0 };
    return counts;
  }

  /** What was asked of the partition key, the item and the slot that were asked most, since the last time. */
  takeHottest(): { readonly puts: number; readonly gets: number; readonly slots: number } {
    const most = (counted: ReadonlyMap<string, number>): number =>
      [...counted.values()].reduce((a, b) => Math.max(a, b), 0);
    const { puts, gets, slots } = this.#hot;
    this.#hot = { puts: new Map(), gets: new Map(), slots: new Map() };
    return { puts: most(puts), gets: most(gets), slots: most(slots) };
  }

  async get(keys: readonly ItemKey[]): Promise<Item[]> {
    this.counts.gets += keys.length;
    for (const { pk, sk } of keys) countOne(this.#hot.gets, `${pk}\n${sk}`);
    return keys.flatMap(({ pk, sk }) => this.#partitions.get(pk)?.get(sk) ?? []);
  }

  async query(pk: string, from = '', to = '\uFFFF'): Promise<Item[]> {
    const items = [...(this.#partitions.get(pk)?.values() ?? [])].filter(({ sk }) => sk >= from && sk <= to);
    this.counts.queries++;
    this.counts.found += items.length;
    return items.sort((a, b) => (a.sk < b.sk ? -1 : 1));
  }

  async put(items: readonly Item[]): Promise<Conflict[]> {
    const conflicts: Conflict[] = [];
    for (const item of items) {
      const partition = this.#partitions.get(item.pk) ?? new Map<string, Item>();
      this.#partitions.set(item.pk, partition);
      const current = partition.get(item.sk);
      this.counts.puts++;
      countOne(this.#hot.puts, item.pk);
      if ((current?.version ?? 0) !== item.version - 1) {
        conflicts.push({ item, current });
        continue;
      }
      partition.set(item.sk, item);
      this.#index(current, item);
    }
    return conflicts;
  }

  async due(slot: string, until: number, limit: number): Promise<readonly ItemKey[]> {
    const items = [...(this.#due.get(slot)?.values() ?? [])].filter(({ due }) => due !== undefined && due.at <= until);
    return items.sort((a, b) => (a.due?.at ?? 0) - (b.due?.at ?? 0)).slice(0, limit);
  }

  #index(before: Item | undefined, item: Item): void {
    const key = `${item.pk}\n${item.sk}`;
    if (before?.due?.slot === item.due?.slot && before?.due?.at === item.due?.at) return;
    if (before?.due !== undefined) {
      this.#due.get(before.due.slot)?.delete(key);
      countOne(this.#hot.slots, before.due.slot);
      this.counts.indexed++;
    }
    if (item.due === undefined) return;
    countOne(this.#hot.slots, item.due.slot);
    const slot = this.#due.get(item.due.slot) ?? new Map<string, Item>();
    this.#due.set(item.due.slot, slot.set(key, item));
    this.counts.indexed++;
  }
}

function countOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
