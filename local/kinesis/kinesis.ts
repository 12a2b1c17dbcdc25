/**
 * Kinesis Data Streams in memory, without a clock and without a wire: streams by name, and reading by iterator. A
 * stream is active, or gone, or resharded the moment it is asked for. The throughput limits of a shard are not
 * enforced: a replay is to be as fast as it can.
 */
import type { EpochMillis } from '../../engine/time.ts';
import { ServiceError } from '../wire/service-error.ts';
import type { Slice } from './shard.ts';
import { Stream, type StreamMode } from './stream.ts';

export const account = '000000000000';

/** Where a reader stands in a shard. */
export interface Iterator {
  readonly stream: string;
  readonly streamCreatedAt: EpochMillis;
  readonly shard: string;
  readonly position: number;
  readonly issuedAt: EpochMillis;
}

export type IteratorStart =
  | { readonly type: 'TRIM_HORIZON' | 'LATEST' }
  | { readonly type: 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string }
  | { readonly type: 'AT_TIMESTAMP'; readonly time: EpochMillis };

const iteratorLife = 300_000;
const pageBytes = 10 * 1024 * 1024;

export class Kinesis {
  readonly #streams = new Map<string, Stream>();

  constructor(readonly region = 'us-east-1') {}

  createStream(name: string, shardCount: number, mode: StreamMode, now: EpochMillis): void {
    if (this.#streams.has(name))
      throw new ServiceError('ResourceInUseException', `Stream ${name} under account ${account} already exists.`);
    const arn = `arn:aws:kinesis:${this.region}:${account}:stream/${name}`;
    this.#streams.set(name, new Stream(name, arn, now, shardCount, mode));
  }

  deleteStream(name: string): void {
    this.#streams.delete(this.stream(name).name);
  }

  stream(name: string): Stream {
    const stream = this.#streams.get(name);
    if (stream === undefined)
      throw new ServiceError('ResourceNotFoundException', `Stream ${name} under account ${account} not found.`);
    return stream;
  }

  /** In the order of their names. */
  streams(): readonly Stream[] {
    return [...this.#streams.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  iterator(streamName: string, shardId: string, start: IteratorStart, now: EpochMillis): Iterator {
    const stream = this.stream(streamName);
    const shard = stream.shard(shardId);
    shard.trim(stream.horizon(now));
    const at = (position: number): Iterator => ({
      stream: streamName,
      streamCreatedAt: stream.createdAt,
      shard: shardId,
      position,
      issuedAt: now,
    });
    switch (start.type) {
      case 'TRIM_HORIZON':
        return at(1);
      case 'LATEST':
        return at(shard.end);
      case 'AT_TIMESTAMP':
        return at(shard.positionAt(start.time));
      case 'AT_SEQUENCE_NUMBER':
      case 'AFTER_SEQUENCE_NUMBER': {
        const counter = shard.counter(start.sequenceNumber);
        if (counter === undefined)
          throw new ServiceError(
            'InvalidArgumentException',
            `StartingSequenceNumber ${start.sequenceNumber} used in GetShardIterator on shard ${shardId} in stream ${streamName} under account ${account} is invalid because it did not come from this stream.`,
          );
        return at(start.type === 'AT_SEQUENCE_NUMBER' ? counter : counter + 1);
      }
    }
  }

  /** The next records of an iterator; `next` is undefined once a closed shard is read to its end. */
  read(iterator: Iterator, limit: number, now: EpochMillis): { slice: Slice; next: Iterator | undefined } {
    if (now - iterator.issuedAt > iteratorLife)
      throw new ServiceError(
        'ExpiredIteratorException',
        `Iterator expired. The iterator was created at time ${new Date(iterator.issuedAt).toUTCString()} while right now it is ${new Date(now).toUTCString()} which is further in the future than the tolerated delay of ${iteratorLife} milliseconds.`,
      );
    const stream = this.stream(iterator.stream);
    if (stream.createdAt !== iterator.streamCreatedAt)
      throw new ServiceError('ResourceNotFoundException', `Stream ${stream.name} has been made anew since.`);
    const shard = stream.shard(iterator.shard);
    shard.trim(stream.horizon(now));
    const slice = shard.read(iterator.position, limit, pageBytes, now);
    const ended = shard.closedAt !== undefined && slice.next >= shard.end;
    return { slice, next: ended ? undefined : { ...iterator, position: slice.next, issuedAt: now } };
  }
}
