/** Results as they are put into Kinesis. */
import type { putRecords } from '../adapters/kinesis.ts';
import type { Wait } from '../adapters/patience.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import type { StreamPort } from '../engine/protocol/result-publisher.ts';

/** What a client and its `putRecords` do for the engine; `nameOf` answers the name in Kinesis of a stream of the pipeline file. */
export function streamPut(
  put: typeof putRecords,
  client: Parameters<typeof putRecords>[0],
  nameOf: (stream: string) => string,
  wait?: Wait,
): StreamPort['put'] {
  return (stream, records) =>
    put(
      client,
      nameOf(stream),
      records.map(({ data, ...place }) => ({ ...place, data: Buffer.from(data) })),
      wait,
    );
}

/** Says whether revisions were put. What was not is no reason to fail: it stays pending, and `advance-time` puts it. */
export function revisionPut(
  put: StreamPort['put'],
  problem: (text: string) => void,
): NonNullable<Ports['putRevisions']> {
  return async (stream, records) => {
    try {
      await put(stream, records);
      return true;
    } catch (cause) {
      problem(`${records.length} results of ${stream} wait to be told: ${String(cause)}`);
      return false;
    }
  };
}
