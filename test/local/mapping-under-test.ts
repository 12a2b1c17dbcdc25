/** An event source mapping between an embedded Kinesis, in the test's own process, and a function that records. */
import type { KinesisStreamEvent } from 'aws-lambda';
import { callJson } from '../../local/aws-call.ts';
import { EventSourceMapping, type GivenUp, type MappingSettings } from '../../local/event-source-mapping.ts';
import { Kinesis } from '../../local/kinesis/kinesis.ts';
import { kinesisService } from '../../local/kinesis/kinesis-service.ts';
import { createJsonServer } from '../../local/wire/json-service.ts';
import { close, listen } from './listening.ts';

export interface Delivery {
  readonly shardId: string;
  readonly texts: readonly string[];
  readonly event: KinesisStreamEvent;
}

const server = createJsonServer(kinesisService(new Kinesis()));
let endpoint = '';
let streams = 0;

beforeAll(async () => {
  endpoint = await listen(server);
});

afterAll(() => close(server));

/** What a function answers to a delivery: a value, a failure, or one after the other. */
export type Answer = (delivery: Delivery, invocation: number) => unknown;

const envelope = { streamArn: 'arn:stream', roleArn: 'arn:role', region: 'us-east-1' };

export function kinesis(operation: string, body: object): Promise<unknown> {
  return callJson(endpoint, 'Kinesis_20131202', operation, body);
}

export class MappingUnderTest {
  readonly stream: string;
  readonly deliveries: Delivery[] = [];
  readonly givenUp: GivenUp[] = [];
  readonly problems: string[] = [];
  mapping: EventSourceMapping | undefined;

  constructor() {
    streams += 1;
    this.stream = `s${streams}`;
  }

  async create(shards = 1): Promise<void> {
    await kinesis('CreateStream', { StreamName: this.stream, ShardCount: shards });
  }

  async start(answer: Answer, settings: Partial<MappingSettings> = {}): Promise<EventSourceMapping> {
    this.mapping = new EventSourceMapping(
      {
        endpoint,
        streamName: this.stream,
        envelope,
        startingPosition: 'TRIM_HORIZON',
        batchSize: 100,
        batchingWindow: 0,
        retryAttempts: -1,
        recordAge: -1,
        reportBatchItemFailures: true,
        ...settings,
      },
      {
        invoke: async (event, shardId) => {
          const texts = event.Records.map((record) => Buffer.from(record.kinesis.data, 'base64').toString());
          const delivery = { shardId, texts, event };
          this.deliveries.push(delivery);
          return answer(delivery, this.deliveries.length);
        },
        giveUp: async (batch) => {
          this.givenUp.push(batch);
        },
        problem: (message) => this.problems.push(message),
      },
    );
    await this.mapping.start();
    return this.mapping;
  }

  async put(texts: readonly string[], key = 'k'): Promise<void> {
    for (let from = 0; from < texts.length; from += 500) {
      const Records = texts
        .slice(from, from + 500)
        .map((text) => ({ Data: Buffer.from(text).toString('base64'), PartitionKey: key }));
      await kinesis('PutRecords', { StreamName: this.stream, Records });
    }
  }

  texts(): readonly (readonly string[])[] {
    return this.deliveries.map((delivery) => delivery.texts);
  }
}

/** A partial batch response that names the records with these texts. */
export function failing(delivery: Delivery, ...texts: readonly string[]): unknown {
  return {
    batchItemFailures: delivery.event.Records.flatMap((record, index) =>
      texts.includes(delivery.texts[index] ?? '') ? [{ itemIdentifier: record.kinesis.sequenceNumber }] : [],
    ),
  };
}

export function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}
