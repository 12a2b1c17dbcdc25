/** Calls: functions by the function table, and constants that can be judged beforehand. */
import { aggregateNames, isAggregateName } from './aggregate-call.ts';
import { checkAggregate } from './check-aggregate.ts';
import { type CheckContext, report } from './check-context.ts';
import type { Node } from './expression.ts';
import { type CheckedType, type FunctionForm, functionForms, functionNames, typeText } from './function-table.ts';
import { nearestName } from './nearest-name.ts';
import { patternFault } from './regular-expression.ts';
import { parseDuration, parseTimestamp, zoneOffset } from './time-text.ts';

type Call = Extract<Node, { kind: 'call' }>;

export function checkAggregateOrCall(node: Call, context: CheckContext): CheckedType {
  if (node.target === undefined && isAggregateName(node.name)) return checkAggregate(node, node.name, context);
  return checkCall(node, context);
}

/** What CEL or its extensions have and this language does not claim, and what stands for it. */
const notClaimed: ReadonlyMap<string, string> = new Map([
  ['type', 'has(event.field), or a conversion such as string(event.field)'],
  ['bytes', 'texts'],
  ['uint', 'int(…)'],
  ['existsOne', '.exists_one(x, predicate)'],
  ['optMap', '.orValue(…)'],
  ['optFlatMap', '.orValue(…)'],
  ['format', '+ and fixed(x, decimals); of times getHours("Europe/London") and the like'],
  ['quote', '+ with quotes'],
  ['transformList', '.map(x, value)'],
  ['transformMap', '.map(x, value)'],
  ['optional.ofNonZeroValue', 'x == 0 ? optional.none() : optional.of(x)'],
  ['math.isNaN', 'nothing: a number is never NaN'],
  ['math.isInf', 'nothing: a number is never infinite'],
  ['math.isFinite', 'nothing: a number is always finite'],
]);

/** What other languages call it. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['len', 'size(x)'],
  ['length', 'size(x)'],
  ['median', 'percentile(x, 50)'],
  ['average', 'avg(x)'],
  ['mean', 'avg(x)'],
  ['distinct', 'countDistinct(x), or values(x, n)'],
  ['coalesce', 'event.?field.orValue(0)'],
  ['lower', 'text.lowerAscii()'],
  ['upper', 'text.upperAscii()'],
  ['round', 'math.round(x); fixed(x, decimals) in a text'],
  ['abs', 'math.abs(x)'],
  ['now', 'times of events, such as meta.eventTime: rules have no clock'],
]);

function checkCall(node: Call, context: CheckContext): CheckedType {
  const onValue = node.target !== undefined;
  const named = functionForms(node.name);
  const style = named.filter((form) => (form.receiver !== undefined) === onValue);
  // What nobody knows was meant as an aggregate where one may stand, so its arguments are those of one.
  const isAggregate = named.length === 0 && !onValue && context.scope.aggregates && context.aggregate === undefined;
  const inner = isAggregate ? { ...context, aggregate: node.name } : context;
  const types: CheckedType[] = node.arguments.map((argument) => context.check(argument, inner));
  const receiver = node.target === undefined ? undefined : context.check(node.target, context);
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
  const here = elsewhere.get(name);
  const nearest = here === undefined ? nearestName(name, names) : undefined;
  const start = context.source.indexOf(name, node.target?.end ?? node.start);
  const message = `There is no function ${name}()${node.target === undefined ? '' : ' that is called on a value'}.`;
  return report(
    context,
    'unknown-function',
    { start, end: start + name.length },
    nearest === undefined ? message : `${message} Did you mean ${nearest}()?`,
    {
      allowed: here ?? names.map((known) => `${known}()`).join(', '),
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
