/** Records as Kinesis gives them and as Lambda hands them to a function, data in base64 throughout. */
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';

/** A record of GetRecords. */
export interface KinesisRecord {
  readonly SequenceNumber: string;
  /** Seconds. */
  readonly ApproximateArrivalTimestamp: number;
  readonly Data: string;
  readonly PartitionKey: string;
}

/** What every record of a mapping's events says. */
export interface RecordEnvelope {
  readonly streamArn: string;
  readonly roleArn: string;
  readonly region: string;
}

/** Lambda's limit on an invocation's payload: the event as JSON, in bytes. */
export const maxPayload = 6 * 1024 * 1024;

const emptyEvent = Buffer.byteLength(JSON.stringify({ Records: [] }));

export function lambdaEvent(
  records: readonly KinesisRecord[],
  shardId: string,
  envelope: RecordEnvelope,
): KinesisStreamEvent {
  return { Records: records.map((record) => lambdaRecord(record, shardId, envelope)) };
}

function lambdaRecord(record: KinesisRecord, shardId: string, envelope: RecordEnvelope): KinesisStreamRecord {
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.PartitionKey,
      sequenceNumber: record.SequenceNumber,
      data: record.Data,
      approximateArrivalTimestamp: record.ApproximateArrivalTimestamp,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shardId}:${record.SequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: envelope.roleArn,
    awsRegion: envelope.region,
    eventSourceARN: envelope.streamArn,
  };
}

/** Tells how many records, from `start` on, fit into one invocation. */
export function batchSizer(
  shardId: string,
  envelope: RecordEnvelope,
  batchSize: number,
): (records: readonly KinesisRecord[], start: number) => number {
  const blank = { SequenceNumber: '', ApproximateArrivalTimestamp: 1234567890.123, Data: '', PartitionKey: '' };
  // What one record costs besides its texts, with the comma behind it and at most 14 characters of time.
  const overhead = Buffer.byteLength(JSON.stringify(lambdaRecord(blank, shardId, envelope))) + 1;
  return (records, start) => {
    const end = Math.min(records.length, start + batchSize);
    let bytes = emptyEvent;
    let index = start;
    for (; index < end; index++) {
      const record = records[index];
      if (record === undefined) break;
      // The sequence number stands there twice. A partition key in JSON takes at most 6 bytes a character.
      const key = record.PartitionKey.length < 64 ? jsonLength(record.PartitionKey) : record.PartitionKey.length * 6;
      bytes += overhead + record.Data.length + 2 * record.SequenceNumber.length + key;
      // One record always goes, so that a shard never stops for its size.
      if (bytes > maxPayload && index > start) break;
    }
    return index - start;
  };
}

function jsonLength(text: string): number {
  // Printable ASCII without quote and backslash stands for itself.
  return /^[ !#-[\]-~]*$/.test(text) ? text.length : text.length * 6;
}
