/**
 * One item of the state table or the alert table. Both tables have the same shape: what is inside an item is the
 * engine's business, carried as text, so that a write costs no marshalling.
 */
import type { EpochMillis, EpochSeconds } from '../time.ts';

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

export interface Item extends ItemKey {
  /** 1 for an item that has just been made; every put is conditional on the version before it. */
  readonly version: number;
  readonly body: string;
  readonly ttl: EpochSeconds;
  /** In the sparse index: what somebody must look at, from when. */
  readonly due?: { readonly slot: string; readonly at: EpochMillis };
}

/** A put that lost: the item as it stands now, or undefined where it is gone. */
export interface Conflict {
  readonly item: Item;
  readonly current: Item | undefined;
}

/** A table of items, strongly consistent but for its index. */
export interface ItemStore {
  get(keys: readonly ItemKey[]): Promise<Item[]>;
  /** The items of a partition key, by sort key, `from` and `to` inclusive. */
  query(pk: string, from?: string, to?: string): Promise<Item[]>;
  /** Puts each item where the stored version is the one before, or where there is none for version 1. */
  put(items: readonly Item[]): Promise<Conflict[]>;
  /** Up to `limit` keys of a slot that are due, the earliest first; eventually consistent. */
  due(slot: string, until: EpochMillis, limit: number): Promise<readonly ItemKey[]>;
}

/** The store, with puts that go another way. */
export function withPut(store: ItemStore, put: ItemStore['put']): ItemStore {
  return {
    get: (keys) => store.get(keys),
    query: (pk, from, to) => store.query(pk, from, to),
    due: (slot, until, limit) => store.due(slot, until, limit),
    put,
  };
}
