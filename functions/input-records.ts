/** Records of a Kinesis event as the engine takes them. */
import type { KinesisStreamEvent } from 'aws-lambda';
import type { InputRecord } from '../engine/intake/input-record.ts';
import type { EpochMillis } from '../engine/time.ts';
import { decode, type DecodeEvent } from './record-data.ts';

/** The shard of a batch; an event source mapping never mixes shards. */
export function shardOf(event: KinesisStreamEvent): string {
  return event.Records[0]?.eventID.split(':')[0] ?? '';
}

export function inputRecords(
  stream: string,
  shard: string,
  event: KinesisStreamEvent,
  decodeEvent: DecodeEvent = decode,
): InputRecord[] {
  return event.Records.map(({ kinesis: { sequenceNumber, partitionKey, approximateArrivalTimestamp, data } }) => {
    const arrival = Math.round(approximateArrivalTimestamp * 1000) as EpochMillis;
    // Named one by one: spreading an object for each record takes as long as a tenth of its decoding.
    const { event: decoded, unreadable } = decodeEvent(data);
    return { stream, shard, sequenceNumber, partitionKey, arrival, data, event: decoded, unreadable };
  });
}
