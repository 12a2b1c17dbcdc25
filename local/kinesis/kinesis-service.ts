/** Kinesis on its wire protocol: requests checked as AWS checks them, answers in AWS's shapes. */
import type { EpochMillis } from '../../engine/time.ts';
import {
  type Input,
  number,
  object,
  objects,
  optionalChoice,
  optionalNumber,
  optionalText,
  text,
} from '../wire/input.ts';
import type { JsonService } from '../wire/json-service.ts';
import { constraint, ServiceError } from '../wire/service-error.ts';
import { fromToken, toToken } from './iterator-token.ts';
import type { IteratorStart, Kinesis } from './kinesis.ts';
import { decodedLength } from './shard.ts';
import { describeChild, describeStream, listShards, summarizeStream } from './stream-description.ts';
import type { Stream } from './stream.ts';

const recordBytes = 1024 * 1024;
const requestBytes = 10 * 1024 * 1024;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;
const modes = ['PROVISIONED', 'ON_DEMAND'] as const;

interface NewRecord {
  readonly partitionKey: string;
  readonly data: string;
  readonly explicitHashKey: string | undefined;
  readonly bytes: number;
}

export function kinesisService(kinesis: Kinesis): JsonService {
  const stream = (input: Input): Stream => {
    const arn = optionalText(input, 'StreamARN');
    return kinesis.stream(arn?.slice(arn.lastIndexOf('/') + 1) ?? text(input, 'StreamName', 1, 128));
  };
  return {
    name: 'Kinesis',
    target: 'Kinesis_20131202',
    version: '1.1',
    errorNamespace: (type) => type,
    operations: {
      CreateStream: (input, now) => {
        const mode = streamMode(input) ?? 'PROVISIONED';
        const count = optionalNumber(input, 'ShardCount', 1, 10_000) ?? (mode === 'ON_DEMAND' ? 4 : undefined);
        if (count === undefined)
          throw new ServiceError('ValidationException', 'ShardCount must be set for streams in PROVISIONED mode.');
        kinesis.createStream(streamName(input), count, mode, now);
        return undefined;
      },
      DeleteStream: (input) => {
        kinesis.deleteStream(stream(input).name);
        return undefined;
      },
      ListStreams: (input) => {
        const after = optionalText(input, 'NextToken') ?? optionalText(input, 'ExclusiveStartStreamName') ?? '';
        const rest = kinesis.streams().filter((each) => each.name > after);
        const page = rest.slice(0, optionalNumber(input, 'Limit', 1, 10_000) ?? 100);
        const more = page.length < rest.length;
        return {
          StreamNames: page.map((each) => each.name),
          HasMoreStreams: more,
          StreamSummaries: page.map((each) => ({
            StreamName: each.name,
            StreamARN: each.arn,
            StreamStatus: 'ACTIVE',
            StreamModeDetails: { StreamMode: each.mode },
            StreamCreationTimestamp: each.createdAt / 1000,
          })),
          ...(more && { NextToken: page.at(-1)?.name }),
        };
      },
      DescribeStream: (input, now) => describeStream(stream(input), input, now),
      DescribeStreamSummary: (input) => ({ StreamDescriptionSummary: summarizeStream(stream(input)) }),
      ListShards: (input, now) => listShards(kinesis, stream, input, now),
      PutRecord: (input, now) => {
        const record = newRecord(input);
        if (record.bytes > recordBytes)
          throw constraint('…', 'data', `Member must have length less than or equal to ${recordBytes}`);
        const { shardId, sequenceNumber } = stream(input).put(
          record.partitionKey,
          record.data,
          record.explicitHashKey,
          now,
        );
        return { ShardId: shardId, SequenceNumber: sequenceNumber };
      },
      PutRecords: (input, now) => putRecords(stream(input), objects(input, 'Records', 1, 500).map(newRecord), now),
      GetShardIterator: (input, now) => {
        const { name } = stream(input);
        return { ShardIterator: toToken(kinesis.iterator(name, text(input, 'ShardId'), iteratorStart(input), now)) };
      },
      GetRecords: (input, now) => getRecords(kinesis, input, now),
      SplitShard: (input, now) => {
        stream(input).split(text(input, 'ShardToSplit'), text(input, 'NewStartingHashKey'), now);
        return undefined;
      },
      MergeShards: (input, now) => {
        stream(input).merge(text(input, 'ShardToMerge'), text(input, 'AdjacentShardToMerge'), now);
        return undefined;
      },
      UpdateShardCount: (input, now) => {
        const target = stream(input);
        const current = target.openShards().length;
        const count = number(input, 'TargetShardCount', 1, 10_000);
        target.scale(count, now);
        return { StreamName: target.name, StreamARN: target.arn, CurrentShardCount: current, TargetShardCount: count };
      },
      IncreaseStreamRetentionPeriod: (input) => retain(stream(input), input, 1),
      DecreaseStreamRetentionPeriod: (input) => retain(stream(input), input, -1),
      UpdateStreamMode: (input) => {
        stream(input).mode = streamMode(input) ?? 'PROVISIONED';
        return undefined;
      },
    },
  };
}

function streamName(input: Input): string {
  const name = text(input, 'StreamName', 1, 128);
  if (!/^[a-zA-Z0-9_.-]+$/.test(name))
    throw constraint(name, 'streamName', 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
  return name;
}

function streamMode(input: Input): 'PROVISIONED' | 'ON_DEMAND' | undefined {
  return input['StreamModeDetails'] === undefined
    ? undefined
    : optionalChoice(object(input, 'StreamModeDetails'), 'StreamMode', modes);
}

function retain(stream: Stream, input: Input, direction: 1 | -1): undefined {
  const hours = number(input, 'RetentionPeriodHours', 24, 8_760);
  if ((hours - stream.retentionHours) * direction < 0)
    throw new ServiceError(
      'InvalidArgumentException',
      `Requested retention period (${hours} hours) for stream ${stream.name} can not be ${direction > 0 ? 'shorter' : 'longer'} than existing retention period (${stream.retentionHours} hours).`,
    );
  stream.retentionHours = hours;
}

function newRecord(input: Input): NewRecord {
  const partitionKey = text(input, 'PartitionKey', 1, 256);
  const data = text(input, 'Data', 0);
  if (data.length % 4 !== 0 || !base64.test(data))
    throw new ServiceError('SerializationException', 'Data must be base64');
  return {
    partitionKey,
    data,
    explicitHashKey: optionalText(input, 'ExplicitHashKey', 0),
    bytes: decodedLength(data) + Buffer.byteLength(partitionKey),
  };
}

function putRecords(stream: Stream, records: readonly NewRecord[], now: EpochMillis): string {
  let bytes = 0;
  for (const [index, record] of records.entries()) {
    if (record.bytes > recordBytes)
      throw constraint(
        '…',
        `records.${index + 1}.member.data`,
        `Member must have length less than or equal to ${recordBytes}`,
      );
    // A key that no shard has must refuse the request before anything of it is stored.
    if (record.explicitHashKey !== undefined) stream.route(record.partitionKey, record.explicitHashKey);
    bytes += record.bytes;
  }
  if (bytes > requestBytes) throw new ServiceError('InvalidArgumentException', 'Records size exceeds 10 MB limit');
  let answers = '';
  for (const record of records) {
    const put = stream.put(record.partitionKey, record.data, record.explicitHashKey, now);
    answers += `${answers === '' ? '' : ','}{"SequenceNumber":"${put.sequenceNumber}","ShardId":"${put.shardId}"}`;
  }
  return `{"FailedRecordCount":0,"Records":[${answers}]}`;
}

function iteratorStart(input: Input): IteratorStart {
  const types = ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER', 'TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'] as const;
  const type = optionalChoice(input, 'ShardIteratorType', types);
  switch (type) {
    case undefined:
      throw constraint(undefined, 'shardIteratorType', 'Member must not be null');
    case 'AT_TIMESTAMP':
      return { type, time: Math.round(number(input, 'Timestamp', 0, 1e11) * 1000) as EpochMillis };
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER':
      return { type, sequenceNumber: text(input, 'StartingSequenceNumber') };
    case 'TRIM_HORIZON':
    case 'LATEST':
      return { type };
  }
}

function getRecords(kinesis: Kinesis, input: Input, now: EpochMillis): string {
  const iterator = fromToken(text(input, 'ShardIterator', 1, 512));
  const { slice, next } = kinesis.read(iterator, optionalNumber(input, 'Limit', 1, 10_000) ?? 10_000, now);
  const stream = kinesis.stream(iterator.stream);
  const shard = stream.shard(iterator.shard);
  // Base64 and digits need no escaping; this is the path that everything read takes.
  const records = slice.records.map(
    (record, index) =>
      `{"SequenceNumber":"${shard.sequenceNumber(slice.from + index)}","ApproximateArrivalTimestamp":${record.arrivedAt / 1000},"Data":"${record.data}","PartitionKey":${JSON.stringify(record.partitionKey)}}`,
  );
  const end =
    next === undefined
      ? `"ChildShards":${JSON.stringify(stream.children(shard.id).map(describeChild))}`
      : `"NextShardIterator":"${toToken(next)}"`;
  return `{"Records":[${records.join(',')}],"MillisBehindLatest":${slice.millisBehindLatest},${end}}`;
}
