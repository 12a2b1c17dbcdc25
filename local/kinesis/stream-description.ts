/** Streams and shards in the shapes in which Kinesis describes them. */
import type { EpochMillis } from '../../engine/time.ts';
import {
  type Input,
  number,
  optionalChoice,
  optionalNumber,
  optionalObject,
  optionalText,
  text,
} from '../wire/input.ts';
import { constraint, ServiceError } from '../wire/service-error.ts';
import { toDecimal } from './hash-range.ts';
import type { Kinesis } from './kinesis.ts';
import type { Shard } from './shard.ts';
import type { Stream } from './stream.ts';

const tokenLife = 300_000;
const filters = [
  'AFTER_SHARD_ID',
  'AT_TRIM_HORIZON',
  'FROM_TRIM_HORIZON',
  'AT_LATEST',
  'AT_TIMESTAMP',
  'FROM_TIMESTAMP',
] as const;

const describeHashRange = (shard: Shard) => ({
  StartingHashKey: toDecimal(shard.range.start),
  EndingHashKey: toDecimal(shard.range.end),
});

/** A child shard as GetRecords names it at the end of its parent. */
export const describeChild = (shard: Shard) => ({
  ShardId: shard.id,
  ParentShards: shard.parents,
  HashKeyRange: describeHashRange(shard),
});

export function describeShard(shard: Shard) {
  const [parent, adjacent] = shard.parents;
  const ending = shard.endingSequenceNumber;
  return {
    ShardId: shard.id,
    ...(parent !== undefined && { ParentShardId: parent }),
    ...(adjacent !== undefined && { AdjacentParentShardId: adjacent }),
    HashKeyRange: describeHashRange(shard),
    SequenceNumberRange: {
      StartingSequenceNumber: shard.startingSequenceNumber,
      ...(ending !== undefined && { EndingSequenceNumber: ending }),
    },
  };
}

const describe = (stream: Stream) => ({
  StreamName: stream.name,
  StreamARN: stream.arn,
  StreamStatus: 'ACTIVE',
  StreamModeDetails: { StreamMode: stream.mode },
  RetentionPeriodHours: stream.retentionHours,
  StreamCreationTimestamp: stream.createdAt / 1000,
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  EncryptionType: 'NONE',
});

export const summarizeStream = (stream: Stream) => ({
  ...describe(stream),
  OpenShardCount: stream.openShards().length,
  ConsumerCount: 0,
  MaxRecordSizeInKiB: 1024,
});

export function describeStream(stream: Stream, input: Input, now: EpochMillis) {
  const after = optionalText(input, 'ExclusiveStartShardId') ?? '';
  const rest = stream.shards(now).filter((shard) => shard.id > after);
  const page = rest.slice(0, optionalNumber(input, 'Limit', 1, 10_000) ?? 100);
  return {
    StreamDescription: {
      ...describe(stream),
      Shards: page.map(describeShard),
      HasMoreShards: page.length < rest.length,
    },
  };
}

/** A token carries the stream, the filter and the last shard that was named. */
interface Token {
  readonly stream: string;
  readonly after: string;
  readonly filter: Input | undefined;
  readonly issuedAt: number;
}

export function listShards(kinesis: Kinesis, named: (input: Input) => Stream, input: Input, now: EpochMillis) {
  const given = optionalText(input, 'NextToken');
  if (given !== undefined && input['StreamName'] !== undefined)
    throw new ServiceError('InvalidArgumentException', 'NextToken and StreamName cannot be provided together.');
  const token = given === undefined ? undefined : readToken(given, now);
  const stream = token === undefined ? named(input) : kinesis.stream(token.stream);
  const filter = token === undefined ? optionalObject(input, 'ShardFilter') : token.filter;
  const after = token?.after ?? optionalText(input, 'ExclusiveStartShardId') ?? '';
  const rest = filterShards(stream, filter, now).filter((shard) => shard.id > after);
  const page = rest.slice(0, Math.min(1_000, optionalNumber(input, 'MaxResults', 1, 10_000) ?? 1_000));
  const last = page.at(-1);
  const next: Token | undefined =
    page.length < rest.length && last !== undefined
      ? { stream: stream.name, after: last.id, filter, issuedAt: now }
      : undefined;
  return {
    Shards: page.map(describeShard),
    ...(next !== undefined && { NextToken: Buffer.from(JSON.stringify(next)).toString('base64') }),
  };
}

function readToken(text: string, now: EpochMillis): Token {
  let token: Token;
  try {
    token = JSON.parse(Buffer.from(text, 'base64').toString()) as Token;
  } catch {
    throw new ServiceError('InvalidArgumentException', 'Invalid NextToken.');
  }
  if (now - token.issuedAt > tokenLife) throw new ServiceError('ExpiredNextTokenException', 'NextToken has expired.');
  return token;
}

function filterShards(stream: Stream, filter: Input | undefined, now: EpochMillis): readonly Shard[] {
  const shards = stream.shards(now);
  if (filter === undefined) return shards;
  const type = optionalChoice(filter, 'Type', filters);
  const openAt = (time: number) => (shard: Shard) =>
    shard.createdAt <= time && (shard.closedAt === undefined || shard.closedAt > time);
  const openSince = (time: number) => (shard: Shard) => shard.closedAt === undefined || shard.closedAt > time;
  switch (type) {
    case undefined:
      throw constraint(undefined, 'shardFilter.type', 'Member must not be null');
    case 'AFTER_SHARD_ID': {
      const after = text(filter, 'ShardId');
      return shards.filter((shard) => shard.id > after);
    }
    case 'AT_TRIM_HORIZON':
      return shards.filter(openAt(stream.horizon(now)));
    case 'FROM_TRIM_HORIZON':
      return shards;
    case 'AT_LATEST':
      return shards.filter((shard) => shard.closedAt === undefined);
    case 'AT_TIMESTAMP':
      return shards.filter(openAt(number(filter, 'Timestamp', 0, 1e11) * 1000));
    case 'FROM_TIMESTAMP':
      return shards.filter(openSince(number(filter, 'Timestamp', 0, 1e11) * 1000));
  }
}
