/**
 * One shard: an append-only list of records. Every record has a counter, the first one 1; a position is the counter of
 * the record that is read next. Records older than the retention are gone; a closed shard takes no more.
 */
import type { EpochMillis } from '../../engine/time.ts';
import type { HashRange } from './hash-range.ts';
import { sequenceCounter, sequenceNumber, sequencePrefix } from './sequence-number.ts';

export interface StoredRecord {
  readonly partitionKey: string;
  /** Base64, as it came. */
  readonly data: string;
  readonly arrivedAt: EpochMillis;
}

export interface Slice {
  readonly records: readonly StoredRecord[];
  /** The counter of the first record of the slice. */
  readonly from: number;
  /** The position after the slice. */
  readonly next: number;
  readonly millisBehindLatest: number;
}

/** The bytes that base64 text stands for. */
export function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

export class Shard {
  readonly id: string;
  closedAt: EpochMillis | undefined;
  readonly #prefix: string;
  #records: StoredRecord[] = [];
  /** The counter of the first record that is still kept, and its place in the list. */
  #first = 1;
  #offset = 0;
  #lastArrival = 0;

  constructor(
    readonly index: number,
    readonly range: HashRange,
    readonly parents: readonly string[],
    readonly createdAt: EpochMillis,
  ) {
    this.id = `shardId-${String(index).padStart(12, '0')}`;
    this.#prefix = sequencePrefix(createdAt, index);
  }

  /** The position after the newest record. */
  get end(): number {
    return this.#first + this.#records.length - this.#offset;
  }

  get startingSequenceNumber(): string {
    return sequenceNumber(this.#prefix, 0);
  }

  get endingSequenceNumber(): string | undefined {
    return this.closedAt === undefined ? undefined : sequenceNumber(this.#prefix, this.end);
  }

  sequenceNumber(counter: number): string {
    return sequenceNumber(this.#prefix, counter);
  }

  /** The counter behind a sequence number; undefined where the number is not of this shard. */
  counter(number: string): number | undefined {
    return sequenceCounter(this.#prefix, number);
  }

  /** Appends a record; answers its sequence number. Arrival times within a shard never go back. */
  put(partitionKey: string, data: string, now: EpochMillis): string {
    const arrivedAt = Math.max(now, this.#lastArrival) as EpochMillis;
    this.#lastArrival = arrivedAt;
    const counter = this.end;
    this.#records.push({ partitionKey, data, arrivedAt });
    return sequenceNumber(this.#prefix, counter);
  }

  close(now: EpochMillis): void {
    this.closedAt = now;
  }

  /** The position of the first record that arrived at this time or later. */
  positionAt(time: EpochMillis): number {
    let low = this.#offset;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle]?.arrivedAt ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return this.#first + low - this.#offset;
  }

  /** Forgets what arrived before this time. */
  trim(horizon: EpochMillis): void {
    const oldest = this.#records[this.#offset];
    if (oldest === undefined || oldest.arrivedAt >= horizon) return;
    const position = this.positionAt(horizon);
    this.#offset += position - this.#first;
    this.#first = position;
    // Cutting the list on every trim would copy it again and again.
    if (this.#offset * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#offset);
      this.#offset = 0;
    }
  }

  /** The records from a position on: at most so many, and at most so many bytes, but at least one. */
  read(position: number, limit: number, bytes: number, now: EpochMillis): Slice {
    const from = Math.min(Math.max(position, this.#first), this.end);
    const start = from - this.#first + this.#offset;
    let stop = start;
    let size = 0;
    for (; stop < this.#records.length && stop - start < limit; stop += 1) {
      const record = this.#records[stop];
      if (record === undefined) break;
      size += decodedLength(record.data) + record.partitionKey.length;
      if (size > bytes && stop > start) break;
    }
    const last = this.#records[stop - 1];
    const atTip = stop === this.#records.length || last === undefined;
    return {
      records: this.#records.slice(start, stop),
      from,
      next: from + stop - start,
      // Never 0 while there is more to read, however fast the clock.
      millisBehindLatest: atTip ? 0 : Math.max(1, now - last.arrivedAt),
    };
  }
}
