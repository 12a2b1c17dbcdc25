/** Calls of aggregates: where they may stand, what they take, and the constants among it. */
import {
  type AggregateName,
  aggregateCall,
  aggregateForms,
  aggregateParts,
  constants,
  longestCollection,
} from './aggregate-call.ts';
import { checkIs, checkValue, type CheckContext, report } from './check-context.ts';
import type { Node } from './expression.ts';
import type { CheckedType } from './function-table.ts';

type Call = Extract<Node, { kind: 'call' }>;

export function checkAggregate(node: Call, name: AggregateName, context: CheckContext): CheckedType {
  if (!context.scope.aggregates) {
    const instead =
      name === 'min'
        ? '; math.least(a, b) for the lesser of two'
        : name === 'max'
          ? '; math.greatest(a, b) for the greater of two'
          : '';
    return report(context, 'aggregate-not-here', node, `The aggregate ${name}() cannot stand here.`, {
      allowed: `the name of an aggregate that is declared under aggregate${instead}`,
    });
  }
  if (context.aggregate !== undefined) {
    return report(
      context,
      'nested-aggregate',
      node,
      `The aggregate ${name}() stands inside of ${context.aggregate}().`,
      { allowed: 'a value of one event' },
    );
  }
  const required = aggregateParts(name).length;
  const given = node.arguments.length;
  if (given < required || given > required + 1) {
    return report(context, 'wrong-arguments', node, `${name}() has ${given} argument${given === 1 ? '' : 's'}.`, {
      allowed: aggregateForms(name),
    });
  }
  const call = aggregateCall(node);
  const inner = { ...context, aggregate: name };
  if (call?.predicate !== undefined) checkIs(call.predicate, ['bool'], `The predicate of ${name}()`, inner);
  if (call?.by !== undefined) checkIs(call.by, comparable, `What ${name}() goes by`, inner);
  checkConstants(node, name, context);
  if (call?.value === undefined) return 'number';
  return aggregateType(call.value, name, inner);
}

const comparable: readonly CheckedType[] = ['number', 'string', 'timestamp', 'duration'];

function checkConstants(node: Call, name: AggregateName, context: CheckContext): void {
  aggregateParts(name).forEach((part, i) => {
    const argument = node.arguments[i];
    if (argument === undefined || (part !== 'n' && part !== 'p')) return;
    const value = argument.kind === 'literal' && typeof argument.value === 'number' ? argument.value : undefined;
    if (value !== undefined && (part === 'n' ? isCount(value) : isPercentage(value))) return;
    const message = `The ${part} of ${name}() is ${context.source.slice(argument.start, argument.end)}.`;
    // A share of 1 is meant: what it would ask for as a percentage is next to the least value.
    const percentage = part === 'p' && value !== undefined && value > 0 && value < 1 ? value * 100 : undefined;
    report(context, 'wrong-arguments', argument, message, {
      allowed: constants[part],
      ...(percentage !== undefined && { replacement: String(Number(percentage.toPrecision(12))) }),
    });
  });
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= longestCollection;
}

function isPercentage(value: number): boolean {
  return (value === 0 || (value >= 1 && value <= 100)) && Math.round(value * 1000) / 1000 === value;
}

function aggregateType(value: Node, name: AggregateName, context: CheckContext): CheckedType {
  switch (name) {
    case 'sum':
    case 'avg':
    case 'stddev':
    case 'percentile':
      checkIs(value, ['number'], `What ${name}() takes`, context);
      return 'number';
    case 'min':
    case 'max':
      return checkIs(value, comparable, `What ${name}() takes`, context);
    case 'first':
    case 'last':
    case 'argmin':
    case 'argmax':
      return checkValue(value, context);
    case 'collect':
    case 'values':
    case 'top':
      checkValue(value, context);
      return 'list';
    case 'count':
    case 'countDistinct':
      checkValue(value, context);
      return 'number';
  }
}
