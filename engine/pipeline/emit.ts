/** `emit`: when a window speaks. A condition that may turn back has to say so. */
import type { Expression } from '../expression/expression.ts';
import { reads } from '../expression/tree.ts';
import { readChoice } from './choice.ts';
import type { Emit, NamedExpression } from './definition.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { isGrowing } from './growth.ts';
import type { RuleFields } from './rule-parts.ts';
import type { WindowReading } from './window.ts';

export const emits = ['threshold', 'changes', 'final'] as const;

export function readEmit(
  report: FaultReport,
  { emit, having, alert, into, window }: RuleFields,
  condition: Expression | undefined,
  aggregates: readonly (Pick<NamedExpression, 'name'> & Partial<NamedExpression>)[],
  windowReading: WindowReading | undefined,
): Emit {
  if (emit) return readChoice(report, emit, emits) ?? 'threshold';
  // Who reads a stream would count a window again that is told again.
  if (into && window) return 'final';
  // What happened before an event is there when it comes: nothing that comes after it in order changes its window.
  if (windowReading?.seesEvent === true) return 'threshold';
  const read = new Set(condition && reads(condition.node).map(([root]) => root));
  const known = aggregates.flatMap(({ name, expression }) => (expression ? [{ name, expression }] : []));
  const isKnown = aggregates.every(({ name, expression }) => expression !== undefined || !read.has(name));
  if (alert && window && having && condition && isKnown && !isGrowing(condition, known, windowReading?.kind))
    reportWavering(report, having);
  return 'threshold';
}

function reportWavering(report: FaultReport, having: Entry): void {
  const line = report.source.lineAt(having.key.start);
  const isOneLine = report.source.lineAt(Math.max(having.range.end - 1, having.range.start)) === line;
  const indent = ' '.repeat(having.key.start - report.source.lineStart(line));
  report.error(
    'rule.emit.missing',
    having.range,
    "this 'having' can be true early and false later in the same window, so the rule must say when to decide",
    {
      allowed:
        "'emit: final' (once, when the window has closed), 'emit: changes' or 'emit: threshold' (at once; withdrawn when it turns false)",
      rewritten: isOneLine ? `${report.source.line(line)}\n${indent}emit: final` : undefined,
    },
  );
}
