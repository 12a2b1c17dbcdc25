/** The rows that events make of tables, and the rows that are looked up for them. */
import { copyOrder } from '../aggregate/order.ts';
import { plain } from '../aggregate/value.ts';
import { keepsOf, type Plan } from '../plan/plan.ts';
import type { Compiled, JsonObject } from '../plan/program.ts';
import { type ChangingTables, type TableKey, TablesInMemory } from '../state/table-values.ts';
import type { EventReference } from '../state/touch.ts';
import { inexact } from './faults.ts';
import { isInexact, isTooLarge, valueBounds } from './size-bounds.ts';

export class KeptRows {
  readonly #compiled: Compiled;
  readonly #tables: ChangingTables | undefined;

  constructor(compiled: Compiled, tables: ChangingTables | undefined) {
    this.#compiled = compiled;
    this.#tables = tables;
  }

  /** True where events make rows. */
  get areAny(): boolean {
    return this.#tables !== undefined;
  }

  /** From here on rows are looked up for this event. */
  askFor(event: EventReference): void {
    const asking = this.#tables && { tables: this.#tables, event };
    for (const table of this.#compiled.program.changingTables ?? []) table.asking = asking;
  }

  /** Keeps what an event makes of a table; answers whether that changes it, or why it cannot. */
  keep(table: number, key: unknown, values: JsonObject, event: EventReference): boolean | string {
    if (isInexact(key)) return `key: ${inexact}`;
    if (!isTableKey(key)) return false;
    const { characters, bytes } = valueBounds;
    if (isTooLarge([key, values], valueBounds))
      return `its key or its values are larger than the ${characters} characters, or ${bytes} bytes of JSON, that a row can hold`;
    const value = Object.fromEntries(Object.entries(values).map(([name, one]) => [name, plain(one)]));
    return this.#tables?.put(table, key, { order: copyOrder(event), value }) ?? false;
  }
}

/** Stands in place of a rule's name where an event is put back for a table, or could make no row of it. No rule has a dot. */
export function nameOfRows({ tables }: Pick<Plan, 'tables'>, table: number): string {
  return `tables.${tables?.[table]?.name ?? table}`;
}

function isTableKey(key: unknown): key is TableKey {
  return typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean';
}

/** Of a run of its own; undefined where events make no rows. */
export function tablesInMemory({ plan, program }: Compiled): TablesInMemory | undefined {
  return program.changingTables && new TablesInMemory(keepsOf(plan));
}
