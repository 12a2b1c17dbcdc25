/** What requests consume: a write unit for each KB, a read unit for each 4 KB, half of it where a read may be stale. */
import type { Input } from '../wire/input.ts';
import type { Table } from './table.ts';

export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));

export const readUnits = (bytes: number, strong: boolean): number =>
  Math.max(1, Math.ceil(bytes / 4096)) * (strong ? 1 : 0.5);

/** The answer's ConsumedCapacity, if the request asks for it. */
export function capacityOf(input: Input, table: Table, units: number) {
  const asked = input['ReturnConsumedCapacity'];
  if (asked !== 'TOTAL' && asked !== 'INDEXES') return {};
  return { ConsumedCapacity: { TableName: table.definition.name, CapacityUnits: units } };
}
