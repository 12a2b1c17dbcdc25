/**
 * The log as CloudWatch takes it: JSON lines, of which those with metrics are in its Embedded Metric Format. A line and
 * its metrics cost once, and no call.
 */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Log } from './log.ts';
import { type Counted, namespace } from './metric-names.ts';

const metrics = new Metrics({ namespace });

export const cloudwatchLog: Log = {
  done(message, fields, counted) {
    said({ level: 'INFO', message, ...fields }, counted);
  },
  problem(message, counted) {
    said({ level: 'ERROR', message }, counted);
  },
  expressionErrors(rule, count) {
    const single = metrics.singleMetric();
    annotate(single, { level: 'WARN', message: 'expression errors' });
    single.addDimension('rule', rule);
    single.addMetric('ExpressionErrors', MetricUnit.Count, count);
  },
};

function said(fields: object, counted: Counted | undefined): void {
  if (counted === undefined) {
    process.stdout.write(`${JSON.stringify(fields)}\n`);
    return;
  }
  annotate(metrics, fields);
  for (const [name, value] of Object.entries(counted)) {
    metrics.addMetric(name, name === 'WatermarkLag' ? MetricUnit.Seconds : MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
}

function annotate(line: Metrics, fields: object): void {
  // Declared as text, written as JSON: numbers stay numbers, for Logs Insights to count with.
  for (const [name, value] of Object.entries(fields)) line.addMetadata(name, value as string);
}
