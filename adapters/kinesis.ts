/** Kinesis: its client, and putting records. */
import { KinesisClient, PutRecordsCommand, type PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { maxAttempts, timeouts } from './client-options.ts';
import { backOff, type Wait, waitWithJitter } from './patience.ts';

const recordsPerCall = 500;
const bytesPerCall = 5 * 1024 * 1024;

export interface NewRecord {
  readonly partitionKey: string;
  /** The hash key of the shard that it is for; absent: that of the partition key. */
  readonly hashKey?: string;
  readonly data: Uint8Array;
}

/** Over HTTP/1.1: the default of this client is HTTP/2, which plain http:// endpoints do not speak. */
export function kinesisClient(attempts = maxAttempts): KinesisClient {
  return new KinesisClient({ maxAttempts: attempts, requestHandler: new NodeHttpHandler(timeouts) });
}

/**
 * Puts records in their order, one call after the other. Entries that a call refuses are sent again, in their order,
 * before anything that comes after them.
 */
export async function putRecords(
  client: KinesisClient,
  streamName: string,
  records: readonly NewRecord[],
  wait: Wait = waitWithJitter,
): Promise<void> {
  for (const call of calls(records)) {
    let rest = call;
    for (let attempt = 1; rest.length > 0; attempt += 1) {
      const reasons = await put(client, streamName, rest);
      rest = rest.filter((_, index) => reasons[index] !== undefined);
      const reason = reasons.find((one) => one !== undefined);
      if (rest.length > 0) await backOff(attempt, `putting into ${streamName}: ${reason ?? ''}`, wait);
    }
  }
}

/**
 * Puts records, none of them a second time, and answers call by call, for each record of the call in their order, why it
 * was refused; undefined where it was not.
 */
export async function* offerRecords(
  client: KinesisClient,
  streamName: string,
  records: readonly NewRecord[],
): AsyncGenerator<readonly (string | undefined)[]> {
  for (const call of calls(records)) yield put(client, streamName, call);
}

async function put(
  client: KinesisClient,
  streamName: string,
  call: PutRecordsRequestEntry[],
): Promise<(string | undefined)[]> {
  const { Records: entries = [] } = await client.send(new PutRecordsCommand({ StreamName: streamName, Records: call }));
  return call.map((_, index) => entries[index]?.ErrorCode);
}

/** The records cut into calls within Kinesis' limits. */
function calls(records: readonly NewRecord[]): PutRecordsRequestEntry[][] {
  const result: PutRecordsRequestEntry[][] = [];
  let bytes = 0;
  for (const { partitionKey, hashKey, data } of records) {
    const size = data.byteLength + Buffer.byteLength(partitionKey);
    const last = result.at(-1);
    const entry = {
      PartitionKey: partitionKey,
      Data: data,
      ...(hashKey !== undefined && { ExplicitHashKey: hashKey }),
    };
    if (last === undefined || last.length === recordsPerCall || bytes + size > bytesPerCall) {
      result.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return result;
}
