/** What a user of the construct chooses, and what holds where nothing is chosen. */
import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';

export interface EventPipelineProps {
  /** Path of the pipeline file, from the working directory; or what was read of one, free of faults. */
  readonly definition: string | PipelineDefinition;
  /**
   * Values in place of the pipeline file's own `params`, where `definition` is a path.
   *
   * @default - the values of the file
   */
  readonly params?: Readonly<Record<string, string | number | boolean>>;
  /**
   * Settings of streams, by the name in the pipeline file.
   *
   * @default - every stream is made, with the defaults of `StreamSettings`
   */
  readonly streams?: Readonly<Record<string, StreamSettings>>;
  /**
   * A topic of one's own for alerts. One that is encrypted must let the functions use its key, unless that is
   * `encryptionKey`.
   *
   * @default - a topic is made
   */
  readonly alertTopic?: ITopic;
  /**
   * Where alerts are mailed to; the address must confirm the subscription.
   *
   * @default - no subscription
   */
  readonly alertEmail?: string;
  /**
   * Where alarms about the pipeline itself are mailed to; the address must confirm the subscription.
   *
   * @default - no subscription
   */
  readonly alarmEmail?: string;
  /**
   * A key of one's own for streams, tables, topics and dead letters. Its policy is added to; that of an imported key
   * must already be as docs/deploy.md says. A stream or topic of one's own keeps its own encryption.
   *
   * @default - keys of AWS's; topics are not encrypted
   */
  readonly encryptionKey?: IKey;
  /**
   * How far the watermark of a rule may trail the clock until an alarm says so. It always trails by the stream's
   * `outOfOrderness`, which comes on top.
   *
   * @default Duration.minutes(30)
   */
  readonly watermarkLag?: Duration;
  /**
   * Whether streams, tables and logs outlive the stack. The bucket of dead letters always does.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Settings of one stream and of the function that reads it. */
export interface StreamSettings {
  /**
   * A stream of one's own. Its records must keep to their partition keys: it is asked when it is deployed.
   *
   * @default - a stream is made, `PIPELINE-STREAM` by name
   */
  readonly stream?: IStream;
  /**
   * How many shards the stream that is made has, from 1.
   *
   * @default - on demand: Kinesis adds shards as they are needed
   */
  readonly shards?: number;
  /**
   * How long the stream keeps a record, from 24 hours to 365 days; of a stream of one's own: how long it does.
   *
   * @default Duration.hours(24)
   */
  readonly retention?: Duration;
  /**
   * Most records of a batch, from 1 to 10,000. Lambda takes 6 MB of them.
   *
   * @default 5000
   */
  readonly batchSize?: number;
  /**
   * How long Lambda gathers records for a batch, from 1 second to 5 minutes: longer is cheaper, and alerts come later.
   *
   * @default Duration.seconds(1)
   */
  readonly maxBatchingWindow?: Duration;
  /**
   * Whether a first deployment begins with what comes, or with the oldest record that the stream has kept. It cannot be
   * changed later.
   *
   * @default 'LATEST'
   */
  readonly startingPosition?: 'LATEST' | 'TRIM_HORIZON';
  /**
   * Megabytes of the function, from 128 to 10,240; 1,769 is one whole core.
   *
   * @default 1769
   */
  readonly memorySize?: number;
}
