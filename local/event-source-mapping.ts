/**
 * What Lambda does between a Kinesis stream and a function: every shard in order, one batch at a time, children after
 * their parents; batches by count, bytes and time; retries, partial batch responses, and a destination for what is
 * given up. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
import type { KinesisStreamEvent } from 'aws-lambda';
import { callJson } from './aws-call.ts';
import { Condition } from './condition.ts';
import { batchSizer, type KinesisRecord, lambdaEvent, type RecordEnvelope } from './kinesis-batch.ts';
import { ShardReader } from './shard-reader.ts';

export interface MappingSettings {
  /** Of Kinesis. */
  readonly endpoint: string;
  readonly streamName: string;
  readonly envelope: RecordEnvelope;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  readonly batchSize: number;
  /** Milliseconds. */
  readonly batchingWindow: number;
  /** -1: without end. */
  readonly retryAttempts: number;
  /** Milliseconds since arrival; -1: without end. */
  readonly recordAge: number;
  readonly reportBatchItemFailures: boolean;
}

/** A batch that will not be delivered any more. */
export interface GivenUp {
  readonly shardId: string;
  readonly records: readonly KinesisRecord[];
  readonly event: KinesisStreamEvent;
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly invokeCount: number;
}

export interface MappingTarget {
  /** The function's answer; rejects where it throws or outruns its timeout. */
  invoke(event: KinesisStreamEvent, shardId: string): Promise<unknown>;
  /** Writes to the on-failure destination. */
  giveUp(batch: GivenUp): Promise<void>;
  problem(message: string): void;
}

/** Since the mapping began. */
export interface MappingProgress {
  batches: number;
  records: number;
  retries: number;
  givenUp: number;
  millisBehind: number;
}

interface ShardDescription {
  readonly ShardId: string;
  readonly ParentShardId?: string | null;
  readonly AdjacentParentShardId?: string | null;
  readonly SequenceNumberRange: { readonly EndingSequenceNumber?: string | null };
}

interface ShardState {
  readonly reader: ShardReader;
  busy: boolean;
  finished: boolean;
}

const firstRetryDelay = 100;
const longestRetryDelay = 10_000;

export class EventSourceMapping {
  readonly progress: MappingProgress = { batches: 0, records: 0, retries: 0, givenUp: 0, millisBehind: 0 };
  private readonly settings: MappingSettings;
  private readonly target: MappingTarget;
  private readonly shards = new Map<string, ShardState>();
  /** Closed before the mapping began, and so not its business. */
  private readonly past = new Set<string>();
  private readonly moved = new Condition();
  private readonly running = new Set<Promise<void>>();
  private listing = 0;
  private stopped = false;
  private readonly sizer: (shardId: string) => ReturnType<typeof batchSizer>;

  constructor(settings: MappingSettings, target: MappingTarget) {
    this.settings = settings;
    this.target = target;
    this.sizer = (shardId) => batchSizer(shardId, settings.envelope, settings.batchSize);
  }

  /** Resolves when the starting position is fixed: what is put from now on is delivered. */
  async start(): Promise<void> {
    const shards = await this.listShards();
    if (this.settings.startingPosition === 'LATEST') {
      const isOpen = (shard: ShardDescription) => (shard.SequenceNumberRange.EndingSequenceNumber ?? null) === null;
      for (const shard of shards) if (!isOpen(shard)) this.past.add(shard.ShardId);
      const open = shards.filter(isOpen);
      const readers = open.map((shard) => this.reader(shard.ShardId, 'LATEST'));
      await Promise.all(readers.map((reader) => reader.open()));
      for (const reader of readers) this.begin(reader);
    } else {
      this.beginReady(shards);
    }
  }

  /** Resolves when everything that was put before the call has been delivered. */
  async waitUntilRead(): Promise<void> {
    const wanted = new Map<ShardState, number>();
    for (;;) {
      const pending = [...this.shards.values()].filter((shard) => {
        if (shard.finished) return false;
        const tick = wanted.get(shard) ?? shard.reader.seekTip();
        wanted.set(shard, tick);
        return shard.busy || shard.reader.size > 0 || shard.reader.tipAt < tick;
      });
      if ((pending.length === 0 && this.listing === 0) || this.stopped) return;
      await this.moved.wait();
    }
  }

  /** Resolves when the last invocation has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const { reader } of this.shards.values()) reader.stop();
    this.moved.notify();
    await Promise.all(this.running);
  }

  private async listShards(): Promise<readonly ShardDescription[]> {
    const { endpoint, streamName } = this.settings;
    const shards: ShardDescription[] = [];
    let body: object = { StreamName: streamName };
    for (;;) {
      const answer = (await callJson(endpoint, 'Kinesis_20131202', 'ListShards', body)) as {
        readonly Shards: readonly ShardDescription[];
        readonly NextToken?: string | null;
      };
      shards.push(...answer.Shards);
      if (answer.NextToken === undefined || answer.NextToken === null) return shards;
      body = { NextToken: answer.NextToken };
    }
  }

  /** Begins the shards whose parents are read to their end, or gone. */
  private beginReady(shards: readonly ShardDescription[]): void {
    const listed = new Set(shards.map(({ ShardId }) => ShardId));
    const read = (parent: string | null | undefined): boolean =>
      parent === undefined ||
      parent === null ||
      this.past.has(parent) ||
      (this.shards.get(parent)?.finished ?? !listed.has(parent));
    for (const shard of shards) {
      const known = this.shards.has(shard.ShardId) || this.past.has(shard.ShardId);
      if (!known && read(shard.ParentShardId) && read(shard.AdjacentParentShardId)) {
        this.begin(this.reader(shard.ShardId, 'TRIM_HORIZON'));
      }
    }
  }

  private reader(shardId: string, startingPosition: 'LATEST' | 'TRIM_HORIZON'): ShardReader {
    const { endpoint, streamName } = this.settings;
    return new ShardReader({
      endpoint,
      streamName,
      shardId,
      startingPosition,
      problem: (message) => {
        this.target.problem(message);
      },
    });
  }

  private begin(reader: ShardReader): void {
    const shard: ShardState = { reader, busy: false, finished: false };
    this.shards.set(reader.shardId, shard);
    const loops = Promise.all([reader.run(), this.deliverAll(shard)]).then(
      () => undefined,
      (error: unknown) => {
        this.target.problem(`${reader.shardId} stopped: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
    this.running.add(loops);
  }

  private async deliverAll(shard: ShardState): Promise<void> {
    const { reader } = shard;
    const fits = this.sizer(reader.shardId);
    let since: number | undefined;
    while (!this.stopped) {
      if (reader.size === 0) {
        since = undefined;
        if (reader.ended) break;
        this.moved.notify();
        await reader.changed.wait();
        continue;
      }
      const { records, start } = reader.waiting();
      const count = fits(records, start);
      since ??= performance.now();
      const left = since + this.settings.batchingWindow - performance.now();
      const full = count >= this.settings.batchSize || count < reader.size;
      if (!full && !reader.ended && left > 0) {
        await reader.changed.wait(left);
        continue;
      }
      shard.busy = true;
      await this.deliver(reader, reader.take(count));
      shard.busy = false;
      since = undefined;
      this.moved.notify();
    }
    if (this.stopped) return;
    this.listing += 1;
    shard.finished = true;
    // Children appear with their parent's end.
    this.beginReady(await this.listShards());
    this.listing -= 1;
    this.moved.notify();
  }

  /** Delivers a batch until all of it is done or given up. */
  private async deliver(reader: ShardReader, batch: readonly KinesisRecord[]): Promise<void> {
    const { shardId } = reader;
    let rest = batch;
    let failures = 0;
    let delay = firstRetryDelay;
    let invokeCount = 0;
    while (rest.length > 0 && !this.stopped) {
      rest = await this.giveUpAged(shardId, rest, invokeCount);
      if (rest.length === 0) return;
      invokeCount += 1;
      const done = await this.invoke(shardId, rest);
      this.count(reader, rest, done);
      if (done === rest.length) return;
      // Who gets on is not failing: it may have run out of time.
      rest = rest.slice(done);
      this.progress.retries += 1;
      failures = done > 0 ? 0 : failures + 1;
      if (done > 0) {
        delay = firstRetryDelay;
        continue;
      }
      if (this.settings.retryAttempts >= 0 && failures > this.settings.retryAttempts) {
        await this.giveUp(shardId, rest, 'RetryAttemptsExhausted', invokeCount);
        return;
      }
      await this.stoppedAfter(delay);
      delay = Math.min(2 * delay, longestRetryDelay);
    }
  }

  private count(reader: ShardReader, rest: readonly KinesisRecord[], done: number): void {
    this.progress.batches += 1;
    this.progress.records += done;
    const last = rest[done - 1];
    // The age of the last record, as Lambda's iterator age, where the shard still has more.
    const behind = last === undefined ? 0 : Date.now() - last.ApproximateArrivalTimestamp * 1000;
    this.progress.millisBehind = reader.size > 0 || done < rest.length ? behind : reader.millisBehind;
    this.moved.notify();
  }

  /** How many records, from the first on, the function has done. */
  private async invoke(shardId: string, records: readonly KinesisRecord[]): Promise<number> {
    try {
      const answer = await this.target.invoke(lambdaEvent(records, shardId, this.settings.envelope), shardId);
      return this.settings.reportBatchItemFailures ? doneBefore(answer, records) : records.length;
    } catch (error) {
      if (!this.stopped) this.target.problem(error instanceof Error ? error.message : String(error));
      return 0;
    }
  }

  private async giveUpAged(
    shardId: string,
    records: readonly KinesisRecord[],
    invokeCount: number,
  ): Promise<readonly KinesisRecord[]> {
    const { recordAge } = this.settings;
    if (recordAge < 0) return records;
    const oldest = (Date.now() - recordAge) / 1000;
    const kept = records.findIndex((record) => record.ApproximateArrivalTimestamp >= oldest);
    if (kept === 0) return records;
    const aged = kept < 0 ? records.length : kept;
    await this.giveUp(shardId, records.slice(0, aged), 'RecordAgeExceeded', invokeCount);
    return records.slice(aged);
  }

  private async giveUp(
    shardId: string,
    records: readonly KinesisRecord[],
    condition: GivenUp['condition'],
    invokeCount: number,
  ): Promise<void> {
    const event = lambdaEvent(records, shardId, this.settings.envelope);
    for (let delay = firstRetryDelay; !this.stopped; delay = Math.min(2 * delay, longestRetryDelay)) {
      try {
        await this.target.giveUp({ shardId, records, event, condition, invokeCount });
        break;
      } catch (error) {
        this.target.problem(`on-failure destination: ${error instanceof Error ? error.message : String(error)}`);
        await this.stoppedAfter(delay);
      }
    }
    this.progress.givenUp += records.length;
    this.progress.records += records.length;
    this.moved.notify();
  }

  /** Sleeps, but not longer than the mapping runs. */
  private async stoppedAfter(delay: number): Promise<void> {
    const end = performance.now() + delay;
    while (!this.stopped) {
      const left = end - performance.now();
      if (left <= 0) return;
      await this.moved.wait(left);
    }
  }
}

/** Up to where a partial batch response says that a batch is done; anything that is no such response fails it all. */
function doneBefore(answer: unknown, records: readonly KinesisRecord[]): number {
  if (answer === null || answer === undefined) return records.length;
  const failures = (answer as { readonly batchItemFailures?: unknown }).batchItemFailures;
  if (failures === null || failures === undefined) return records.length;
  if (!Array.isArray(failures)) return 0;
  if (failures.length === 0) return records.length;
  const positions = new Map(records.map((record, index) => [record.SequenceNumber, index]));
  return failures.reduce<number>((lowest, failure: unknown) => {
    const identifier = (failure as { readonly itemIdentifier?: unknown } | null)?.itemIdentifier;
    const position = typeof identifier === 'string' ? positions.get(identifier) : undefined;
    return Math.min(lowest, position ?? 0);
  }, records.length);
}
