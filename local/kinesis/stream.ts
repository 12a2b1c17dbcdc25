/** One stream: its shards, open and closed; which shard a key belongs to; split, merge and uniform scaling. */
import type { EpochMillis } from '../../engine/time.ts';
import { ServiceError } from '../wire/service-error.ts';
import { before, evenRanges, fromDecimal, type HashRange, hashKey } from './hash-range.ts';
import { Shard } from './shard.ts';

const hour = 3_600_000;

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';

export class Stream {
  retentionHours = 24;
  readonly #shards: Shard[] = [];
  /** The open shards by their first hash key. */
  #open: Shard[] = [];
  #lastShardAt = 0;

  constructor(
    readonly name: string,
    readonly arn: string,
    readonly createdAt: EpochMillis,
    shardCount: number,
    public mode: StreamMode,
  ) {
    for (const range of evenRanges(shardCount)) this.#add(range, [], createdAt);
  }

  /** Where the stream begins: what arrived before it has expired. */
  horizon(now: EpochMillis): EpochMillis {
    return Math.max(this.createdAt, now - this.retentionHours * hour) as EpochMillis;
  }

  /** All shards that are open or still hold what has not expired, in the order in which they were made. */
  shards(now: EpochMillis): readonly Shard[] {
    const horizon = this.horizon(now);
    return this.#shards.filter((shard) => shard.closedAt === undefined || shard.closedAt >= horizon);
  }

  openShards(): readonly Shard[] {
    return this.#open;
  }

  shard(id: string): Shard {
    const index = /^shardId-(\d{12})$/.exec(id)?.[1];
    const shard = index === undefined ? undefined : this.#shards[Number(index)];
    if (shard === undefined)
      throw new ServiceError('ResourceNotFoundException', `Shard ${id} in stream ${this.name} does not exist.`);
    return shard;
  }

  children(id: string): readonly Shard[] {
    return this.#shards.filter((shard) => shard.parents.includes(id));
  }

  /** The open shard of a partition key, or of an explicit hash key. */
  route(partitionKey: string, explicitHashKey: string | undefined): Shard {
    const only = this.#open[0];
    if (explicitHashKey === undefined && this.#open.length === 1 && only !== undefined) return only;
    const key = explicitHashKey === undefined ? hashKey(partitionKey) : fromDecimal(explicitHashKey);
    if (key === undefined)
      throw new ServiceError(
        'InvalidArgumentException',
        `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${String(explicitHashKey)}`,
      );
    let low = 0;
    let high = this.#open.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#open[middle]?.range.start ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    const shard = this.#open[low];
    if (shard === undefined) throw new Error(`stream ${this.name} has no open shard`);
    return shard;
  }

  put(partitionKey: string, data: string, explicitHashKey: string | undefined, now: EpochMillis) {
    const shard = this.route(partitionKey, explicitHashKey);
    shard.trim((now - this.retentionHours * hour) as EpochMillis);
    return { shardId: shard.id, sequenceNumber: shard.put(partitionKey, data, now) };
  }

  split(id: string, newStartingHashKey: string, now: EpochMillis): void {
    const shard = this.#openShard(id);
    const middle = fromDecimal(newStartingHashKey);
    if (middle === undefined || middle <= shard.range.start || middle > shard.range.end)
      throw new ServiceError(
        'InvalidArgumentException',
        `NewStartingHashKey ${newStartingHashKey} used in SplitShard() on shard ${id} in stream ${this.name} is not both greater than one plus the shard's StartingHashKey and less than the shard's EndingHashKey.`,
      );
    this.#cut(shard, middle, now);
  }

  merge(id: string, adjacentId: string, now: EpochMillis): void {
    const pair = [this.#openShard(id), this.#openShard(adjacentId)].sort((a, b) =>
      a.range.start < b.range.start ? -1 : 1,
    );
    const [low, high] = pair;
    if (low === undefined || high === undefined || low === high || before(high.range.start) !== low.range.end)
      throw new ServiceError(
        'InvalidArgumentException',
        `Shards ${id} and ${adjacentId} in stream ${this.name} are not an adjacent pair of shards eligible for merging`,
      );
    this.#join(low, high, now);
  }

  /** Splits and merges until the open shards are this many, of the same size. */
  scale(count: number, now: EpochMillis): void {
    const starts = evenRanges(count).map((range) => range.start);
    for (const start of starts) {
      const shard = this.#open.find((each) => each.range.start < start && start <= each.range.end);
      if (shard !== undefined) this.#cut(shard, start, now);
    }
    for (;;) {
      const index = this.#open.findIndex((each, at) => at > 0 && !starts.includes(each.range.start));
      const [low, high] = [this.#open[index - 1], this.#open[index]];
      if (index < 0 || low === undefined || high === undefined) return;
      this.#join(low, high, now);
    }
  }

  #openShard(id: string): Shard {
    const shard = this.shard(id);
    if (shard.closedAt !== undefined)
      throw new ServiceError('InvalidArgumentException', `Shard ${id} in stream ${this.name} has already been closed`);
    return shard;
  }

  #cut(shard: Shard, middle: string, now: EpochMillis): void {
    shard.close(now);
    this.#add({ start: shard.range.start, end: before(middle) }, [shard.id], now);
    this.#add({ start: middle, end: shard.range.end }, [shard.id], now);
  }

  #join(low: Shard, high: Shard, now: EpochMillis): void {
    low.close(now);
    high.close(now);
    this.#add({ start: low.range.start, end: high.range.end }, [low.id, high.id], now);
  }

  #add(range: HashRange, parents: readonly string[], now: EpochMillis): void {
    // Sequence numbers of a child begin with a time that is not before its parents'.
    this.#lastShardAt = Math.max(this.#lastShardAt, now);
    const shard = new Shard(this.#shards.length, range, parents, this.#lastShardAt as EpochMillis);
    this.#shards.push(shard);
    this.#open = [...this.#open.filter((each) => each.closedAt === undefined), shard].sort((a, b) =>
      a.range.start < b.range.start ? -1 : 1,
    );
  }
}
