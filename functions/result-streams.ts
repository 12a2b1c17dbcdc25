/** Results as they are put into Kinesis. */
import type { offerRecords, putRecords } from '../adapters/kinesis.ts';
import type { Wait } from '../adapters/patience.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import type { StreamPort, StreamRecord } from '../engine/protocol/result-publisher.ts';

type Client = Parameters<typeof putRecords>[0];

/** What a client and its `putRecords` do for the engine; `nameOf` answers the name in Kinesis of a stream of the pipeline file. */
export function streamPut(
  put: typeof putRecords,
  client: Client,
  nameOf: (stream: string) => string,
  wait?: Wait,
): StreamPort['put'] {
  return (stream, records) => put(client, nameOf(stream), records.map(bytesOf), wait);
}

/** Offers records to a stream of the pipeline, as `offerRecords` does. */
export type Offer = (stream: string, records: readonly StreamRecord[]) => ReturnType<typeof offerRecords>;

export function streamOffer(offer: typeof offerRecords, client: Client, nameOf: (stream: string) => string): Offer {
  return (stream, records) => offer(client, nameOf(stream), records.map(bytesOf));
}

/** A stream that did not answer is not asked for so long: each time may take as long as a batch has. */
const silentFor = 50_000;

/**
 * Answers the revisions that are not in their stream. That is no reason to fail, nor to wait: they stay pending, and
 * `advance-time` puts them.
 */
export function revisionPut(
  offer: () => Promise<Offer>,
  problem: (text: string) => void,
  now: () => number,
): NonNullable<Ports['putRevisions']> {
  const silentSince = new Map<string, number>();
  return async (stream, records) => {
    const refused = new Set(records);
    if (now() - (silentSince.get(stream) ?? Number.NEGATIVE_INFINITY) < silentFor) return refused;
    const reasons: (string | undefined)[] = [];
    let reason: unknown;
    try {
      for await (const some of (await offer())(stream, records)) reasons.push(...some);
      reason = reasons.find((one) => one !== undefined);
    } catch (cause) {
      silentSince.set(stream, now());
      reason = cause;
    }
    for (const [at, one] of records.slice(0, reasons.length).entries())
      if (reasons[at] === undefined) refused.delete(one);
    if (refused.size > 0) problem(`${refused.size} results of ${stream} wait to be told: ${String(reason)}`);
    return refused;
  };
}

function bytesOf({ data, ...place }: StreamRecord) {
  return { ...place, data: Buffer.from(data) };
}
