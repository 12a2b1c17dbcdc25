import { Duration, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { dimension, type MetricName, namespace } from '../functions/metric-names.ts';
import type { EventPipeline } from './event-pipeline.ts';
import type { PipelineAlarms } from './pipeline-alarms.ts';
import type { PipelineFunctions } from './pipeline-functions.ts';
import { pipelineMetric } from './pipeline-metrics.ts';

/** A sixth of the dashboard's 24 columns for each stage. */
const width = 4;
const height = 7;

/** The way of an event from left to right: into a stream, through the rules, into state, to people; below, what goes wrong. */
export function pipelineDashboard(
  scope: Construct,
  id: string,
  pipeline: EventPipeline,
  functions: PipelineFunctions,
  alarms: PipelineAlarms,
): Dashboard {
  const { stackName } = Stack.of(scope);
  const own = (name: MetricName, label: string): IMetric => pipelineMetric(stackName, name, { label });
  const graph = (title: string, left: IMetric[], right: IMetric[] = []): GraphWidget =>
    new GraphWidget({ title, left, right, width, height, leftYAxis: { min: 0 }, rightYAxis: { min: 0 } });
  const minute = { period: Duration.minutes(1) };
  const streams = [...pipeline.streams, ...pipeline.derivedStreams];
  const readers = [...functions.processStream];
  const ofReaders = (metric: string, statistic: string): IMetric[] =>
    readers.map(([label, { handler }]) => handler.metric(metric, { ...minute, statistic, label }));
  const tables = [pipeline.stateTable, pipeline.alertTable];
  const byRule = new MathExpression({
    expression: `SEARCH('{${namespace},${dimension},rule} MetricName="ExpressionErrors" ${dimension}="${stackName}"', 'Sum', 60)`,
    label: '',
    usingMetrics: {},
    period: Duration.minutes(1),
  });
  const dashboard = new Dashboard(scope, id, { dashboardName: stackName });
  dashboard.addWidgets(
    new TextWidget({
      markdown: 'stream → read → rules → state → alerts → told. What each alarm means: docs/runbook.md',
      width: 24,
      height: 1,
    }),
  );
  dashboard.addWidgets(
    graph(
      '1 Stream: records put',
      streams.map(([label, stream]) => stream.metric('IncomingRecords', { ...minute, statistic: Stats.SUM, label })),
    ),
    graph('2 Read: age of the newest record, ms', ofReaders('IteratorAge', Stats.MAXIMUM)),
    graph('3 Rules', [own('Events', 'events'), own('Matched', 'matched')], ofReaders('Duration', 'p95')),
    graph('4 State: items put', [own('Writes', 'put')], [own('Conflicts', 'lost to another writer')]),
    graph('5 Alerts', [own('Alerts', 'opened')], [own('PendingAlerts', 'waiting to be told')]),
    graph('6 Told: messages', [
      pipeline.alertTopic.metricNumberOfMessagesPublished({ ...minute, label: 'published' }),
      pipeline.alertTopic.metricNumberOfNotificationsFailed({ ...minute, label: 'not delivered' }),
    ]),
  );
  dashboard.addWidgets(
    graph('Rejected events', [own('Late', 'late'), own('Invalid', 'invalid')]),
    graph('Failed batches', [own('FailedBatches', 'delivered again')], ofReaders('Throttles', Stats.SUM)),
    graph('Expression errors by rule', [byRule]),
    graph(
      'Throttled tables',
      tables.map((table) => table.metric('WriteThrottleEvents', { ...minute, statistic: Stats.SUM })),
    ),
    graph('Watermark lag, s', [own('WatermarkLag', 'of the rule that trails most')]),
    new AlarmStatusWidget({ title: 'Alarms', alarms: alarms.all, width, height }),
  );
  return dashboard;
}
