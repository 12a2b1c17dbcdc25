/** Pipelines whose state is kept in every way that there is. */
import type { Compiled } from '../../../engine/plan/program.ts';
import { compileHere } from '../../../engine/plan/compile-here.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';

const known = new Map<string, Compiled>();

/** Compiles the text of a pipeline, once however often it is asked; throws where it has faults. */
export function compiled(text: string): Compiled {
  const before = known.get(text);
  if (before !== undefined) return before;
  const { definition, faults } = readPipeline(text);
  if (definition === undefined) throw new Error(faults.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  const pipeline = compileHere(definition);
  known.set(text, pipeline);
  return pipeline;
}

/** A pipeline with two streams, `orders` and `carts`, of customers; the rules are indented by two. */
export function withRules(rules: string): string {
  return `pipeline: test
timezone: Europe/London
streams:
  orders:
    partitionKey: event.customer
    eventTime: event.at
    eventId: event.id
    outOfOrderness: 2m
    allowedLateness: 5m
  carts:
    partitionKey: event.customer
    eventTime: event.at
    eventId: event.id
    outOfOrderness: 1m
    allowedLateness: 5m
rules:
${rules}`;
}

const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

const aggregates = `
    aggregate:
      n: count()
      spent: sum(event.total)
      newest: last(event.total)
      kinds: countDistinct(event.kind)`;

/** By how the rule keeps its state. */
export const rules: Readonly<Record<string, string>> = {
  stateless: `  big:
    from: orders
    where: event.total > 5
    alert:
      severity: low
      title: 'x'`,
  'stateless with cooldown': `  big:
    from: orders
    where: event.total > 3
    groupBy:
      customer: event.customer
    alert:
      severity: low
      title: 'x'
      cooldown: 8m`,
  'stateless with cooldown, shared key': `  big:
    from: orders
    where: event.total > 3
    groupBy:
      kind: event.kind
    alert:
      severity: low
      title: 'x'
      cooldown: 8m`,
  'sliding, owned key': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      sliding: 10m${aggregates}
    having: n >= 3${alert}`,
  'sliding, owned key, short cooldown': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      sliding: 10m${aggregates}
    having: n >= 3${alert}
      cooldown: 2m`,
  'sliding, owned key, no cooldown': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      sliding: 10m${aggregates}
    having: n >= 3${alert}
      cooldown: 0s`,
  'sliding, owned key, long cooldown': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      sliding: 4m${aggregates}
    having: n >= 2${alert}
      cooldown: 15m`,
  'sliding, owned key, wavering': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      sliding: 10m${aggregates}
    having: n == 2 || n == 4
    emit: changes${alert}
      cooldown: 3m`,
  'sliding, owned key, final': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      sliding: 10m${aggregates}
    having: n == 2 || n == 3
    emit: final${alert}
      cooldown: 5m`,
  'sliding, shared key': `  often:
    from: orders
    groupBy:
      kind: event.kind
    window:
      sliding: 10m${aggregates}
    having: n >= 3${alert}`,
  'sliding, shared key, wavering': `  often:
    from: orders
    groupBy:
      kind: event.kind
    window:
      sliding: 6m${aggregates}
    having: n == 2
    emit: changes${alert}
      cooldown: 3m`,
  'sliding, shared key, final': `  often:
    from: orders
    groupBy:
      kind: event.kind
    window:
      sliding: 6m${aggregates}
    having: n == 2 || n == 3
    emit: final${alert}`,
  'sliding, two streams': `  often:
    from: [orders, carts]
    groupBy:
      customer: event.customer
    window:
      sliding: 10m${aggregates}
    having: n >= 3${alert}`,
  'tumbling, threshold': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m${aggregates}
    having: n >= 2${alert}`,
  'tumbling, changes': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m
      offset: 3m${aggregates}
    having: n == 2
    emit: changes${alert}`,
  'tumbling, two streams': `  often:
    from: [orders, carts]
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m${aggregates}
    having: n >= 2${alert}`,
  'tumbling, final': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m${aggregates}
    having: n == 2
    emit: final${alert}`,
  'tumbling, final, shared key': `  often:
    from: [orders, carts]
    groupBy:
      kind: event.kind
    window:
      tumbling: 10m${aggregates}
    emit: final${alert}`,
  'tumbling, cooldown': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 4m${aggregates}
    having: n == 2
    emit: changes${alert}
      cooldown: 9m`,
  'tumbling, cooldown, shared key': `  often:
    from: orders
    groupBy:
      kind: event.kind
    window:
      tumbling: 4m${aggregates}
    having: n == 2
    emit: changes${alert}
      cooldown: 9m`,
  'tumbling, cooldown, final': `  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 4m${aggregates}
    having: n == 2
    emit: final${alert}
      cooldown: 9m`,
  'calendar day, global key': `  daily:
    from: orders
    window:
      calendar: day${aggregates}
    emit: changes${alert}`,
  'rule over rule': `  tidy:
    from: orders
    where: event.total > 1
    select:
      customer: event.customer
      total: event.total
      kind: event.kind
    into: tidied
  often:
    from: tidied
    groupBy:
      customer: event.customer
    window:
      sliding: 10m${aggregates}
    having: n >= 2${alert}`,
};
