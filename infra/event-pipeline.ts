import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';
import { planModule } from '../engine/plan/module.ts';
import { redriveName, variables } from '../functions/environment.ts';
import { bundle } from './bundle.ts';
import { deadLetterBucket } from './dead-letter-bucket.ts';
import { grantDeadLetters, grantDue, grantState, grantTip } from './grants.ts';
import { itemTable } from './item-table.ts';
import { pipelineFunction } from './pipeline-function.ts';
import { declaredStream, readByFunction } from './stream-reader.ts';

export interface EventPipelineProps {
  /** The pipeline file as it was checked. */
  readonly definition: PipelineDefinition;
  /**
   * Where alerts are mailed to; the address must confirm the subscription.
   *
   * @default - no subscription
   */
  readonly alertEmail?: string;
  /**
   * Whether streams, tables and logs outlive the stack. The bucket of dead letters always does.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** All that runs one pipeline: streams and their functions, state, alerts and dead letters. */
export class EventPipeline extends Construct {
  /** By the name in the pipeline file. */
  readonly streams: ReadonlyMap<string, Stream>;
  readonly stateTable: Table;
  readonly alertTable: Table;
  readonly alertTopic: Topic;
  readonly deadLetters: Bucket;

  constructor(scope: Construct, id: string, props: EventPipelineProps) {
    super(scope, id);
    const { definition } = props;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    if (props.alertEmail !== undefined && !/^[^\s@]+@[^\s@]+$/.test(props.alertEmail)) {
      throw new Error(`alertEmail is ${JSON.stringify(props.alertEmail)}, must be an address such as team@example.com`);
    }

    this.stateTable = itemTable(this, 'State', removalPolicy);
    this.alertTable = itemTable(this, 'Alerts', removalPolicy);
    this.alertTopic = new Topic(this, 'AlertTopic', {
      displayName: `Weir ${definition.name}`.slice(0, 100),
      enforceSSL: true,
    });
    if (props.alertEmail !== undefined) this.alertTopic.addSubscription(new EmailSubscription(props.alertEmail));
    this.deadLetters = deadLetterBucket(this, 'DeadLetters');

    const plan = planModule(definition);
    const processStream = Code.fromAsset(bundle('process-stream', plan).directory);
    const environment = {
      [variables.stateTable]: this.stateTable.tableName,
      [variables.alertTable]: this.alertTable.tableName,
      [variables.alertTopic]: this.alertTopic.topicArn,
      [variables.deadLetterBucket]: this.deadLetters.bucketName,
    };
    const streams = new Map<string, Stream>();
    for (const { name } of definition.streams) {
      const streamName = `${definition.name}-${name}`;
      const stream = declaredStream(this, `${name}-stream`, { streamName, removalPolicy });
      const handler = pipelineFunction(this, `${name}-process`, {
        code: processStream,
        removalPolicy,
        description: `Weir ${definition.name}: applies the rules to ${name}`,
        environment: { ...environment, [variables.stream]: name },
      });
      readByFunction(stream, handler, this.deadLetters);
      grantState(this, handler);
      grantDeadLetters(this.deadLetters, handler);
      streams.set(name, stream);
    }
    this.streams = streams;

    const redrive = pipelineFunction(this, 'redrive', {
      functionName: redriveName(Stack.of(this).stackName),
      code: Code.fromAsset(bundle('redrive', plan).directory),
      removalPolicy,
      description: `Weir ${definition.name}: puts dead letters back, called by weir replay`,
      environment,
    });
    grantState(this, redrive);

    const advanceTime = pipelineFunction(this, 'advance-time', {
      code: Code.fromAsset(bundle('advance-time', plan).directory),
      removalPolicy,
      description: `Weir ${definition.name}: watermarks, windows that close, pending alerts`,
      environment: {
        ...environment,
        [variables.streamNames]: Stack.of(this).toJsonString(
          Object.fromEntries([...streams].map(([name, stream]) => [name, stream.streamName])),
        ),
      },
    });
    grantState(this, advanceTime);
    grantDue([this.stateTable, this.alertTable], advanceTime);
    grantTip([...streams.values()], advanceTime);
    // What one run leaves undone the next does: a minute later is soon enough.
    advanceTime.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, 'EveryMinute', {
      description: `Weir ${definition.name}: advances time`,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new FunctionTarget(advanceTime)],
    });
  }
}
