/** Kinesis as the adapter's client reaches it, and as producers and the event source mapping do. */
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import type { EpochMillis } from '../../engine/time.ts';
import { Kinesis } from '../../local/kinesis/kinesis.ts';
import { kinesisService } from '../../local/kinesis/kinesis-service.ts';
import type { Input } from '../../local/wire/input.ts';
import type { Told } from './outlets.ts';
import type { Sandbox } from './sandbox.ts';
import type { Schedule } from './schedule.ts';

export class Streams {
  readonly kinesis = new Kinesis();
  readonly #operations = kinesisService(this.kinesis).operations;
  readonly #schedule: Schedule;
  readonly #changed: () => void;
  readonly #witness: (told: Told) => void;
  /** Revisions of results, as often as they were put. */
  readonly revisions: Told[] = [];
  /** What functions put, in base64, by `<stream> <sequence number>`. */
  readonly results = new Map<string, string>();

  /** `changed` is told when a function has put something, and `witness` which revisions of results that were. */
  constructor(schedule: Schedule, changed: () => void, witness: (told: Told) => void) {
    this.#schedule = schedule;
    this.#changed = changed;
    this.#witness = witness;
  }

  client(sandbox: Sandbox): KinesisClient {
    const send = (command: unknown): Promise<unknown> => {
      if (command instanceof ListShardsCommand)
        return sandbox.call({
          operation: 'list shards',
          perform: (some) => this.#operate('ListShards', { ...command.input, ...(some && { MaxResults: 1 }) }),
        });
      if (command instanceof GetShardIteratorCommand)
        return sandbox.call({
          operation: 'get iterator',
          perform: (some) => {
            if (some) throw Object.assign(new Error('simulated'), { name: 'ProvisionedThroughputExceededException' });
            return this.#operate('GetShardIterator', command.input);
          },
        });
      if (command instanceof GetRecordsCommand)
        return sandbox.call({
          operation: 'get records',
          perform: (some) => {
            const answer = JSON.parse(String(this.#operate('GetRecords', command.input))) as object;
            // A page without records does not say that none come.
            const { ShardIterator } = command.input;
            return some ? { Records: [], MillisBehindLatest: 5000, NextShardIterator: ShardIterator } : answer;
          },
        });
      if (command instanceof PutRecordsCommand)
        return sandbox.call({ operation: 'put records', perform: (some) => this.#put(command.input, some) });
      throw new Error('the simulated Kinesis does not know this command');
    };
    return { send } as unknown as KinesisClient;
  }

  /** Of some records it may refuse one. */
  #put({ StreamName: stream = '', Records: records = [] }: PutRecordsCommand['input'], some: boolean): unknown {
    const refused = some ? records.length - 1 : -1;
    const answers = records.map(({ PartitionKey: key = '', ExplicitHashKey: hash, Data: data = [] }, at) => {
      if (at === refused) return { ErrorCode: 'ProvisionedThroughputExceededException' };
      const now = this.#schedule.now as EpochMillis;
      this.#noteRevision(Buffer.from(data).toString());
      const text = Buffer.from(data).toString('base64');
      const { sequenceNumber } = this.kinesis.stream(stream).put(key, text, hash, now);
      this.results.set(`${stream} ${sequenceNumber}`, text);
      return { SequenceNumber: sequenceNumber };
    });
    this.#changed();
    return { Records: answers };
  }

  #noteRevision(json: string): void {
    const { id, revision, status } = JSON.parse(json) as Partial<Told>;
    // Final results and watermarks have none.
    if (id === undefined || revision === undefined || status === undefined) return;
    const told = { id, revision, status, json };
    this.revisions.push(told);
    this.#witness(told);
  }

  #operate(name: string, input: object): unknown {
    return this.#operations[name]?.(input as Input, this.#schedule.now as EpochMillis);
  }
}
