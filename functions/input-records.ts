/** Records of a Kinesis event as the engine takes them: decoded once, for all rules. */
import type { KinesisStreamEvent } from 'aws-lambda';
import type { InputRecord } from '../engine/intake/input-record.ts';
import type { EpochMillis } from '../engine/time.ts';

/** The shard of a batch; an event source mapping never mixes shards. */
export function shardOf(event: KinesisStreamEvent): string {
  return event.Records[0]?.eventID.split(':')[0] ?? '';
}

export function inputRecords(stream: string, shard: string, event: KinesisStreamEvent): InputRecord[] {
  return event.Records.map(({ kinesis: { sequenceNumber, partitionKey, approximateArrivalTimestamp, data } }) => {
    const { event, unreadable } = decode(data);
    const arrival = Math.round(approximateArrivalTimestamp * 1000) as EpochMillis;
    const record = { stream, shard, sequenceNumber, partitionKey, arrival, data, event };
    return unreadable === undefined ? record : { ...record, unreadable };
  });
}

/** What the Kinesis Producer Library begins a record with that holds several of its user's. */
const aggregatedByKpl = 0xf3899ac2;
const aggregated =
  'several records packed into one by the Kinesis Producer Library, which are not unpacked: set AggregationEnabled to false';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
let scratch = Buffer.alloc(64 * 1024);

/** The event in a record's data, or why there is none. */
function decode(data: string): Pick<InputRecord, 'event' | 'unreadable'> {
  // Decoding into one buffer that is used again costs less than a new one per record.
  if (data.length > scratch.length) scratch = Buffer.alloc(data.length);
  const length = scratch.write(data, 'base64');
  if (length >= 4 && scratch.readUInt32BE(0) === aggregatedByKpl) return { event: undefined, unreadable: aggregated };
  const text = scratch.toString('utf8', 0, length);
  try {
    if (text.includes('\uFFFD')) strictUtf8.decode(scratch.subarray(0, length));
    return { event: JSON.parse(text) as unknown };
  } catch (cause) {
    return {
      event: undefined,
      unreadable: cause instanceof SyntaxError ? `not JSON: ${withoutContent(cause.message)}` : 'not UTF-8 text',
    };
  }
}

/** The parser's message quotes the data, which belongs into the dead letter and not into logs: only the place is told. */
function withoutContent(message: string): string {
  if (message === 'Unexpected end of JSON input') return 'it ends too early';
  const position = /JSON at position (\d+)/.exec(message)?.[1];
  return position === undefined ? 'it cannot be parsed' : `it cannot be parsed at position ${position}`;
}
