/**
 * Lines of recorded events as records: `{"stream": "orders", "event": {…}}`, with optional `arrivalTime`,
 * `partitionKey` and `shard`. What is wrong with a line is said in its record.
 */
import type { InputRecord } from '../engine/intake/input-record.ts';
import type { EpochMillis } from '../engine/time.ts';

interface Envelope {
  readonly stream: string;
  readonly arrivalTime?: string;
  readonly partitionKey?: string;
  readonly shard?: string;
}

export class RecordedEvents {
  #position = 0;

  /** The record of a line; `path` and `number` are its place. */
  record(text: string, path: string, number: number): InputRecord {
    const sequenceNumber = String(++this.#position);
    try {
      const line: unknown = JSON.parse(text);
      if (isEnvelope(line) && 'event' in line) return record(line, line.event, sequenceNumber);
      return fault(
        sequenceNumber,
        line,
        `${path}:${number}: a line must be {"stream": "…", "event": {…}}, with optional arrivalTime, partitionKey and shard`,
      );
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      return fault(sequenceNumber, text, `${path}:${number}: ${cause.message}`);
    }
  }
}

function fault(sequenceNumber: string, event: unknown, unreadable: string): InputRecord {
  return { stream: '', shard: '', sequenceNumber, event, unreadable };
}

function record(
  { stream, shard = 'shardId-000000000000', partitionKey, arrivalTime }: Envelope,
  event: unknown,
  sequenceNumber: string,
): InputRecord {
  const arrival = arrivalTime === undefined ? undefined : (Date.parse(arrivalTime) as EpochMillis);
  return { stream, shard, sequenceNumber, partitionKey, arrival, event };
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  const { stream, arrivalTime, partitionKey, shard } = value as Partial<Record<string, unknown>>;
  return (
    typeof stream === 'string' &&
    (arrivalTime === undefined || (typeof arrivalTime === 'string' && !Number.isNaN(Date.parse(arrivalTime)))) &&
    (partitionKey === undefined || typeof partitionKey === 'string') &&
    (shard === undefined || typeof shard === 'string')
  );
}
