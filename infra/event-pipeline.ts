import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Dashboard, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { resultStreams } from '../engine/plan/sources.ts';
import type { MetricName } from '../functions/metric-names.ts';
import { checkedDefinition } from './checked-definition.ts';
import { deadLetterBucket } from './dead-letter-bucket.ts';
import { grantPut, letAlarmsPublish } from './grants.ts';
import { itemTable } from './item-table.ts';
import { PipelineAlarms } from './pipeline-alarms.ts';
import { pipelineDashboard } from './pipeline-dashboard.ts';
import { PipelineFunctions } from './pipeline-functions.ts';
import { pipelineMetric } from './pipeline-metrics.ts';
import type { EventPipelineProps } from './pipeline-props.ts';
import { pipelineTopic } from './pipeline-topic.ts';
import { checkProps } from './prop-faults.ts';
import { pipelineStream } from './stream-reader.ts';

export type { EventPipelineProps, StreamSettings } from './pipeline-props.ts';

/** All that runs one pipeline: streams and their functions, state, alerts and dead letters. A stack holds one. */
export class EventPipeline extends Construct {
  /** By the name in the pipeline file. */
  readonly streams: ReadonlyMap<string, IStream>;
  /** Those that hold final results of rules with windows (`into`), by the name in the pipeline file. */
  readonly derivedStreams: ReadonlyMap<string, IStream>;
  readonly stateTable: Table;
  readonly alertTable: Table;
  /** What the rules say goes here. */
  readonly alertTopic: ITopic;
  /** Alarms about the pipeline itself go here. */
  readonly alarmTopic: ITopic;
  readonly deadLetters: Bucket;
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: EventPipelineProps) {
    super(scope, id);
    const definition = checkedDefinition(props);
    checkProps(definition, props, Stack.of(this));
    this.#refuseSecond();
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const { encryptionKey } = props;

    this.stateTable = itemTable(this, 'State', removalPolicy, encryptionKey);
    this.alertTable = itemTable(this, 'Alerts', removalPolicy, encryptionKey);
    this.alertTopic = props.alertTopic ?? pipelineTopic(this, 'AlertTopic', `Weir ${definition.name}`, encryptionKey);
    if (props.alertEmail !== undefined) this.alertTopic.addSubscription(new EmailSubscription(props.alertEmail));
    this.deadLetters = deadLetterBucket(this, 'DeadLetters', encryptionKey);
    const streamOf = ({ name }: { readonly name: string }): [string, IStream] => {
      const streamName = `${definition.name}-${name}`;
      const settings = props.streams?.[name] ?? {};
      const made = { streamName, removalPolicy, encryptionKey };
      return [name, pipelineStream(this, `${name}-stream`, settings, made)];
    };
    this.streams = new Map(definition.streams.map(streamOf));
    this.derivedStreams = new Map(resultStreams(definition).map(streamOf));
    const functions = new PipelineFunctions(this, { ...props, definition, removalPolicy });

    this.alarmTopic = pipelineTopic(this, 'AlarmTopic', `Weir ${definition.name} alarms`, encryptionKey);
    if (encryptionKey !== undefined) letAlarmsPublish(encryptionKey);
    if (props.alarmEmail !== undefined) this.alarmTopic.addSubscription(new EmailSubscription(props.alarmEmail));
    const alarms = new PipelineAlarms(this, 'Alarms', { ...props, definition, functions, topic: this.alarmTopic });
    this.dashboard = pipelineDashboard(this, 'Dashboard', this, functions, alarms);
  }

  /** Lets a producer put events into a stream of the pipeline file; without a name, into every one. */
  grantPutEvents(grantee: IGrantable, stream?: string): void {
    const streams = stream === undefined ? [...this.streams.values()] : [this.#stream(stream)];
    grantPut(streams, grantee);
  }

  /** A metric that the functions write; docs/operations.md says what each counts. */
  metric(name: MetricName, options?: MetricOptions): Metric {
    return pipelineMetric(Stack.of(this).stackName, name, options);
  }

  /** Events that were processed, a minute. */
  metricEvents(options?: MetricOptions): Metric {
    return this.metric('Events', options);
  }

  /** Alerts that were opened, a minute. */
  metricAlerts(options?: MetricOptions): Metric {
    return this.metric('Alerts', options);
  }

  /** Seconds that the watermark trails the clock, of the rule that trails most. */
  metricWatermarkLag(options?: MetricOptions): Metric {
    return this.metric('WatermarkLag', options);
  }

  /** Alerts that nobody has been told of for over a minute. */
  metricPendingAlerts(options?: MetricOptions): Metric {
    return this.metric('PendingAlerts', options);
  }

  #stream(name: string): IStream {
    const stream = this.streams.get(name);
    if (stream !== undefined) return stream;
    throw new Error(`there is no stream ${JSON.stringify(name)}, there are ${[...this.streams.keys()].join(', ')}`);
  }

  /** Names that must be known outside are made of the stack's: `weir replay` finds its function by it. */
  #refuseSecond(): void {
    const other = Stack.of(this)
      .node.findAll()
      .find((each) => each instanceof EventPipeline && each !== this);
    if (other === undefined) return;
    throw new Error(`the stack holds the pipeline ${other.node.path} already: give each pipeline a stack of its own`);
  }
}
