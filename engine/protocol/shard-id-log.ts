/**
 * What a process knows of the ids that one shard brought. It is good for the records after the last that was finished,
 * and outlives a batch as long as the process may trust its memory of the shard and the batch was finished as a whole;
 * otherwise another begins with what the state table has.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import { arrivalJitter, type KnownIds, RecentIds } from '../intake/recent-ids.ts';
import type { EpochMillis } from '../time.ts';
import type { ItemStore } from './item.ts';
import { othersAtBirth } from './shard-birth.ts';
import type { ShardRecord } from './shard-record.ts';
import { type BroughtId, idsItems, type IdsPlace, keepNewest, storedIds } from './stored-ids.ts';

export class ShardIdLog implements KnownIds {
  readonly #place: IdsPlace;
  readonly #recent: RecentIds;
  /** Since the last batch was finished. */
  #brought: BroughtId[] = [];

  private constructor(place: IdsPlace, stored: ReadonlyMap<string, EpochMillis>) {
    this.#place = place;
    this.#recent = new RecentIds(place.within, stored);
  }

  /**
   * Begins at the arrival of a record of a shard, with the ids of the shard's own records that are finished and, within the horizon
   * of its first, with those that it took over; undefined where there is none. `record` is the shard's, `records` are
   * those of all as they were read.
   */
  static async open(
    store: ItemStore,
    place: IdsPlace,
    {
      record,
      records,
    }: { readonly record: ShardRecord | undefined; readonly records: ReadonlyMap<string, ShardRecord> },
    { arrival, now }: { readonly arrival: EpochMillis | undefined; readonly now: EpochMillis },
  ): Promise<ShardIdLog | undefined> {
    if (arrival === undefined) return undefined;
    const from = (arrival - place.within - arrivalJitter) as EpochMillis;
    const isNew = record === undefined || (record.firstArrival !== undefined && record.firstArrival >= from);
    const finished = new Map(isNew ? await othersAtBirth(store, place, record, records, now) : []);
    if (record !== undefined) finished.set(place.shard, record.finished);
    const stored = new Map<string, EpochMillis>();
    const each = [...finished].map(([shard, last]) => storedIds(store, { ...place, shard }, from, last));
    for (const ids of await Promise.all(each)) for (const [hash, at] of ids) keepNewest(stored, hash, at);
    return new ShardIdLog(place, stored);
  }

  isRepeat(id: string, arrival: EpochMillis, sequenceNumber: string): boolean {
    if (this.#recent.isRepeat(id, arrival)) return true;
    this.#brought.push({ id, arrival, sequenceNumber });
    return false;
  }

  /** Stores what was brought up to a sequence number. An item that is there already holds as much. */
  async keep(store: ItemStore, finished: string | undefined, now: EpochMillis): Promise<void> {
    const brought =
      finished === undefined
        ? []
        : this.#brought.filter(({ sequenceNumber }) => compareSequenceNumbers(sequenceNumber, finished) <= 0);
    this.#brought = [];
    if (brought.length > 0) await store.put(idsItems(this.#place, brought, now));
  }
}
