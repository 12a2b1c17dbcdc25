/** Kinesis as the adapter's client reaches it, and as producers and the event source mapping do. */
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import type { EpochMillis } from '../../engine/time.ts';
import { Kinesis } from '../../local/kinesis/kinesis.ts';
import { kinesisService } from '../../local/kinesis/kinesis-service.ts';
import type { Input } from '../../local/wire/input.ts';
import type { Sandbox } from './sandbox.ts';
import type { Schedule } from './schedule.ts';

export class Streams {
  readonly kinesis = new Kinesis();
  readonly #operations = kinesisService(this.kinesis).operations;
  readonly #schedule: Schedule;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
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
      throw new Error('the simulated Kinesis does not know this command');
    };
    return { send } as unknown as KinesisClient;
  }

  #operate(name: string, input: object): unknown {
    return this.#operations[name]?.(input as Input, this.#schedule.now as EpochMillis);
  }
}
