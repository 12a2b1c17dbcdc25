/**
 * The tables that events change, for one batch: their items in the state table, one a key with its values by time. What a
 * batch asks for is found out by evaluating it, and read in hundreds; what it adds is put before the batch is said to be finished. Values
 * are a set, so that who adds them again changes nothing, and who loses a put adds them to what is there now.
 */
import { compareSequenceNumbers, decodeOrder, type EncodedOrder, encodeOrder, type Order } from '../aggregate/order.ts';
import { partitionKeyOf } from '../alert/identity.ts';
import type { InputRecord } from '../intake/input-record.ts';
import { Intake } from '../intake/intake.ts';
import type { Receiver } from '../intake/receiver.ts';
import type { Plan } from '../plan/plan.ts';
import type { Compiled } from '../plan/program.ts';
import { takeMissing } from '../plan/runtime.ts';
import {
  type ChangingTables,
  type TableKey,
  type TableRowValue,
  type TableValue,
  valueAt,
  withValue,
} from '../state/table-values.ts';
import type { EpochMillis, EpochSeconds, Millis } from '../time.ts';
import type { Item, ItemKey, ItemStore } from './item.ts';

const format = 1;
const sk = 'values';
/** A key that no event came for in so long is forgotten. */
const kept = 366 * 86_400_000;

interface KeyBody {
  readonly v: number;
  readonly values: readonly (readonly [EncodedOrder, TableRowValue])[];
}

/** One key of a table. */
interface LoadedKey {
  readonly pk: string;
  readonly keep: Millis;
  version: number;
  /** As they were read. */
  stored: readonly TableValue[];
  /** With what the batch adds. */
  values: readonly TableValue[];
  added: TableValue[];
}

export class LoadedTables implements ChangingTables {
  readonly #plan: Plan;
  readonly #store: ItemStore;
  readonly #keys = new Map<string, LoadedKey>();
  /** Keys that are not read yet, by their partition keys. */
  readonly #asked = new Map<string, Millis>();

  private constructor(plan: Plan, store: ItemStore) {
    this.#plan = plan;
    this.#store = store;
  }

  /**
   * Reads all that the evaluation of records asks for: once, and once more for each look-up that depends on what another
   * gives. Records that neither ask nor make rows are not looked at. Undefined where the pipeline has no such table.
   */
  static async read(
    compiled: Compiled,
    store: ItemStore,
    records: readonly InputRecord[],
  ): Promise<LoadedTables | undefined> {
    if (compiled.program.changingTables === undefined) return undefined;
    const tables = new LoadedTables(compiled.plan, store);
    const streams = new Set(compiled.plan.streams.flatMap(({ name, meetsRows }) => (meetsRows === true ? [name] : [])));
    const meeting = records.filter(({ stream }) => streams.has(stream));
    for (;;) {
      const intake = new Intake(compiled, nobody, () => undefined, tables);
      for (const record of meeting) intake.read(record);
      // What is missing now may only not be read yet.
      takeMissing();
      for (const key of tables.#keys.values()) {
        key.values = key.stored;
        key.added = [];
      }
      if (tables.#asked.size === 0) return tables;
      await tables.#read();
    }
  }

  look(table: number, key: TableKey, at: EpochMillis, asks: Order): TableRowValue | null | undefined {
    const known = this.#key(table, key);
    return known && (valueAt(known.values, at, asks) ?? null);
  }

  put(table: number, key: TableKey, value: TableValue): boolean {
    const known = this.#key(table, key);
    if (known === undefined) return false;
    const before = known.values;
    known.values = withValue(before, value, known.keep);
    known.added.push(value);
    return known.values !== before;
  }

  /**
   * Puts what was added by the records before `unfinished`, which comes again with those after it: a row of theirs could
   * take the place of one that they look up themselves.
   */
  async keep(now: EpochMillis, unfinished?: string): Promise<void> {
    if (unfinished !== undefined) for (const key of this.#keys.values()) dropFrom(key, unfinished);
    let open = [...this.#keys.values()].filter(({ stored, values }) => values !== stored);
    while (open.length > 0) {
      const items = new Map(open.map((key) => [itemOf(key, now), key]));
      const lost = new Map(
        (await this.#store.put([...items.keys()])).map(({ item, current }) => [items.get(item), current]),
      );
      for (const [key, current] of lost) {
        if (key === undefined) continue;
        restore(key, current);
        for (const value of key.added) key.values = withValue(key.values, value, key.keep);
      }
      open = open.filter((key) => lost.has(key) && key.values !== key.stored);
    }
  }

  /** Undefined, and asked for, where it is not read yet. */
  #key(position: number, key: TableKey): LoadedKey | undefined {
    const table = this.#plan.tables?.[position];
    if (table === undefined || !('keep' in table)) throw new Error(`the table ${position} is none that events change`);
    const pk = partitionKeyOf({ name: `@table#${table.name}`, fingerprint: table.fingerprint }, [key]);
    const known = this.#keys.get(pk);
    if (known === undefined) this.#asked.set(pk, table.keep);
    return known;
  }

  async #read(): Promise<void> {
    const keys = [...this.#asked.keys()].map((pk): ItemKey => ({ pk, sk }));
    const items = new Map((await this.#store.get(keys)).map((item) => [item.pk, item]));
    for (const [pk, keep] of this.#asked) {
      const key: LoadedKey = { pk, keep, version: 0, stored: none, values: none, added: [] };
      restore(key, items.get(pk));
      this.#keys.set(pk, key);
    }
    this.#asked.clear();
  }
}

const none: readonly TableValue[] = [];
const nobody: Receiver = { touch: () => undefined, match: () => undefined, rejected: () => undefined };

function restore(key: LoadedKey, item: Item | undefined): void {
  key.version = item?.version ?? 0;
  key.stored = item === undefined ? none : valuesOf(item);
  key.values = key.stored;
}

/** Drops what a record and those after it have added. */
function dropFrom(key: LoadedKey, sequenceNumber: string): void {
  key.added = key.added.filter(({ order }) => compareSequenceNumbers(order.sequenceNumber, sequenceNumber) < 0);
  key.values = key.added.reduce((values, value) => withValue(values, value, key.keep), key.stored);
}

function itemOf({ pk, version, values }: LoadedKey, now: EpochMillis): Item {
  const body: KeyBody = { v: format, values: values.map(({ order, value }) => [encodeOrder(order), value]) };
  const ttl = Math.ceil((now + kept) / 1000) as EpochSeconds;
  return { pk, sk, version: version + 1, body: JSON.stringify(body), ttl };
}

function valuesOf({ body }: Item): readonly TableValue[] {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const { v, values } = JSON.parse(body) as KeyBody;
  if (v !== format)
    throw new Error(`a key of a table is kept in format ${v}; this version of Weir reads format ${format}`);
  return values.map(([order, value]) => ({ order: decodeOrder(order), value }));
}
