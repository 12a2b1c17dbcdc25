/** Shard iterators as the opaque text that a client carries. */
import type { EpochMillis } from '../../engine/time.ts';
import { ServiceError } from '../wire/service-error.ts';
import type { Iterator } from './kinesis.ts';

export function toToken(iterator: Iterator): string {
  const { stream, streamCreatedAt, shard, position, issuedAt } = iterator;
  return Buffer.from([stream, streamCreatedAt, shard, position, issuedAt].join('/')).toString('base64');
}

export function fromToken(token: string): Iterator {
  const [stream, createdAt, shard, position, issuedAt] = Buffer.from(token, 'base64').toString().split('/');
  const numbers = [createdAt, position, issuedAt].map(Number);
  if (stream === undefined || shard === undefined || !numbers.every(Number.isSafeInteger))
    throw new ServiceError('InvalidArgumentException', 'Invalid ShardIterator.');
  return {
    stream,
    streamCreatedAt: numbers[0] as EpochMillis,
    shard,
    position: Number(position),
    issuedAt: numbers[2] as EpochMillis,
  };
}
