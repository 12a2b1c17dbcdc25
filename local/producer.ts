import { callJson } from './aws-call.ts';

/** PutRecords takes 500 records and 10 MiB. */
const maxRecords = 500;
const maxBytes = 8 * 1024 * 1024;

interface Pending {
  records: string[];
  bytes: number;
  /** The calls so far: one at a time, so that a shard keeps the order in which its events were put. */
  sent: Promise<void>;
  waiting: number;
}

/** Puts events into Kinesis in the order given, in calls as large as may be. */
export class Producer {
  /** Events that Kinesis has accepted. */
  accepted = 0;
  private readonly endpoint: string;
  private readonly streams: ReadonlyMap<string, string>;
  private readonly pending = new Map<string, Pending>();

  /** `streams`: the name in the pipeline file to the name in Kinesis. */
  constructor(endpoint: string, streams: ReadonlyMap<string, string>) {
    this.endpoint = endpoint;
    this.streams = streams;
  }

  /** Puts an event, given as JSON, sooner or later; resolves when the next may come. */
  async put(stream: string, partitionKey: string, json: string): Promise<void> {
    const pending = this.of(stream);
    const data = Buffer.from(json).toString('base64');
    pending.records.push(`{"Data":"${data}","PartitionKey":${JSON.stringify(partitionKey)}}`);
    pending.bytes += data.length;
    if (pending.records.length < maxRecords && pending.bytes < maxBytes) return;
    this.send(stream, pending);
    // One call on its way and one made ready.
    if (pending.waiting > 1) await pending.sent;
  }

  /** Resolves when all that was put has been accepted. */
  async flush(): Promise<void> {
    for (const [stream, pending] of this.pending) if (pending.records.length > 0) this.send(stream, pending);
    await Promise.all([...this.pending.values()].map(({ sent }) => sent));
  }

  private of(stream: string): Pending {
    let pending = this.pending.get(stream);
    if (pending === undefined) {
      pending = { records: [], bytes: 0, sent: Promise.resolve(), waiting: 0 };
      this.pending.set(stream, pending);
    }
    return pending;
  }

  private send(stream: string, pending: Pending): void {
    const { records } = pending;
    pending.records = [];
    pending.bytes = 0;
    pending.waiting += 1;
    pending.sent = pending.sent.then(async () => {
      await this.putRecords(stream, records);
      pending.waiting -= 1;
    });
    // Whoever puts or flushes next gets the error; until then nobody may be listening.
    pending.sent.catch(() => undefined);
  }

  private async putRecords(stream: string, records: readonly string[]): Promise<void> {
    const name = this.streams.get(stream);
    if (name === undefined) throw new Error(`the pipeline has no stream ${JSON.stringify(stream)}`);
    const body = `{"StreamName":${JSON.stringify(name)},"Records":[${records.join(',')}]}`;
    const answer = (await callJson(this.endpoint, 'Kinesis_20131202', 'PutRecords', body)) as {
      readonly FailedRecordCount: number;
      readonly Records: readonly { readonly ErrorCode?: string }[];
    };
    this.accepted += records.length - answer.FailedRecordCount;
    if (answer.FailedRecordCount === 0) return;
    await this.putRecords(
      stream,
      records.filter((_record, index) => answer.Records[index]?.ErrorCode !== undefined),
    );
  }
}
