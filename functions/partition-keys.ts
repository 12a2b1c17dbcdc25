/** A stream whose records ignore their partition keys spreads every key over all shards: Weir does not run on one. */
import type { ShardPort } from '../engine/protocol/advance-time.ts';

/** Whether a stream, by its name in Kinesis, puts records on any shard; throws, at the signal too, where it cannot say. */
export type IgnoresKeys = (streamName: string, signal?: AbortSignal) => Promise<boolean>;

/** What is wrong with a stream of the pipeline file; undefined where its records keep to their partition keys. */
export async function keysFault(
  stream: string,
  streamName: string,
  ignoresKeys: IgnoresKeys,
): Promise<string | undefined> {
  return (await ignoresKeys(streamName))
    ? `the stream ${stream}, ${streamName} in Kinesis, ignores partition keys: its RecordDistributionStrategy is AUTO, must be USER_PARTITION_KEY`
    : undefined;
}

/** Throws, when it is asked for the shards of a stream, where that is one of those; see docs/runbook.md. */
export function keyedOnly(shards: ShardPort, nameOf: (stream: string) => string, ignoresKeys: IgnoresKeys): ShardPort {
  return {
    ...shards,
    shards: async (stream) => {
      const fault = await keysFault(stream, nameOf(stream), ignoresKeys);
      if (fault !== undefined) throw new Error(`time stands still: ${fault}`);
      return shards.shards(stream);
    },
  };
}
