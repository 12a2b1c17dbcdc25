/** An embedded Kinesis for the tests of a file, on a clock that the test moves, and an SDK client for it. */
import type { Server } from 'node:http';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Kinesis } from '../../../local/kinesis/kinesis.ts';
import { kinesisService } from '../../../local/kinesis/kinesis-service.ts';
import { createJsonServer } from '../../../local/wire/json-service.ts';
import { close, credentials, listen } from '../listening.ts';

export const start = Date.UTC(2026, 0, 1);

export class StreamUnderTest {
  client!: KinesisClient;
  endpoint = '';
  name = '';
  now = start;

  async create(shards: number): Promise<void> {
    await this.client.send(new CreateStreamCommand({ StreamName: this.name, ShardCount: shards }));
  }

  async iterator(shard: string, how: Partial<GetShardIteratorCommandInput>): Promise<string> {
    const type = { ShardIteratorType: 'TRIM_HORIZON' as const, ...how };
    const answer = await this.client.send(
      new GetShardIteratorCommand({ StreamName: this.name, ShardId: shard, ...type }),
    );
    return answer.ShardIterator!;
  }

  async read(
    shard: string,
    how: Partial<GetShardIteratorCommandInput> = {},
    Limit?: number,
  ): Promise<GetRecordsCommandOutput> {
    const ShardIterator = await this.iterator(shard, how);
    return this.client.send(new GetRecordsCommand({ ShardIterator, ...(Limit !== undefined && { Limit }) }));
  }

  async texts(shard: string, how: Partial<GetShardIteratorCommandInput> = {}): Promise<string[]> {
    return ((await this.read(shard, how)).Records ?? []).map((record) => Buffer.from(record.Data!).toString());
  }
}

/** To be called once in a file; every test has a stream name of its own. */
export function streamUnderTest(): StreamUnderTest {
  const stream = new StreamUnderTest();
  let server: Server;
  let streams = 0;
  beforeAll(async () => {
    server = createJsonServer(kinesisService(new Kinesis()), () => stream.now);
    const requestHandler = new NodeHttpHandler();
    stream.endpoint = await listen(server);
    const { endpoint } = stream;
    stream.client = new KinesisClient({ endpoint, region: 'us-east-1', credentials, requestHandler });
  });
  beforeEach(() => {
    streams += 1;
    stream.name = `stream-${streams}`;
    stream.now = start;
  });
  afterAll(async () => {
    stream.client.destroy();
    await close(server);
  });
  return stream;
}

export const shard = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;
