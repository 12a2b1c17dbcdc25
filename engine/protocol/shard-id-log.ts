/**
 * What a process knows of the ids that one shard brought. It outlives a batch as long as the process may trust its memory
 * of the shard; another begins with what the state table has.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import { type BroughtId, RecentIds } from '../intake/recent-ids.ts';
import type { EpochMillis, Millis } from '../time.ts';
import type { ItemStore } from './item.ts';
import type { ShardRecord } from './shard-record.ts';
import { idsItem, storedIds } from './stored-ids.ts';

export class ShardIdLog {
  readonly recent: RecentIds;
  readonly #put: (brought: readonly [BroughtId, ...BroughtId[]], now: EpochMillis) => Promise<unknown>;
  /** Since the last batch was finished. */
  #brought: BroughtId[] = [];

  private constructor(
    within: Millis,
    stored: ReadonlyMap<string, EpochMillis>,
    put: (brought: readonly [BroughtId, ...BroughtId[]], now: EpochMillis) => Promise<unknown>,
  ) {
    this.recent = new RecentIds(within, stored, (brought) => this.#brought.push(brought));
    this.#put = put;
  }

  /**
   * Begins at a record of a shard, with what the records of its stream's shards say. A shard that was first read within
   * the horizon may have split off another, and a retry of what that one brought comes on it: it begins with the ids of
   * all.
   */
  static async open(
    store: ItemStore,
    { stream, shard, within }: { readonly stream: string; readonly shard: string; readonly within: Millis },
    records: ReadonlyMap<string, ShardRecord>,
    arrival: EpochMillis,
  ): Promise<ShardIdLog> {
    const { firstArrival } = records.get(shard) ?? {};
    const isNew = firstArrival === undefined || arrival - firstArrival <= within;
    const shards = [...records].filter(([id]) => isNew || id === shard).map(([id, { finished }]) => ({ id, finished }));
    const stored = await storedIds(store, stream, shards, (arrival - within) as EpochMillis);
    return new ShardIdLog(within, stored, (brought, now) => store.put([idsItem(stream, shard, brought, within, now)]));
  }

  /** Stores what was brought up to a sequence number. An item that is there already holds as much. */
  async keep(finished: string | undefined, now: EpochMillis): Promise<void> {
    const [first, ...rest] =
      finished === undefined
        ? []
        : this.#brought.filter(({ sequenceNumber }) => compareSequenceNumbers(sequenceNumber, finished) <= 0);
    this.#brought = [];
    if (first !== undefined) await this.#put([first, ...rest], now);
  }
}
