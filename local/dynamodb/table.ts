/**
 * One table: items by their primary key, and by the keys of its secondary indexes. Without a clock; expiry is asked
 * for with a time.
 */
import type { EpochMillis } from '../../engine/time.ts';
import { attribute, type Attributes, attributesSize, type AttributeValue, invalid } from './attribute-value.ts';
import { checkIndexKeys, checkKey, type Index, keyText, type KeySchema } from './key-schema.ts';
import { type Entry, SortedItems } from './sorted-items.ts';
import { compareValues } from './value-order.ts';

const itemBytes = 400 * 1024;

export interface TableDefinition {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: EpochMillis;
  readonly key: KeySchema;
  readonly indexes: readonly Index[];
  /** What CreateTable said and nothing here depends on. */
  readonly description: Readonly<Record<string, unknown>>;
}

export interface Written {
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
  /** The greater of the sizes before and after. */
  readonly bytes: number;
}

export class Table {
  ttlAttribute: string | undefined;
  readonly #partitions = new Map<string, SortedItems>();
  readonly #indexes: readonly { readonly index: Index; readonly partitions: Map<string, SortedItems> }[];

  constructor(readonly definition: TableDefinition) {
    this.#indexes = definition.indexes.map((index) => ({ index, partitions: new Map<string, SortedItems>() }));
  }

  get key(): KeySchema {
    return this.definition.key;
  }

  index(name: string): Index {
    const found = this.definition.indexes.find((index) => index.name === name);
    if (found === undefined) throw invalid(`The table does not have the specified index: ${name}`);
    return found;
  }

  get itemCount(): number {
    let count = 0;
    for (const partition of this.#partitions.values()) count += partition.size;
    return count;
  }

  /** An item and its size; the key must have been checked. */
  find(key: Attributes): Entry | undefined {
    return this.#partitions.get(keyText(key, this.key.hash))?.get(keyText(key, this.key.range));
  }

  /** Puts a whole item, which is checked first. */
  put(item: Attributes): Written {
    checkKey(this.key, item);
    for (const index of this.definition.indexes) checkIndexKeys(index, item);
    const size = attributesSize(item);
    if (size > itemBytes) throw invalid('Item size has exceeded the maximum allowed size');
    const hash = keyText(item, this.key.hash);
    const range = keyText(item, this.key.range);
    const partition = partitionOf(this.#partitions, hash, this.key.order);
    const old = partition.get(range);
    const [before, bytes] = [old?.item, Math.max(size, old?.size ?? 0)];
    partition.set(range, item, size);
    this.#reindex(hash, range, before, item, size);
    return { before, after: item, bytes };
  }

  delete(key: Attributes): Written {
    const hash = keyText(key, this.key.hash);
    const range = keyText(key, this.key.range);
    const partition = this.#partitions.get(hash);
    const old = partition?.get(range);
    if (partition === undefined || old === undefined) return { before: undefined, after: undefined, bytes: 0 };
    partition.delete(range);
    if (partition.size === 0) this.#partitions.delete(hash);
    this.#reindex(hash, range, old.item, undefined, 0);
    return { before: old.item, after: undefined, bytes: old.size };
  }

  /** The items of one partition of the table or of an index, in order. */
  partition(index: Index | undefined, hash: AttributeValue): readonly Entry[] {
    const key = index?.key ?? this.key;
    return (
      this.#store(index)
        .get(keyText({ [key.hash.name]: hash }, key.hash))
        ?.entries() ?? []
    );
  }

  /** Order within a partition of the table or of an index; equal sort keys of an index go by the primary key. */
  orderOf(index: Index | undefined): Order {
    if (index === undefined) return this.key.order;
    const { name } = this.key.hash;
    return (a, b) =>
      index.key.order(a, b) ||
      (compareValues(attribute(a, name) ?? {}, attribute(b, name) ?? {}) ?? 0) ||
      this.key.order(a, b);
  }

  /** All items of the table or of an index: partitions in no order that means anything, items within one in order. */
  *all(index: Index | undefined): Iterable<Entry> {
    for (const partition of this.#store(index).values()) yield* partition.entries();
  }

  /** Deletes what its time to live has passed at `now`; answers how many items that were. */
  expire(now: EpochMillis): number {
    const name = this.ttlAttribute;
    if (name === undefined) return 0;
    const expired = [...this.all(undefined)].filter((entry) => {
      const seconds = Number(attribute(entry.item, name)?.N);
      return seconds > 0 && seconds * 1000 < now;
    });
    for (const entry of expired) this.delete(entry.item);
    return expired.length;
  }

  #store(index: Index | undefined): ReadonlyMap<string, SortedItems> {
    if (index === undefined) return this.#partitions;
    return this.#indexes.find((each) => each.index === index)?.partitions ?? new Map<string, SortedItems>();
  }

  #reindex(
    hash: string,
    range: string,
    before: Attributes | undefined,
    after: Attributes | undefined,
    size: number,
  ): void {
    for (const { index, partitions } of this.#indexes) {
      const id = `${hash.length}:${hash}${range}`;
      const old = before !== undefined && indexed(index, before) ? keyText(before, index.key.hash) : undefined;
      const now = after !== undefined && indexed(index, after) ? keyText(after, index.key.hash) : undefined;
      const stays = old === now && before !== undefined && after !== undefined && index.key.order(before, after) === 0;
      if (old !== undefined && !stays) {
        const partition = partitions.get(old);
        partition?.delete(id);
        if (partition?.size === 0) partitions.delete(old);
      }
      if (now !== undefined && after !== undefined) {
        partitionOf(partitions, now, this.orderOf(index)).set(id, after, size);
      }
    }
  }
}

function indexed(index: Index, item: Attributes): boolean {
  const { hash, range } = index.key;
  return Object.hasOwn(item, hash.name) && (range === undefined || Object.hasOwn(item, range.name));
}

type Order = (a: Attributes, b: Attributes) => number;

function partitionOf(partitions: Map<string, SortedItems>, hash: string, order: Order): SortedItems {
  const found = partitions.get(hash);
  if (found !== undefined) return found;
  const made = new SortedItems(order);
  partitions.set(hash, made);
  return made;
}
