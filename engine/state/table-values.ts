/**
 * What the events of a stream make of a table's keys. A key's values are those that hold from an event time on until the
 * next one, as a function of the set of events alone: adding is associative and commutative, and adding again changes nothing.
 */
import { compareOrder, compareSequenceNumbers, type Order } from '../aggregate/order.ts';
import type { Json } from '../aggregate/value.ts';
import type { EpochMillis, Millis } from '../time.ts';

export type TableKey = string | number | boolean;

export interface TableRowValue {
  readonly [name: string]: Json;
}

export interface TableValue {
  /** Of the event that made it. */
  readonly order: Order;
  readonly value: TableRowValue;
}

/** Values of a key that are kept at most, the newest: they are one item. */
export const mostValues = 100;

/** Values with one more, in the order of their events; the same list where it is there or forgotten already. */
export function withValue(values: readonly TableValue[], added: TableValue, keep: Millis): readonly TableValue[] {
  let at = values.length;
  for (; at > 0; at--) {
    const before = values[at - 1];
    const order = before === undefined ? -1 : compareOrder(before.order, added.order);
    if (order === 0) return values;
    if (order < 0) break;
  }
  const all = [...values.slice(0, at), added, ...values.slice(at)];
  const first = Math.max(all.length - mostValues, firstKept(all, keep), 0);
  return first > at ? values : all.slice(first);
}

/** The first that was replaced at most `keep` before the newest: an event of the newest's time may ask what was there before. */
function firstKept(values: readonly TableValue[], keep: Millis): number {
  const newest = values.at(-1)?.order.t ?? 0;
  return values.findLastIndex(({ order }) => order.t < newest - keep);
}

/**
 * The value as of a time; undefined where there is none. Of the shard of the record that asks, only records before it
 * count, however late the others are read: so it is answered the same when its batch comes again.
 */
export function valueAt(
  values: readonly TableValue[],
  at: EpochMillis,
  asks: Pick<Order, 'shard' | 'sequenceNumber'>,
): TableRowValue | undefined {
  const isBefore = ({ shard, sequenceNumber }: Order): boolean =>
    shard !== asks.shard || compareSequenceNumbers(sequenceNumber, asks.sequenceNumber) < 0;
  return values.findLast(({ order }) => order.t <= at && isBefore(order))?.value;
}

/** Tables that events change, by their positions in the plan, as the events of one place make and see them. */
export interface ChangingTables {
  /** Null where the key has no value as of the time; undefined where that is not known yet. */
  look(table: number, key: TableKey, at: EpochMillis, asks: Order): TableRowValue | null | undefined;
  /** True where it changes the table: a value that is there already changes nothing, nor does one that is forgotten. */
  put(table: number, key: TableKey, value: TableValue): boolean;
}

/** All of them in memory. */
export class TablesInMemory implements ChangingTables {
  readonly #keeps: readonly Millis[];
  readonly #values: Map<TableKey, readonly TableValue[]>[];

  /** `keeps` is how long each table keeps what another value has taken the place of. */
  constructor(keeps: readonly Millis[]) {
    this.#keeps = keeps;
    this.#values = keeps.map(() => new Map<TableKey, readonly TableValue[]>());
  }

  look(table: number, key: TableKey, at: EpochMillis, asks: Order): TableRowValue | null {
    return valueAt(this.#values[table]?.get(key) ?? [], at, asks) ?? null;
  }

  put(table: number, key: TableKey, value: TableValue): boolean {
    const values = this.#values[table];
    const keep = this.#keeps[table];
    if (values === undefined || keep === undefined) return false;
    const before = values.get(key) ?? [];
    const after = withValue(before, value, keep);
    values.set(key, after);
    return after !== before;
  }
}
