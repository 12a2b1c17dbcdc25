/**
 * One item of the state table or the alert table. Both tables have the same shape: what is inside an item is the
 * engine's business, carried as text, so that a write costs no marshalling.
 */
import type { EpochMillis, EpochSeconds } from '../engine/time.ts';

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
