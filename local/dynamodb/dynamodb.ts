/** DynamoDB in memory, without a clock and without a wire: tables by name. */
import type { EpochMillis } from '../../engine/time.ts';
import type { Input } from '../wire/input.ts';
import { ServiceError } from '../wire/service-error.ts';
import { Table } from './table.ts';
import { defineTable } from './table-definition.ts';

export class DynamoDb {
  readonly #tables = new Map<string, Table>();

  constructor(readonly region = 'us-east-1') {}

  /** Makes a table from the members of CreateTable. */
  createTable(input: Input, now: EpochMillis): Table {
    const definition = defineTable(input, this.region, now);
    if (this.#tables.has(definition.name))
      throw new ServiceError('ResourceInUseException', `Table already exists: ${definition.name}`);
    const table = new Table(definition);
    this.#tables.set(definition.name, table);
    return table;
  }

  /** A table by its name or its ARN. */
  table(name: string): Table {
    const table = this.#tables.get(name.slice(name.lastIndexOf('/') + 1));
    if (table === undefined)
      throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
    return table;
  }

  deleteTable(name: string): Table {
    const table = this.table(name);
    this.#tables.delete(table.definition.name);
    return table;
  }

  tableNames(): readonly string[] {
    return [...this.#tables.keys()].sort();
  }

  /** Deletes what has expired at `now` in every table; answers how many items that were. */
  expire(now: EpochMillis): number {
    let expired = 0;
    for (const table of this.#tables.values()) expired += table.expire(now);
    return expired;
  }
}
