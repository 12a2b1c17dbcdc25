/** The rows of a table, as generated code asks for them: those of a file in memory, and those that events make. */
import { type MapValue, Optional } from '../expression/operators.ts';
import type { Order } from '../aggregate/order.ts';
import type { TableRow } from '../pipeline/definition.ts';
import type { EpochMillis } from '../time.ts';
import type { ChangingTables, TableKey } from '../state/table-values.ts';
import type { TablePlan } from './plan.ts';

export class LookUpTable {
  /** By key: one row, or rows by the time that they are valid from, the newest first. A text and a number differ. */
  readonly #rows = new Map<unknown, readonly TableRow[]>();

  constructor(rows: readonly TableRow[]) {
    for (const row of rows) this.#rows.set(row.key, [...(this.#rows.get(row.key) ?? []), row]);
    for (const [key, versions] of this.#rows)
      this.#rows.set(
        key,
        [...versions].sort((a, b) => (b.from ?? 0) - (a.from ?? 0)),
      );
  }

  /** `at` is the event's time, of which rows that are valid from a time on are taken. */
  row(key: unknown, at?: EpochMillis): MapValue | undefined {
    return this.#rows.get(key)?.find(({ from }) => from === undefined || (at !== undefined && from <= at))?.value;
  }

  optional(key: unknown, at?: EpochMillis): Optional | undefined {
    return isKey(key) ? new Optional(this.row(key, at)) : undefined;
  }

  has(key: unknown, at?: EpochMillis): boolean | undefined {
    return isKey(key) ? this.row(key, at) !== undefined : undefined;
  }
}

/** What a look-up of a row that events make is for. */
export interface Asking {
  readonly tables: ChangingTables;
  readonly event: Order;
}

/** A table whose rows events make. Its program is one for all that run it, so whoever evaluates an event says for whom. */
export class ChangingTable {
  readonly #position: number;
  asking: Asking | undefined;

  constructor(position: number) {
    this.#position = position;
  }

  row(key: unknown, at: EpochMillis): MapValue | undefined {
    return this.#look(key, at) ?? undefined;
  }

  optional(key: unknown, at: EpochMillis): Optional | undefined {
    const row = this.#look(key, at);
    return row === undefined ? undefined : new Optional(row ?? undefined);
  }

  has(key: unknown, at: EpochMillis): boolean | undefined {
    const row = this.#look(key, at);
    return row === undefined ? undefined : row !== null;
  }

  #look(key: unknown, at: EpochMillis): MapValue | null | undefined {
    const { asking } = this;
    if (asking === undefined || !isKey(key)) return undefined;
    return asking.tables.look(this.#position, key, at, asking.event);
  }
}

/** What is no key, and a key that failed, fail: none of them is a key that the table lacks. */
function isKey(key: unknown): key is TableKey {
  return typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean';
}

/** The tables of a plan, in its order. */
export function tablesOf({
  tables = [],
}: {
  readonly tables?: readonly TablePlan[];
}): readonly (LookUpTable | ChangingTable)[] {
  return tables.map((table, i) => ('rows' in table ? new LookUpTable(table.rows) : new ChangingTable(i)));
}
