/** Records of one shard, as short as tests write them. */
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { ListedShard } from '../../../engine/protocol/shard-watermarks.ts';
import type { EpochMillis } from '../../../engine/time.ts';

export const noon = Date.parse('2026-03-02T12:00:00Z');
export const minute = 60_000;

export interface Given {
  readonly minute: number;
  readonly customer?: string;
  readonly kind?: string;
  readonly total?: number;
  readonly id?: string;
  readonly stream?: string;
  readonly shard?: string;
}

let sequence = 1000;

/** An order, or an event of another stream, that arrives when it happens; numbers go on from call to call. */
export function record({
  minute: at,
  customer = 'ann',
  kind = 'a',
  total = 1,
  id,
  stream = 'orders',
  shard = '0',
}: Given): InputRecord {
  const t = noon + at * minute;
  const sequenceNumber = String(++sequence);
  return {
    stream,
    shard,
    sequenceNumber,
    partitionKey: customer,
    arrival: t as EpochMillis,
    event: { id: id ?? `e${sequenceNumber}`, customer, kind, total, at: t },
  };
}

/** A shard that was there from the beginning. */
export function openShard(id: string): ListedShard {
  return { id, parents: [], closed: false };
}
