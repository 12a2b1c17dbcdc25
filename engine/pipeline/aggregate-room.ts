/**
 * How much the aggregates of a rule may keep together: a window of a key is one item of DynamoDB, which takes 400 KB. It
 * is told when the file is read, for no event could help it later.
 */
import { type AggregateCall, aggregateCall, aggregateKey } from '../expression/aggregate-call.ts';
import { walk } from '../expression/tree.ts';
import type { NamedExpression } from './definition.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';

/**
 * Places of some 100 bytes beside the values themselves and the evidence, for which 100 KB each are left. Of different
 * values that are only counted, 150 bytes a place at most.
 */
const mostPlaces = 1600;
const placesOfDistinct = 200;
const placesOfPercentile = 400;

export function checkRoom(report: FaultReport, entry: Entry | undefined, aggregates: readonly NamedExpression[]): void {
  const kept = new Map<string, number>();
  for (const { expression } of aggregates) {
    walk(expression.node, (node) => {
      const call = aggregateCall(node);
      if (call !== undefined) kept.set(aggregateKey(call), placesOf(call));
      return call === undefined;
    });
  }
  const places = [...kept.values()].reduce((sum, one) => sum + one, 0);
  if (entry === undefined || places <= mostPlaces) return;
  report.error('rule.aggregate.too-much', entry.key, `the aggregates of this rule keep up to ${places} values`, {
    allowed: `${mostPlaces} for all together: the n of each collect(), values() and top(), ${placesOfDistinct} for a countDistinct(), ${placesOfPercentile} for all percentile() of the same numbers`,
  });
}

function placesOf({ name, limit }: AggregateCall): number {
  if (name === 'percentile') return placesOfPercentile;
  return name === 'countDistinct' ? placesOfDistinct : (limit ?? 0);
}
