/** A process that reads the shards of one stream as the local run does, and does nothing with what it gets. */
import { callJson } from '../local/aws-call.ts';
import { ShardReader } from '../local/shard-reader.ts';

/** What the parent sends first. */
export interface SinkRequest {
  readonly endpoint: string;
  readonly streamName: string;
}

/** How many records have been read so far. */
export type SinkReport = number;

const reportInterval = 10;

async function drain({ endpoint, streamName }: SinkRequest): Promise<void> {
  const { Shards } = (await callJson(endpoint, 'Kinesis_20131202', 'ListShards', { StreamName: streamName })) as {
    readonly Shards: readonly { readonly ShardId: string }[];
  };
  let read = 0;
  let told = -1;
  for (const { ShardId: shardId } of Shards) {
    const problem = (message: string): void => {
      throw new Error(message);
    };
    const reader = new ShardReader({ endpoint, streamName, shardId, startingPosition: 'TRIM_HORIZON', problem });
    void reader.run();
    void (async () => {
      for (;;) {
        await reader.changed.wait();
        // Taking makes the reader ask again at once: not where there is nothing.
        if (reader.size > 0) read += reader.take(reader.size).length;
      }
    })();
  }
  setInterval(() => {
    if (read === told) return;
    told = read;
    process.send?.(read satisfies SinkReport);
  }, reportInterval);
}

process.once('disconnect', () => process.exit(0));
process.once('message', (request: SinkRequest) => void drain(request));
