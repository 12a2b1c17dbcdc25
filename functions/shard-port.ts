/** Kinesis as advance-time asks it about shards, and puts results into it. */
import { putRecords } from '../adapters/kinesis.ts';
import { listShards, tip } from '../adapters/kinesis-shards.ts';
import type { Wait } from '../adapters/patience.ts';
import type { ShardPort } from '../engine/protocol/advance-time.ts';
import { streamPut } from './result-streams.ts';

/** `nameOf` answers the name in Kinesis of a stream of the pipeline file. */
export function shardPort(
  client: Parameters<typeof listShards>[0],
  nameOf: (stream: string) => string,
  wait?: Wait,
): Required<ShardPort> {
  return {
    shards: (stream) => listShards(client, nameOf(stream)),
    atTip: (stream, shard, after) => tip(client, nameOf(stream), shard, after),
    put: streamPut(putRecords, client, nameOf, wait),
  };
}
