/** A stream whose records ignore their partition keys spreads every key over all shards: Weir does not run on one. */
import type { ShardPort } from '../engine/protocol/advance-time.ts';

/** Throws, when it is asked for the shards of a stream, where `ignoresKeys` says that it is one of those. */
export function keyedOnly(shards: ShardPort, ignoresKeys: (stream: string) => Promise<boolean>): ShardPort {
  return {
    ...shards,
    shards: async (stream) => {
      if (await ignoresKeys(stream)) {
        throw new Error(
          `the stream ${stream} ignores partition keys (RecordDistributionStrategy AUTO): time stands still until it is set back, see docs/runbook.md`,
        );
      }
      return shards.shards(stream);
    },
  };
}
