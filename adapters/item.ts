export type { Conflict, Item, ItemKey, ItemStore } from '../engine/protocol/item.ts';
