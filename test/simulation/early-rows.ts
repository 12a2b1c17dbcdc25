/**
 * Rows of a table that are all there before the events that look them up, of times before, amid and after theirs: then
 * every look-up says the same, however the events come. The rows themselves are written by several shards at a time.
 */
import type { EpochMillis } from '../../engine/time.ts';
import { lambdaEvent } from '../../local/kinesis-batch.ts';
import type { Dice } from './dice.ts';
import { envelope } from './event-source.ts';
import type { FunctionServices, streamFunction } from './functions.ts';
import type { Arrived } from './play.ts';

export const earlyRowForm = 'rows that came before';
export const earlyRowStream = 'tiers';

/** The stream, which is no part of any rule. */
export const earlyRowStreamText = `  ${earlyRowStream}:
    partitionKey: event.id
    eventTime: event.at
    eventId: event.id
    clockSkew: 1d
`;

export const earlyRowTable = `  tiers:
    from: ${earlyRowStream}
    key: event.customer
    value:
      tier: event.tier
`;

export const earlyRowRule = `  often-tiers:
    from: [orders, carts]
    where: tables.tiers[?event.customer].tier.orValue("none") != "tin"
    groupBy:
      kind: event.kind
    window:
      tumbling: 10m
    aggregate:
      n: count()
      tiers: collect(tables.tiers[?event.customer].tier.orValue("none"), 50)
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

const minute = 60_000;
/** How long before all else rows come: longer than all that can go wrong takes. */
const earlier = 180 * minute;
const shards = 3;

export interface PlannedRow {
  readonly id: string;
  readonly customer: string;
  readonly tier: string;
  readonly at: number;
}

export function drawRows(dice: Dice, customers: readonly string[], from: number, to: number): PlannedRow[] {
  return Array.from({ length: 1 + dice.below(30) }, (_, i) => ({
    id: `r${i}`,
    customer: dice.of(customers),
    tier: dice.of(['gold', 'silver', 'tin']),
    at: from - 10 * minute + dice.below(to - from + 20 * minute),
  }));
}

/** When the clock begins where there are rows. */
export function beginOf({ start, rows }: { readonly start: number; readonly rows: readonly PlannedRow[] }): number {
  return rows.length === 0 ? start : start - earlier;
}

/** Puts the rows, has them read to the end, and answers how they came. */
export async function putRows(
  { history, schedule, streams }: FunctionServices,
  processRows: ReturnType<typeof streamFunction>,
): Promise<Arrived[]> {
  const now = schedule.now as EpochMillis;
  streams.kinesis.createStream(earlyRowStream, shards, 'PROVISIONED', now);
  const stream = streams.kinesis.stream(earlyRowStream);
  const arrived = history.rows.map((row): Arrived => {
    const data = Buffer.from(JSON.stringify(row)).toString('base64');
    const { shardId, sequenceNumber } = stream.put(row.id, data, undefined, now);
    const event = { stream: earlyRowStream, arrival: now, at: row.at, partitionKey: row.id, data };
    const record = {
      SequenceNumber: sequenceNumber,
      ApproximateArrivalTimestamp: now / 1000,
      Data: data,
      PartitionKey: row.id,
    };
    return { event, shard: shardId, record };
  });
  const read = async (shard: string): Promise<void> => {
    const records = arrived.flatMap((one) => (one.shard === shard ? [one.record] : []));
    for (let at = 0, number = 0; at < records.length; number++) {
      const batch = records.slice(at, at + history.batchSize);
      const answer = await processRows.invoke(lambdaEvent(batch, shard, envelope), `rows ${shard} ${number}`);
      const failed = answer?.batchItemFailures[0]?.itemIdentifier;
      const first = batch.findIndex(({ SequenceNumber }) => SequenceNumber === failed);
      if (answer !== undefined) at += first === -1 ? batch.length : first;
      else await schedule.wait(1000);
    }
  };
  await Promise.all([...new Set(arrived.map(({ shard }) => shard))].map(read));
  await schedule.until(history.start);
  return arrived;
}
