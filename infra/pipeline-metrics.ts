/** The metrics of a pipeline as CloudWatch has them. */
import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { dimension, type MetricName, namespace } from '../functions/metric-names.ts';

/** What the statistic of a metric is, unless it is told. */
const largest: readonly MetricName[] = ['WatermarkLag', 'PendingAlerts'];

/** A metric that the handlers of a stack write. */
export function pipelineMetric(service: string, name: MetricName, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace,
    metricName: name,
    period: Duration.minutes(1),
    statistic: largest.includes(name) ? Stats.MAXIMUM : Stats.SUM,
    ...options,
    dimensionsMap: { [dimension]: service, ...options.dimensionsMap },
  });
}

/** Batches that an event source mapping has put into the dead letters. */
export function givenUpMetric(mapping: string): Metric {
  return new Metric({
    namespace: 'AWS/Lambda',
    metricName: 'OnFailureDestinationDeliveredEventCount',
    period: Duration.minutes(1),
    statistic: Stats.SUM,
    dimensionsMap: { EventSourceMappingUUID: mapping },
  });
}
