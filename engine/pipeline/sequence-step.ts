/** One step of a sequence: an event that it takes, or one that must not come. */
import { conjunctsOf } from '../expression/conjuncts.ts';
import type { Expression, Scope, ValueType } from '../expression/expression.ts';
import { reads } from '../expression/tree.ts';
import type { Millis } from '../time.ts';
import type { AbsenceDefinition, StepDefinition, Times } from './definition.ts';
import { readDuration } from './duration.ts';
import { predicate, readExpression } from './expression-value.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, readFields } from './fields.ts';
import { checkIdentifier } from './name.ts';
import { eventScope, type NameType, type ParamTypes, type TableShapes } from './scope.ts';
import { readFrom, type StreamName } from './stream-name.ts';
import { changingTables } from './stream-table.ts';
import { written } from './yaml-node.ts';

export const stepFields = { from: 'optional', where: 'optional', times: 'optional' } as const;
export const absenceFields = { from: 'optional', where: 'optional', for: 'optional', until: 'optional' } as const;

/** Events that a match holds: an alert shows them all, in one item. */
export const mostTimes = 100;
export const timesPattern = /^(\d+)(?:(\.\.)(\d*))?$/;

export interface StepName {
  readonly name: string;
  readonly key: Entry;
  /** What later expressions see under the name: null where a step of `any` was not the one. */
  readonly type: ValueType;
}

export interface StepContext {
  readonly report: FaultReport;
  readonly params: ParamTypes;
  readonly tables: TableShapes;
  /** What the rule says for all steps. */
  readonly from: readonly StreamName[] | undefined;
  readonly within: Millis | undefined;
  /** The steps so far. */
  readonly steps: StepName[];
  readonly named: StreamName[];
  readonly eventScopes: { readonly scope: Scope; readonly from: readonly string[] }[];
}

/** Where a `not` stands: before the first step, between two, at the end, or in a group. */
export type Place = 'first' | 'between' | 'last' | 'group';

export function readStep(
  context: StepContext,
  element: Entry,
  kind: 'alone' | 'all' | 'any',
): StepDefinition | undefined {
  const { report, steps } = context;
  const step = { ...element, code: 'rule.sequence' };
  const isName = checkIdentifier(report, step);
  const known = steps.find(({ name }) => name === step.name);
  if (known !== undefined)
    report.error('rule.sequence.same-name', step.key, `'${step.name}' is a step of this sequence already`, {
      allowed: 'a name of its own for each step',
    });
  const entries = entriesOf(report, { ...step, code: 'rule.sequence.step' }, 'rule.sequence', stepExample);
  const given = readFields(report, entries ?? [], step.key, { code: 'rule.sequence', what: 'a step' }, stepFields);
  const from = streamsOf(context, step, given.from);
  const where = given.where && conditionOf(context, given.where, from, steps);
  const times = given.times && readTimes(report, given.times, kind);
  steps.push({ name: step.name, key: step, type: given.times ? 'list' : kind === 'any' ? 'dyn' : 'map' });
  const isRead =
    (given.where === undefined || where !== undefined) && (given.times === undefined || times !== undefined);
  if (!isName || known !== undefined || entries === undefined || from.length === 0 || !isRead) return undefined;
  return { kind: 'step', name: step.name, from, ...(where && { where }), ...(times && { times }) };
}

const stepExample = "a map with 'where', 'from' or 'times', for example: { where: 'event.stars <= 2' }";

export function readAbsence(
  context: StepContext,
  element: Entry,
  place: Place,
  next: Entry | undefined,
): AbsenceDefinition | undefined {
  const { report, steps, within } = context;
  const not = { ...element, code: 'rule.sequence.not' };
  const entries = entriesOf(
    report,
    not,
    'rule.sequence.not',
    "a map with 'where', for example: { where: 'event.paid' }",
  );
  const level = { code: 'rule.sequence.not', what: "a 'not'" };
  const given = readFields(report, entries ?? [], not.key, level, absenceFields);
  const from = streamsOf(context, not, given.from);
  // Before the first step, what must not have come can be compared with it.
  const seen =
    next === undefined || isKeyword(next) ? steps : [...steps, { name: next.name, key: next, type: 'map' as const }];
  const where = given.where && conditionOf(context, given.where, from, seen);
  const length = given.for && readDuration(report, given.for, { atLeast: 1 as Millis, atMost: within ?? longest }); // Branding.
  const until =
    given.until &&
    place !== 'first' &&
    readExpression(report, given.until, endScope(context), {
      types: ['string', 'number', 'timestamp'],
      words: 'a time taken from the steps before, such as order.promisedBy or timestamp(order.at) + duration("3d")',
    });
  let fits = checkLength(context, not, given, place);
  if (given.for && given.until) {
    fits = false;
    report.error(
      'rule.sequence.not.until.twice',
      given.until.key,
      "a 'not' goes on 'for' a time or 'until' one, not both",
      {
        allowed: 'one of the two',
      },
    );
  }
  const isRead =
    (given.where === undefined || where !== undefined) &&
    (given.for === undefined || length !== undefined) &&
    (given.until === undefined || until !== undefined);
  if (!fits || !isRead || entries === undefined || from.length === 0) return undefined;
  return {
    kind: 'not',
    from,
    ...(where && { where }),
    ...(length !== undefined && { for: length }),
    ...(until && { until }),
  };
}

const longest = (366 * 86_400_000) as Millis; // Branding.

/** Whether the place of a `not` goes with how long it lasts. */
function checkLength(
  { report }: StepContext,
  not: Entry,
  given: { readonly for?: Entry; readonly until?: Entry },
  place: Place,
): boolean {
  if (place === 'first' && given.until) {
    report.error(
      'rule.sequence.not.until.first',
      given.until.key,
      "a 'not' before the first step has no step to take a time from",
      {
        allowed: "'for', how long before the step nothing came; without it, 'within'",
      },
    );
    return false;
  }
  if (place === 'group' && given.for === undefined && given.until === undefined) {
    report.error('rule.sequence.not.for.missing', not.key, "a 'not' in a group does not say when it is over", {
      allowed: "'for' or 'until'; or 'not' as a part of its own, before the step that it must not come before",
    });
    return false;
  }
  return true;
}

function isKeyword({ name }: Entry): boolean {
  return name === 'all' || name === 'any';
}

function streamsOf({ report, from, named }: StepContext, step: Entry, entry: Entry | undefined): readonly string[] {
  if (entry) {
    const own = readFrom(report, entry);
    named.push(...own);
    return own.map(({ name }) => name);
  }
  if (from === undefined)
    report.error(
      'rule.from.missing',
      step.key,
      `the step '${step.name}' does not say which stream it reads, nor does the rule`,
      {
        allowed: "'from' in the step, or in the rule for all steps",
      },
    );
  return (from ?? []).map(({ name }) => name);
}

/** A predicate over an event and the steps before it. */
function conditionOf(
  { report, params, tables, eventScopes }: StepContext,
  entry: Entry,
  from: readonly string[],
  steps: readonly StepName[],
): Expression | undefined {
  const ofEvent = eventScope(params, tables);
  const scope = { ...ofEvent, names: new Map([...ofEvent.names, ...typesOf(steps)]) };
  eventScopes.push({ scope, from });
  const condition = readExpression(report, entry, scope, predicate);
  const { rest } = conjunctsOf(condition?.node, new Set(steps.map(({ name }) => name)));
  const [table] = changingTables(rest, tables);
  if (table !== undefined) {
    report.error(
      `${entry.code}.changing-table`,
      entry.range,
      `a condition on an earlier step is asked again as events come, and tables.${table} may have changed by then`,
      { allowed: "the table in a condition on this event alone, joined by '&&', or a table with a 'file'" },
    );
    return undefined;
  }
  if (rest === undefined || reads(rest).every(([root]) => root !== 'meta')) return condition;
  report.error(
    `${entry.code}.meta`,
    entry.range,
    `a condition on an earlier step reads 'meta', which is not kept with events`,
    { allowed: "'meta' in a condition of its own, joined by '&&', or a field of the event" },
  );
  return undefined;
}

/** For when an absence ends: there is no event yet. */
function endScope({ params, steps }: StepContext): Scope {
  const names = new Map<string, NameType>([['params', { fields: params }], ...typesOf(steps)]);
  return { aggregates: false, names, events: steps.map(({ name }) => name) };
}

function typesOf(steps: readonly StepName[]): (readonly [string, NameType])[] {
  return steps.map(({ name, type }) => [name, type]);
}

/** `3`, `3..5`, `3..`. */
function readTimes(report: FaultReport, entry: Entry, kind: 'alone' | 'all' | 'any'): Times | undefined {
  const text = written(entry.value) ?? '';
  if (kind !== 'alone') {
    report.error(`${entry.code}.group`, entry.key, `a step in '${kind}' takes one event`, {
      allowed: "'times' in a step that stands alone",
    });
    return undefined;
  }
  const [, first, open, last] = timesPattern.exec(text) ?? [];
  const least = Number(first);
  const most = open === undefined ? least : last === '' ? mostTimes : Number(last);
  if (first !== undefined && least >= 1 && most >= least && most <= mostTimes) return { least, most };
  const problem =
    first === undefined
      ? `'${text}' is no number of events`
      : least < 1
        ? 'a step takes one event at least'
        : most > mostTimes
          ? 'a match would hold too many events'
          : `'${text}' ends before it begins`;
  report.error(`${entry.code}.value`, entry.range, problem, {
    allowed: `'3', '3..5' or '3..': a whole number from 1 to ${mostTimes}, or two with '..' between them`,
  });
  return undefined;
}
