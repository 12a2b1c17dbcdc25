import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type CreateAlarmOptions,
  type IMetric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';
import type { MetricName } from '../functions/metric-names.ts';
import { type AlarmKind, alarmKinds } from './alarm-kinds.ts';
import type { PipelineFunctions } from './pipeline-functions.ts';
import { givenUpMetric, pipelineMetric } from './pipeline-metrics.ts';
import type { StreamSettings } from './pipeline-props.ts';
import { retentionOf } from './stream-reader.ts';

export interface PipelineAlarmsProps {
  readonly definition: PipelineDefinition;
  readonly functions: PipelineFunctions;
  readonly streams?: Readonly<Record<string, StreamSettings>>;
  /** How far a watermark may trail the clock beyond `outOfOrderness`. */
  readonly watermarkLag?: Duration;
  readonly topic: ITopic;
}

type Limit = Pick<CreateAlarmOptions, 'threshold' | 'evaluationPeriods'> & Partial<CreateAlarmOptions>;

/** Once: something was lost to the rules, or is about to be. */
const once: Limit = { threshold: 1, evaluationPeriods: 1 };
/** Three minutes of five: what passes by itself is no alarm. */
const lasting: Limit = { threshold: 1, evaluationPeriods: 5, datapointsToAlarm: 3 };

/** What tells a platform team that a pipeline needs them. Every alarm says its impact and its section of the runbook. */
export class PipelineAlarms extends Construct {
  readonly #topic: ITopic;
  readonly all: Alarm[] = [];

  constructor(scope: Construct, id: string, props: PipelineAlarmsProps) {
    super(scope, id);
    this.#topic = props.topic;
    const { processStream, advanceTime } = props.functions;
    const kinds = alarmKinds;
    const perMinute = { period: Duration.minutes(1) };
    for (const [name, { handler, source }] of processStream) {
      const age = handler.metric('IteratorAge', { ...perMinute, statistic: Stats.MAXIMUM });
      // Half of the time in which the records can still be read.
      const half = retentionOf(props.streams?.[name] ?? {}).toMilliseconds() / 2;
      this.#alarm(kinds.iteratorAge, age, { ...lasting, threshold: half }, name);
      this.#alarm(kinds.givenUp, givenUpMetric(source.eventSourceMappingId), once, name);
      this.#alarm(kinds.streamErrors, handler.metricErrors(perMinute), lasting, name);
      this.#alarm(kinds.streamThrottles, handler.metricThrottles(perMinute), lasting, name);
    }
    const own = (metric: MetricName): IMetric => pipelineMetric(Stack.of(this).stackName, metric);
    this.#alarm(kinds.failedBatches, own('FailedBatches'), lasting);
    this.#alarm(kinds.timeErrors, advanceTime.metricErrors(perMinute), lasting);
    this.#alarm(kinds.timeStopped, advanceTime.metricInvocations(perMinute), {
      ...lasting,
      datapointsToAlarm: 5,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
    const disorder = Math.max(0, ...props.definition.streams.map(({ outOfOrderness }) => outOfOrderness / 1000));
    const lag = (props.watermarkLag ?? Duration.minutes(30)).toSeconds() + disorder;
    this.#alarm(kinds.watermarkLag, own('WatermarkLag'), { ...lasting, threshold: lag });
    this.#alarm(kinds.pendingAlerts, own('PendingAlerts'), lasting);
    this.#alarm(kinds.late, own('Late'), once);
    this.#alarm(kinds.invalid, own('Invalid'), once);
  }

  #alarm({ name, impact }: AlarmKind, metric: IMetric, limit: Limit, stream?: string): void {
    const suffix = stream === undefined ? name : `${name}-${stream}`;
    const alarm = new Alarm(this, suffix, {
      alarmName: `${Stack.of(this).stackName}-${suffix}`,
      alarmDescription: `${impact} What to do: docs/runbook.md#${name}`,
      metric,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...limit,
    });
    alarm.addAlarmAction(new SnsAction(this.#topic));
    alarm.addOkAction(new SnsAction(this.#topic));
    this.all.push(alarm);
  }
}
