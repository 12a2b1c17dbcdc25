/**
 * `distinct`: of the events of a key, one in each stretch of time. It is a window that an event opens and that is over
 * after `within`, of which the rule tells its first event as soon as there is one, or its last once it is over.
 */
import type { Expression, Scope } from '../expression/expression.ts';
import { parseExpression } from '../expression/parse.ts';
import { readChoice } from './choice.ts';
import { type DistinctDefinition, keptEvents, type RuleDefinition, type WindowDefinition } from './definition.ts';
import { readDuration } from './duration.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, readFields } from './fields.ts';
import { aggregateScope, eventScope } from './scope.ts';
import { sizes } from './window-sizes.ts';

export const fields = { within: { example: 'within: 1d' }, keep: 'optional' } as const;

export interface DistinctReading extends Pick<RuleDefinition, 'aggregate' | 'emit'> {
  readonly distinct: DistinctDefinition;
  readonly window: WindowDefinition;
}

export function readDistinct(report: FaultReport, entry: Entry): DistinctReading | undefined {
  const entries = entriesOf(report, entry, 'rule.distinct', "a map with 'within', for example: { within: 1d }");
  if (entries === undefined) return undefined;
  const given = readFields(report, entries, entry.key, { code: 'rule.distinct', what: "'distinct'" }, fields);
  const within = given.within && readDuration(report, given.within, sizes);
  const keep = given.keep ? readChoice(report, given.keep, keptEvents) : 'first';
  if (within === undefined || keep === undefined) return undefined;
  const ofEvent = eventScope(new Map(), new Map());
  const until = expression(`meta.eventTime + duration("${within}ms")`, ofEvent);
  const kept = expression(`${keep}(event)`, aggregateScope(new Map(), new Map()));
  return {
    distinct: { within, keep },
    window: { kind: 'until', until, max: within },
    aggregate: [{ name: 'event', expression: kept }],
    emit: keep === 'first' ? 'threshold' : 'final',
  };
}

function expression(source: string, scope: Scope): Expression {
  const checked = parseExpression(source, scope);
  if (!checked.ok) throw new Error(`no expression: ${source}`);
  return checked.value;
}
