/** `rules`: what is asked of the events of one or more streams, and what comes of it. */
import { isMap } from 'yaml';
import type { Expression, Scope, SourceRange, ValueType } from '../expression/expression.ts';
import type { Millis } from '../time.ts';
import { checkRoom } from './aggregate-room.ts';
import { readAlert } from './alert.ts';
import { readChoice } from './choice.ts';
import type { AlertDefinition, Emit, NamedExpression, RuleDefinition, WindowDefinition } from './definition.ts';
import { readDistinct } from './distinct.ts';
import { readEmit } from './emit.ts';
import { predicate, readExpression, readPlainText, scalarValue, type Wanted } from './expression-value.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, readFields } from './fields.ts';
import { keyName, readJoin } from './join.ts';
import { checkIdentifier, checkResourceName } from './name.ts';
import { isSplit, namedEntries } from './named-expressions.ts';
import { wholeResult } from './output.ts';
import { checkParts, ruleFields } from './rule-parts.ts';
import { aggregateScope, eventScope, type ParamTypes, type TableShapes, windowScope } from './scope.ts';
import { hasNot, readSequence } from './sequence.ts';
import type { StepName } from './sequence-step.ts';
import { readFrom, readInto, type StreamName } from './stream-name.ts';
import { readWindow } from './window.ts';

export const modes = ['live', 'shadow', 'off'] as const;

export interface RuleReading {
  readonly name: string;
  readonly from: readonly StreamName[];
  readonly into?: StreamName;
  /** The names of what it makes, where they are known. */
  readonly selected?: readonly string[];
  readonly isStateful: boolean;
  /** Of a window, where the rule says when it speaks, and what it says. */
  readonly emit?: { readonly says: Emit; readonly range: SourceRange };
  /** The scopes of those of its expressions that see `event`, with the streams that it is of. */
  readonly eventScopes: readonly { readonly scope: Scope; readonly from: readonly string[] }[];
  readonly definition?: RuleDefinition;
}

export interface RuleContext {
  readonly params: ParamTypes;
  readonly tables: TableShapes;
  readonly timezone: string;
}

export function readRules(report: FaultReport, entry: Entry, context: RuleContext): RuleReading[] {
  const rules = entriesOf(report, entry, 'rule', 'a map of rules by name');
  if (rules?.length === 0)
    report.error('rule.none', entry.range, 'there is no rule', { allowed: 'a map of rules by name' });
  return (rules ?? []).map((rule) => readRule(report, rule, context));
}

function readRule(report: FaultReport, rule: Entry, { params, tables, timezone }: RuleContext): RuleReading {
  const { name } = rule;
  checkResourceName(report, { ...rule, range: rule.key });
  const entries = entriesOf(report, rule, 'rule', "a map with 'from' and 'alert' or 'into'") ?? [];
  const given = readFields(report, entries, rule.key, { code: 'rule', what: 'a rule' }, ruleFields);
  const isStateful = [given.window, given.sequence, given.distinct, given.join].some((part) => part !== undefined);
  if (isMap(rule.value)) checkParts(report, rule, given);

  const ofEvent = eventScope(params, tables);
  const ofAggregate = aggregateScope(params, tables);
  const ofAll = given.from && readFrom(report, given.from);
  const sequence =
    given.sequence && readSequence(report, { ...given, sequence: given.sequence }, { params, tables }, ofAll);
  const join = given.join && readJoin({ report, params, tables }, given.join);
  const steps = [...(sequence?.steps ?? []), ...(join?.steps ?? [])];
  const from = [...(ofAll ?? []), ...(sequence?.from ?? []), ...(join?.from ?? [])];
  const streams = [...new Set(from.map((stream) => stream.name))];
  const description = given.description && readPlainText(report, given.description);
  const mode = given.mode ? readChoice(report, given.mode, modes) : 'live';
  const where = given.where && readExpression(report, given.where, ofEvent, predicate);
  const window = given.window ? readWindow(report, given.window, timezone, ofEvent) : undefined;
  const distinct = given.distinct && readDistinct(report, given.distinct);
  const groups = readNamed(report, given.groupBy, ofEvent, scalarValue);
  const aggregates = readNamed(report, given.aggregate, ofAggregate);
  checkDistinct(report, groups, aggregates);
  checkSteps(report, groups, sequence?.steps ?? []);
  checkRoom(report, given.aggregate, complete(aggregates));

  const seesEvent = window?.seesEvent === true || given.distinct !== undefined;
  const results = [...groups, ...aggregates, ...(join ? [{ name: keyName }] : [])];
  const ofResult = isStateful ? resultScope(params, results, steps, seesEvent) : ofEvent;
  const having = given.having && isStateful ? readExpression(report, given.having, ofResult, predicate) : undefined;
  const without = sequence ? 'sequence' : join ? 'join' : given.distinct ? 'distinct' : undefined;
  const isSelected = !isStateful || join !== undefined || (given.into !== undefined && without === undefined);
  const select = isSelected ? readNamed(report, given.select, ofResult) : [];
  const emit = readEmit(report, given, having, aggregates, window);
  const into = given.into && readInto(report, given.into, without);
  const alert =
    given.alert &&
    readAlert(report, given.alert, {
      scope: ofResult,
      defaultCooldown: defaultCooldown(window?.definition),
      without: join ? 'join' : sequence && hasNot(sequence) ? 'not' : undefined,
      keyless: !isStateful && given.groupBy === undefined,
    });

  const isWhole = given.window !== undefined && into !== undefined && given.select === undefined;
  const output = isWhole ? wholeResult(results.map((one) => one.name)) : given.select && complete(select);
  const parts = { where, having, alert, window: sequence?.definition ?? join?.definition ?? window?.definition };
  const definition: RuleDefinition | undefined =
    mode === undefined
      ? undefined
      : {
          name,
          ...(description !== undefined && { description }),
          mode,
          from: streams,
          ...defined(parts),
          ...(output && { select: output }),
          ...(into && { into: into.name }),
          groupBy: join?.definition ? [{ name: keyName, expression: join.definition.on[0] }] : complete(groups),
          aggregate: complete(aggregates),
          emit,
          ...distinct,
        };
  return {
    name,
    from,
    isStateful,
    ...(given.window && given.emit && { emit: { says: emit, range: given.emit.range } }),
    eventScopes: [
      ...[ofEvent, ...(given.window ? [ofAggregate] : []), ...(seesEvent ? [ofResult] : [])].map((scope) => ({
        scope,
        from: streams,
      })),
      ...(sequence?.eventScopes ?? []),
      ...(join?.eventScopes ?? []),
    ],
    ...(into && { into }),
    ...(output && { selected: isWhole ? output.map((one) => one.name) : select.map((one) => one.name) }),
    ...(definition && { definition }),
  };
}

interface NamedReading {
  readonly entry: Entry;
  readonly name: string;
  readonly expression?: Expression;
}

/** The names count even where their expressions are at fault. */
function readNamed(report: FaultReport, entry: Entry | undefined, scope: Scope, wanted?: Wanted): NamedReading[] {
  const entries = (entry && namedEntries(report, entry, 'a map of names to expressions')) ?? [];
  return entries.map((one) => {
    checkIdentifier(report, one);
    const expression = isSplit(one) ? undefined : readExpression(report, one, scope, wanted);
    return { entry: one, name: one.name, ...(expression && { expression }) };
  });
}

function complete(readings: readonly NamedReading[]): NamedExpression[] {
  return readings.flatMap(({ name, expression }) => (expression ? [{ name, expression }] : []));
}

function checkDistinct(
  report: FaultReport,
  groups: readonly NamedReading[],
  aggregates: readonly NamedReading[],
): void {
  for (const { name, entry } of aggregates) {
    if (!groups.some((group) => group.name === name)) continue;
    report.error('rule.aggregate.same-name', entry.key, `'${name}' is a group of this rule already`, {
      allowed: 'a name of its own for each group and aggregate',
    });
  }
}

function checkSteps(report: FaultReport, groups: readonly NamedReading[], steps: readonly StepName[]): void {
  for (const { name, key } of steps) {
    if (!groups.some((group) => group.name === name)) continue;
    report.error('rule.sequence.same-name', key.key, `'${name}' is a group of this rule already`, {
      allowed: 'a name of its own for each group and step',
    });
  }
}

function resultScope(
  params: ParamTypes,
  results: readonly Pick<NamedReading, 'name' | 'expression'>[],
  steps: readonly StepName[],
  seesEvent: boolean,
): Scope {
  const types = new Map<string, ValueType>([
    ...results.map(({ name, expression }) => [name, expression?.type ?? 'dyn'] as const),
    ...steps.map(({ name, type }) => [name, type] as const),
  ]);
  const ofWindow = windowScope(params, [...results, ...steps], (name) => types.get(name) ?? 'dyn');
  const scope = steps.length === 0 ? ofWindow : { ...ofWindow, events: steps.map(({ name }) => name) };
  return seesEvent ? { ...scope, names: new Map([['event', 'dyn'], ...scope.names]) } : scope;
}

function defaultCooldown(window: WindowDefinition | undefined): Millis {
  if (window?.kind === 'sliding') return window.size;
  return (window?.kind === 'hopping' ? window.size - window.every : 0) as Millis; // Branding.
}

/** The parts that a rule has. */
function defined(parts: {
  where: Expression | undefined;
  having: Expression | undefined;
  alert: AlertDefinition | undefined;
  window: WindowDefinition | undefined;
}) {
  const { where, having, alert, window } = parts;
  return { ...(where && { where }), ...(having && { having }), ...(alert && { alert }), ...(window && { window }) };
}
