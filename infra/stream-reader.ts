import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { type Function as LambdaFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { grantGivenUp } from './grants.ts';

/** How long a stream keeps a record. */
const retention = Duration.hours(24);

/** A stream of the pipeline file under a name that its producers can know beforehand. */
export function declaredStream(
  scope: Construct,
  id: string,
  props: { readonly streamName: string; readonly removalPolicy: RemovalPolicy },
): Stream {
  return new Stream(scope, id, {
    streamName: props.streamName,
    streamMode: StreamMode.ON_DEMAND,
    encryption: StreamEncryption.MANAGED,
    retentionPeriod: retention,
    removalPolicy: props.removalPolicy,
  });
}

/**
 * Lets a stream invoke its function, shard by shard in order. Progress and watermark rely on that order: a batch is
 * never split on an error and a shard has one batch at a time. `deadLetters` receives the batches that are given up.
 */
export function readByFunction(stream: Stream, handler: LambdaFunction, deadLetters: Bucket): void {
  handler.addEventSource(
    new KinesisEventSource(stream, {
      startingPosition: StartingPosition.LATEST,
      batchSize: 5000,
      maxBatchingWindow: Duration.seconds(1),
      reportBatchItemFailures: true,
      bisectBatchOnError: false,
      parallelizationFactor: 1,
      retryAttempts: -1,
      // Retried until shortly before the stream forgets the records: what is given up can still be kept.
      maxRecordAge: Duration.seconds(retention.toSeconds() - Duration.hours(1).toSeconds()),
      onFailure: { bind: () => ({ destination: deadLetters.bucketArn }) },
    }),
  );
  grantGivenUp(deadLetters, handler);
}
