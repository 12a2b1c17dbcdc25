import { AwsCallError, callJson } from './aws-call.ts';
import { Condition } from './condition.ts';
import type { KinesisRecord } from './kinesis-batch.ts';

/** How long a shard that has nothing is left alone, in milliseconds. */
const idlePoll = 200;
const retryDelay = 500;
/** Records read ahead of the function before reading stops. */
const readAhead = 20_000;

interface GetRecordsAnswer {
  readonly Records: readonly KinesisRecord[];
  readonly NextShardIterator?: string | null;
  readonly MillisBehindLatest?: number;
}

export interface ShardReaderOptions {
  readonly endpoint: string;
  readonly streamName: string;
  readonly shardId: string;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  /** Called with what keeps the shard from being read; reading goes on trying. */
  problem(message: string): void;
}

/** Reads one shard in order, ahead of whoever takes the records. */
export class ShardReader {
  readonly shardId: string;
  /** Notified when there is more to take, or nothing more will come. */
  readonly changed = new Condition();
  /** True once the shard was closed and all of it has been read. */
  ended = false;
  millisBehind = 0;
  /** The reading `tick` of the newest question that found the shard's tip, at its beginning. */
  tipAt = -1;
  private readonly options: ShardReaderOptions;
  private readonly roomy = new Condition();
  private queue: KinesisRecord[] = [];
  private head = 0;
  private iterator: string | null | undefined;
  private lastRead: string | undefined;
  private stopped = false;
  private tick = 0;

  constructor(options: ShardReaderOptions) {
    this.options = options;
    this.shardId = options.shardId;
  }

  /** Fixes the position that reading starts from. */
  async open(): Promise<void> {
    this.iterator = await this.getIterator({ ShardIteratorType: this.options.startingPosition });
  }

  /** What waits to be taken begins at `start` of `records`. */
  waiting(): { readonly records: readonly KinesisRecord[]; readonly start: number } {
    return { records: this.queue, start: this.head };
  }

  get size(): number {
    return this.queue.length - this.head;
  }

  take(count: number): readonly KinesisRecord[] {
    const taken = this.queue.slice(this.head, this.head + count);
    this.head += count;
    if (this.head === this.queue.length) {
      this.queue = [];
      this.head = 0;
    } else if (this.head > readAhead) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    this.roomy.notify();
    return taken;
  }

  /** Asks for the tip now; `tipAt` is at least the number returned once it was found. */
  seekTip(): number {
    this.tick += 1;
    this.roomy.notify();
    return this.tick;
  }

  stop(): void {
    this.stopped = true;
    this.roomy.notify();
    this.changed.notify();
  }

  async run(): Promise<void> {
    if (this.iterator === undefined) await this.open();
    while (!this.stopped && this.iterator !== null && this.iterator !== undefined) {
      if (this.size >= readAhead) {
        await this.roomy.wait();
        continue;
      }
      const { tick } = this;
      const answer = await this.getRecords(this.iterator);
      if (answer === undefined) continue;
      this.iterator = answer.NextShardIterator ?? null;
      this.millisBehind = answer.MillisBehindLatest ?? 0;
      const last = answer.Records.at(-1);
      if (last !== undefined) {
        this.lastRead = last.SequenceNumber;
        this.queue = this.size === 0 ? [...answer.Records] : this.queue.concat(answer.Records);
        if (this.queue.length === answer.Records.length) this.head = 0;
      } else if (this.millisBehind === 0) {
        this.tipAt = tick;
      }
      this.changed.notify();
      if (last === undefined && this.iterator !== null && this.tick === tick) await this.roomy.wait(idlePoll);
    }
    this.ended = !this.stopped;
    this.changed.notify();
  }

  /** Undefined where the question has to be asked again. */
  private async getRecords(iterator: string): Promise<GetRecordsAnswer | undefined> {
    const { endpoint } = this.options;
    try {
      const body = { ShardIterator: iterator, Limit: 10_000 };
      return (await callJson(endpoint, 'Kinesis_20131202', 'GetRecords', body)) as GetRecordsAnswer;
    } catch (error) {
      if (this.stopped) return undefined;
      if (error instanceof AwsCallError && error.code === 'ExpiredIteratorException') {
        await this.reopen();
      } else {
        this.options.problem(`cannot read ${this.shardId}: ${error instanceof Error ? error.message : String(error)}`);
        await this.roomy.wait(retryDelay);
      }
      return undefined;
    }
  }

  /** An iterator lasts five minutes: a slow function outlives it. */
  private async reopen(): Promise<void> {
    const after = this.lastRead;
    this.iterator = await this.getIterator(
      after === undefined
        ? { ShardIteratorType: this.options.startingPosition }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after },
    );
  }

  private async getIterator(position: object): Promise<string> {
    const { endpoint, streamName, shardId } = this.options;
    const body = { StreamName: streamName, ShardId: shardId, ...position };
    const answer = await callJson(endpoint, 'Kinesis_20131202', 'GetShardIterator', body);
    return (answer as { ShardIterator: string }).ShardIterator;
  }
}
