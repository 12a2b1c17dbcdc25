/**
 * The log as CloudWatch takes it: JSON lines, of which those with metrics are in its Embedded Metric Format. A line and
 * its metrics are paid once, and cost no call.
 */
import { optional, variables } from './environment.ts';
import type { Log } from './log.ts';
import { type Counted, dimension, namespace } from './metric-names.ts';

const service = optional(variables.service) ?? 'weir';

export const cloudwatchLog: Log = {
  done: (message, fields, counted) => {
    say({ level: 'INFO', message, ...fields }, counted, {});
  },
  problem: (message, counted) => {
    say({ level: 'ERROR', message }, counted, {});
  },
  expressionErrors: (rule, count) => {
    say({ level: 'WARN', message: 'expression errors' }, { ExpressionErrors: count }, { rule });
  },
};

function say(fields: object, counted: Counted = {}, more: Readonly<Record<string, string>>): void {
  const dimensions = { [dimension]: service, ...more };
  const names = Object.keys(counted);
  const metrics = names.map((Name) => ({ Name, Unit: Name === 'WatermarkLag' ? 'Seconds' : 'Count' }));
  const directive = { Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: metrics };
  const line = {
    ...fields,
    ...dimensions,
    ...counted,
    ...(names.length > 0 && { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] } }),
  };
  // Not by the console, which in Lambda puts a prefix before the JSON.
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
