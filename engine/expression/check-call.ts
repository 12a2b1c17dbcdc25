/** Calls: functions by the function table, aggregates by their forms, and constants that can be judged beforehand. */
import {
  aggregateCall,
  aggregateForms,
  aggregateNames,
  type AggregateName,
  isAggregateName,
  laterAggregates,
  longestCollection,
} from './aggregate-call.ts';
import { checkIs, checkValue, type CheckContext, report } from './check-context.ts';
import type { Node } from './expression.ts';
import { type CheckedType, type FunctionForm, functionForms, functionNames, typeText } from './function-table.ts';
import { nearestName } from './nearest-name.ts';
import { patternFault } from './regular-expression.ts';
import { parseDuration, parseTimestamp, zoneOffset } from './time-text.ts';

type Call = Extract<Node, { kind: 'call' }>;

export function checkAggregateOrCall(node: Call, context: CheckContext): CheckedType {
  if (node.target === undefined && isAggregateName(node.name)) return checkAggregate(node, node.name, context);
  if (node.target === undefined && laterAggregates.includes(node.name)) {
    return report(context, 'not-yet', node, `The aggregate ${node.name}() is not supported yet.`);
  }
  return checkCall(node, context);
}

function checkAggregate(node: Call, name: AggregateName, context: CheckContext): CheckedType {
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
  const required = name === 'count' ? 0 : name === 'collect' ? 2 : 1;
  const given = node.arguments.length;
  if (given < required || given > required + 1) {
    return report(context, 'wrong-arguments', node, `${name}() has ${given} argument${given === 1 ? '' : 's'}.`, {
      allowed: aggregateForms[name],
    });
  }
  const call = aggregateCall(node);
  const inner = { ...context, aggregate: name };
  if (call?.predicate !== undefined) checkIs(call.predicate, ['bool'], `The predicate of ${name}()`, inner);
  const limit = name === 'collect' ? node.arguments[1] : undefined;
  if (limit !== undefined && !(Number.isInteger(call?.limit) && within(call?.limit))) {
    const message = `The n of collect() is ${context.source.slice(limit.start, limit.end)}.`;
    report(context, 'wrong-arguments', limit, message, { allowed: `a whole number from 1 to ${longestCollection}` });
  }
  if (call?.value === undefined) return 'number';
  return aggregateType(call.value, name, inner);
}

function within(limit: number | undefined): boolean {
  return limit !== undefined && limit >= 1 && limit <= longestCollection;
}

function aggregateType(value: Node, name: AggregateName, context: CheckContext): CheckedType {
  switch (name) {
    case 'sum':
    case 'avg':
      checkIs(value, ['number'], `What ${name}() takes`, context);
      return 'number';
    case 'min':
    case 'max':
      return checkIs(value, ['number', 'string', 'timestamp', 'duration'], `What ${name}() takes`, context);
    case 'first':
    case 'last':
      return checkValue(value, context);
    case 'collect':
      checkValue(value, context);
      return 'list';
    case 'count':
    case 'countDistinct':
      checkValue(value, context);
      return 'number';
  }
}

/** What CEL or its extensions have and this language does not claim, and what stands for it. */
const notClaimed: ReadonlyMap<string, string> = new Map([
  ['type', 'has(event.field), or a conversion such as string(event.field)'],
  ['bytes', 'texts'],
  ['uint', 'int(…)'],
  ['existsOne', '.exists_one(x, predicate)'],
  ['optMap', '.orValue(…)'],
  ['optFlatMap', '.orValue(…)'],
  ['format', '+ and fixed(x, decimals)'],
  ['quote', '+ with quotes'],
  ['transformList', '.map(x, value)'],
  ['transformMap', '.map(x, value)'],
  ['optional.ofNonZeroValue', 'x == 0 ? optional.none() : optional.of(x)'],
  ['math.isNaN', 'nothing: a number is never NaN'],
  ['math.isInf', 'nothing: a number is never infinite'],
  ['math.isFinite', 'nothing: a number is always finite'],
]);

function checkCall(node: Call, context: CheckContext): CheckedType {
  const onValue = node.target !== undefined;
  const types: CheckedType[] = node.arguments.map((argument) => context.check(argument, context));
  const receiver = node.target === undefined ? undefined : context.check(node.target, context);
  const named = functionForms(node.name);
  const style = named.filter((form) => (form.receiver !== undefined) === onValue);
  const allowed = (forms: readonly FunctionForm[]): string => forms.map((form) => form.text).join(', ');
  if (style.length === 0) return unknownFunction(node, named, context);
  const byCount = style.filter(
    (form) => types.length >= form.required && (form.repeats || types.length <= form.parameters.length),
  );
  if (byCount.length === 0) {
    const message = `${node.name}() has ${types.length} argument${types.length === 1 ? '' : 's'}.`;
    return report(context, 'wrong-arguments', node, message, { allowed: allowed(style) });
  }
  const fitting = byCount.filter(
    (form) =>
      (receiver === undefined || fits(receiver, form.receiver ?? 'dyn')) &&
      types.every((type, i) => fits(type, form.parameters[Math.min(i, form.parameters.length - 1)] ?? 'dyn')),
  );
  if (receiver === 'dyn' && byCount.every((form) => form.receiver === 'optional')) return noOptional(node, context);
  if (fitting.length === 0) {
    const given = [...(receiver === undefined ? [] : [receiver]), ...types].map(typeText).join(', ');
    const hint = receiver === 'optional' || types.includes('optional') ? 'open the optional with .orValue(…): ' : '';
    return report(context, 'type', node, `${node.name}() cannot work on ${given}.`, {
      allowed: hint + allowed(byCount),
    });
  }
  checkConstants(node, context);
  const results = new Set(fitting.map((form) => form.result));
  const [result = 'dyn'] = results;
  return results.size === 1 ? result : 'dyn';
}

/** `event.x.orValue(0)`: one character is missing. */
function noOptional(node: Call, context: CheckContext): 'dyn' {
  const target = node.target ?? node;
  const given = context.source.slice(target.start, target.end);
  const optional = given.replace(/\.(\w+)$/, '.?$1');
  if (optional === given)
    return report(context, 'type', node, `${node.name}() needs an optional, which ${given} is not.`, {
      allowed: 'event.?field',
    });
  return report(context, 'type', target, `${node.name}() needs an optional, which ${given} is not.`, {
    allowed: optional,
    replacement: optional,
  });
}

function fits(type: CheckedType, wanted: CheckedType): boolean {
  return type === wanted || (type === 'dyn' && wanted !== 'optional') || (wanted === 'dyn' && type !== 'optional');
}

function unknownFunction(node: Call, otherStyle: readonly FunctionForm[], context: CheckContext): 'dyn' {
  const { name } = node;
  const instead = notClaimed.get(name);
  if (instead !== undefined)
    return report(context, 'not-claimed', node, `${name}() of CEL is not part of the language.`, { allowed: instead });
  const [other] = otherStyle;
  if (other !== undefined) {
    const message =
      node.target === undefined ? `${name}() is called on a value.` : `${name}() is not called on a value.`;
    return report(context, 'unknown-function', node, message, { allowed: other.text });
  }
  const aggregates = node.target === undefined && context.scope.aggregates ? aggregateNames : [];
  const names = [...aggregates, ...functionNames(node.target !== undefined)];
  const nearest = nearestName(name, names);
  const start = context.source.indexOf(name, node.target?.end ?? node.start);
  const message = `There is no function ${name}()${node.target === undefined ? '' : ' that is called on a value'}.`;
  return report(
    context,
    'unknown-function',
    { start, end: start + name.length },
    nearest === undefined ? message : `${message} Did you mean ${nearest}()?`,
    {
      allowed: names.map((known) => `${known}()`).join(', '),
      replacement: nearest,
    },
  );
}

/** A constant that can only fail is a fault now, not a failure of every event later. */
function checkConstants(node: Call, context: CheckContext): void {
  const constant = node.arguments.at(-1);
  if (constant?.kind !== 'literal' || typeof constant.value !== 'string') return;
  const { value } = constant;
  const refuse = (code: string, what: string, allowed: string): void => {
    report(context, code, constant, `${what}: ${JSON.stringify(value)}.`, { allowed });
  };
  if (node.name === 'matches') {
    const fault = patternFault(value);
    if (fault !== undefined)
      refuse(
        'bad-pattern',
        `The pattern is no regular expression (${fault})`,
        'RE2 syntax: no backreferences, no lookaround',
      );
  } else if (node.name === 'duration' && parseDuration(value) === undefined) {
    refuse('bad-duration', 'No duration', '"90s", "1h30m", "7d"');
  } else if (node.name === 'timestamp' && parseTimestamp(value) === undefined) {
    refuse('bad-time', 'No time with a zone', '"2026-03-02T09:00:00Z", "2026-03-02T09:00:00+01:00"');
  } else if (/^get[A-Z]/.test(node.name) && zoneOffset(value, 0) === undefined) {
    refuse('bad-zone', 'No time zone', '"Europe/London", "UTC", "+02:00"');
  }
}
