/** `rules`: what is asked of the events of one or more streams, and what comes of it. */
import { isMap } from 'yaml';
import type { Expression, Scope } from '../expression/expression.ts';
import { reads } from '../expression/tree.ts';
import type { Millis } from '../time.ts';
import { checkRoom } from './aggregate-room.ts';
import { readAlert } from './alert.ts';
import { readChoice } from './choice.ts';
import type { AlertDefinition, Emit, NamedExpression, RuleDefinition, WindowDefinition } from './definition.ts';
import { predicate, readExpression, readPlainText, scalarValue, type Wanted } from './expression-value.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, readFields } from './fields.ts';
import { isGrowing } from './growth.ts';
import { checkIdentifier, checkResourceName } from './name.ts';
import { isSplit, namedEntries } from './named-expressions.ts';
import { checkParts, type RuleFields, ruleFields } from './rule-parts.ts';
import { aggregateScope, eventScope, type ParamTypes, windowScope } from './scope.ts';
import { readFrom, readInto, type StreamName } from './stream-name.ts';
import { readWindow, type WindowReading } from './window.ts';

export const emits = ['threshold', 'changes', 'final'] as const;
export const modes = ['live', 'shadow', 'off'] as const;

export interface RuleReading {
  readonly name: string;
  readonly from: readonly StreamName[];
  readonly into?: StreamName;
  /** The names of `select`, where the rule has one. */
  readonly selected?: readonly string[];
  readonly isStateful: boolean;
  /** The scopes of those of its expressions that see `event`. */
  readonly eventScopes: readonly Scope[];
  readonly definition?: RuleDefinition;
}

export interface RuleContext {
  readonly params: ParamTypes;
  readonly timezone: string;
}

export function readRules(report: FaultReport, entry: Entry, context: RuleContext): RuleReading[] {
  const rules = entriesOf(report, entry, 'rule', 'a map of rules by name');
  if (rules?.length === 0)
    report.error('rule.none', entry.range, 'there is no rule', { allowed: 'a map of rules by name' });
  return (rules ?? []).map((rule) => readRule(report, rule, context));
}

function readRule(report: FaultReport, rule: Entry, { params, timezone }: RuleContext): RuleReading {
  const { name } = rule;
  checkResourceName(report, { ...rule, range: rule.key });
  const entries = entriesOf(report, rule, 'rule', "a map with 'from' and 'alert' or 'into'") ?? [];
  const given = readFields(report, entries, rule.key, { code: 'rule', what: 'a rule' }, ruleFields);
  /** A rule of a shape that cannot run yet: what its later parts may name is not known. */
  const isOtherShape = entries.some((entry) => ['sequence', 'join', 'distinct'].includes(entry.name));
  const isStateful = given.window !== undefined || isOtherShape;
  if (isMap(rule.value) && !isOtherShape) checkParts(report, rule, given);

  const ofEvent = eventScope(params);
  const ofAggregate = aggregateScope(params);
  const from = given.from ? readFrom(report, given.from) : [];
  const description = given.description && readPlainText(report, given.description);
  const mode = given.mode ? readChoice(report, given.mode, modes) : 'live';
  const where = given.where && readExpression(report, given.where, ofEvent, predicate);
  const window = given.window ? readWindow(report, given.window, timezone, ofEvent) : undefined;
  const groups = readNamed(report, given.groupBy, ofEvent, scalarValue);
  const aggregates = readNamed(report, given.aggregate, ofAggregate);
  checkDistinct(report, groups, aggregates);
  checkRoom(report, given.aggregate, complete(aggregates));

  const ofResult = given.window ? resultScope(params, [...groups, ...aggregates], window?.seesEvent === true) : ofEvent;
  const having =
    given.having && given.window && !isOtherShape
      ? readExpression(report, given.having, ofResult, predicate)
      : undefined;
  const select = given.window || isOtherShape ? [] : readNamed(report, given.select, ofResult);
  const emit = readEmit(report, given, having, aggregates, window);
  const into = given.into && readInto(report, given.into, isStateful);
  const alert =
    given.alert &&
    readAlert(report, given.alert, {
      scope: isOtherShape ? undefined : ofResult,
      defaultCooldown: defaultCooldown(window?.definition),
      keyless: !isStateful && given.groupBy === undefined,
    });

  const parts = { where, having, alert, window: window?.definition };
  const definition: RuleDefinition | undefined =
    mode === undefined
      ? undefined
      : {
          name,
          ...(description !== undefined && { description }),
          mode,
          from: from.map((stream) => stream.name),
          ...defined(parts),
          ...(given.select && { select: complete(select) }),
          ...(into && { into: into.name }),
          groupBy: complete(groups),
          aggregate: complete(aggregates),
          emit,
        };
  return {
    name,
    from,
    isStateful,
    eventScopes: [ofEvent, ...(given.window ? [ofAggregate] : []), ...(window?.seesEvent === true ? [ofResult] : [])],
    ...(into && { into }),
    ...(given.select && { selected: select.map((one) => one.name) }),
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

function resultScope(params: ParamTypes, results: readonly NamedReading[], seesEvent: boolean): Scope {
  const types = new Map(results.map(({ name, expression }) => [name, expression?.type ?? 'dyn']));
  const scope = windowScope(params, results, (name) => types.get(name) ?? 'dyn');
  return seesEvent ? { ...scope, names: new Map([['event', 'dyn'], ...scope.names]) } : scope;
}

function readEmit(
  report: FaultReport,
  { emit, having, alert, window }: RuleFields,
  condition: Expression | undefined,
  aggregates: readonly NamedReading[],
  windowReading: WindowReading | undefined,
): Emit {
  if (emit) return readChoice(report, emit, emits) ?? 'threshold';
  // What happened before an event is there when it comes: nothing that comes after it in order changes its window.
  if (windowReading?.seesEvent === true) return 'threshold';
  const read = new Set(condition && reads(condition.node).map(([root]) => root));
  const isKnown = aggregates.every(({ name, expression }) => expression !== undefined || !read.has(name));
  if (
    alert &&
    window &&
    having &&
    condition &&
    isKnown &&
    !isGrowing(condition, complete(aggregates), windowReading?.kind)
  ) {
    reportWavering(report, having);
  }
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
