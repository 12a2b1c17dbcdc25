import { CustomResource, Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type IStream, Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Function as LambdaFunction, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { createHash } from 'node:crypto';
import { grantGivenUp } from './dead-letter-bucket.ts';
import type { StreamSettings } from './pipeline-props.ts';

/** What reads one stream. */
export interface StreamFunction {
  readonly handler: LambdaFunction;
  readonly source: KinesisEventSource;
}

/** How long a stream keeps a record. */
export function retentionOf({ retention }: StreamSettings): Duration {
  return retention ?? Duration.hours(24);
}

/** A stream of the pipeline file under a name that its producers can know beforehand, or the user's own. */
export function pipelineStream(
  scope: Construct,
  id: string,
  settings: StreamSettings,
  props: {
    readonly streamName: string;
    readonly removalPolicy: RemovalPolicy;
    readonly encryptionKey: IKey | undefined;
  },
): IStream {
  if (settings.stream !== undefined) return settings.stream;
  const stream = new Stream(scope, id, {
    streamName: props.streamName,
    ...(settings.shards === undefined
      ? { streamMode: StreamMode.ON_DEMAND }
      : { streamMode: StreamMode.PROVISIONED, shardCount: settings.shards }),
    ...(props.encryptionKey === undefined
      ? { encryption: StreamEncryption.MANAGED }
      : { encryption: StreamEncryption.KMS, encryptionKey: props.encryptionKey }),
    retentionPeriod: retentionOf(settings),
    removalPolicy: props.removalPolicy,
  });
  if (props.encryptionKey !== undefined) {
    Validations.of(stream).acknowledge({
      id: 'AwsSolutions::AwsSolutions-KDS3',
      reason: 'the user of the construct has asked for a key of their own',
    });
  }
  return stream;
}

/**
 * Lets a stream invoke its function, shard by shard in order. Progress and watermark rely on that order: a batch is
 * never split on an error and a shard has one batch at a time. `deadLetters` receives the batches that are given up.
 */
export function readByFunction(
  stream: IStream,
  handler: LambdaFunction,
  deadLetters: Bucket,
  settings: StreamSettings,
): KinesisEventSource {
  const source = new KinesisEventSource(stream, {
    startingPosition: StartingPosition[settings.startingPosition ?? 'LATEST'],
    batchSize: settings.batchSize ?? 5000,
    maxBatchingWindow: settings.maxBatchingWindow ?? Duration.seconds(1),
    reportBatchItemFailures: true,
    bisectBatchOnError: false,
    parallelizationFactor: 1,
    retryAttempts: -1,
    maxRecordAge: maxRecordAge(settings),
    // What is given up is counted by Lambda alone.
    metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    onFailure: { bind: () => ({ destination: deadLetters.bucketArn }) },
  });
  handler.addEventSource(source);
  grantGivenUp(deadLetters, handler);
  return source;
}

/**
 * Asks streams of the user's own, before anything reads them, whether they keep to partition keys; the deployment fails
 * where one does not. A stream that the pipeline makes does.
 */
export function askForPartitionKeys(
  scope: Construct,
  streams: ReadonlyMap<string, IStream>,
  advanceTime: LambdaFunction,
  readers: ReadonlyMap<string, StreamFunction>,
): void {
  if (streams.size === 0) return;
  const names = Object.fromEntries([...streams].map(([name, { streamName }]) => [name, streamName]));
  // Other streams are another resource: where a deployment rolls back, those from before it need not answer once more,
  // and cannot hold the stack up where they are gone by now.
  const id = createHash('sha256')
    .update(JSON.stringify(Stack.of(scope).resolve(names)))
    .digest('hex')
    .slice(0, 8);
  const asked = new CustomResource(scope, `PartitionKeys${id}`, {
    resourceType: 'Custom::WeirPartitionKeys',
    serviceToken: advanceTime.functionArn,
    serviceTimeout: Duration.minutes(5),
    properties: { streams: names },
  });
  for (const name of streams.keys()) readers.get(name)?.handler.node.addDependency(asked);
}

/**
 * A record is retried until shortly before the stream forgets it: what is given up can still be kept. Lambda takes at
 * most seven days.
 */
function maxRecordAge(settings: StreamSettings): Duration {
  const hour = Duration.hours(1).toSeconds();
  return Duration.seconds(Math.min(retentionOf(settings).toSeconds() - hour, Duration.days(7).toSeconds()));
}
