/** `join`: pairs of events that have a key in common and are near in time, and events that have no other. */
import { isMap } from 'yaml';
import type { Expression, Scope } from '../expression/expression.ts';
import { canonical } from '../expression/tree.ts';
import type { Millis } from '../time.ts';
import { readChoice } from './choice.ts';
import { type JoinDefinition, joinTypes, type StepDefinition } from './definition.ts';
import { type DurationBounds, readDuration } from './duration.ts';
import { predicate, readExpression, scalarValue } from './expression-value.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, readFields } from './fields.ts';
import { checkIdentifier } from './name.ts';
import { eventScope, type ParamTypes, type TableShapes } from './scope.ts';
import type { StepName } from './sequence-step.ts';
import { readFrom, type StreamName } from './stream-name.ts';
import { sizes } from './window-sizes.ts';
import { written } from './yaml-node.ts';

const keys = { left: { example: 'left: event.orderId' }, right: { example: 'right: event.orderId' } } as const;

export const fields = {
  left: { example: 'left: { from: orders, as: order }' },
  right: { example: 'right: { from: reviews, as: review }' },
  on: { example: 'on: { left: event.orderId, right: event.orderId }' },
  within: { example: 'within: 1d' },
  type: 'optional',
} as const;
export const sideFields = {
  from: { example: 'from: orders' },
  as: { example: 'as: order' },
  where: 'optional',
} as const;
export const keyFields = keys;
export const distanceFields = { before: { example: 'before: 0s' }, after: { example: 'after: 1d' } } as const;

/** The name of the group that a join's key is. */
export const keyName = 'on';
const distances: DurationBounds = { atLeast: 0 as Millis, atMost: sizes.atMost }; // Branding.

export interface JoinReading {
  readonly definition?: JoinDefinition;
  /** Both sides, by what expressions call them. */
  readonly steps: readonly StepName[];
  readonly from: readonly StreamName[];
  /** What sees `event`, and of which streams. */
  readonly eventScopes: readonly { readonly scope: Scope; readonly from: readonly string[] }[];
}

interface Context {
  readonly report: FaultReport;
  readonly params: ParamTypes;
  readonly tables: TableShapes;
}

export function readJoin(context: Context, join: Entry): JoinReading {
  const { report } = context;
  const entries = entriesOf(report, join, 'rule.join', "a map with 'left', 'right', 'on' and 'within'") ?? [];
  const given = readFields(report, entries, join.key, { code: 'rule.join', what: 'a join' }, fields);
  const type = given.type ? readChoice(report, given.type, joinTypes) : 'inner';
  const distance = given.within && readDistance(report, given.within);
  const onEntries = given.on && entriesOf(report, given.on, 'rule.join.on', "a map with 'left' and 'right'");
  const on =
    given.on && onEntries
      ? readFields(report, onEntries, given.on.key, { code: 'rule.join.on', what: "'on'" }, keys)
      : {};
  const left = given.left && readSide(context, given.left, on.left, type === 'right' || type === 'full');
  const right = given.right && readSide(context, given.right, on.right, type === 'left' || type === 'full');
  if (left?.name !== undefined && left.name.name === right?.name?.name)
    report.error(
      'rule.join.same-name',
      right.name.key.range,
      `'${left.name.name}' is the name of the other side, too`,
      {
        allowed: "a name of its own under 'as' for each side",
      },
    );
  const sides = [left, right].flatMap((side) => side ?? []);
  const isWhole = left?.step && right?.step && left.on && right.on && type !== undefined && distance !== undefined;
  return {
    steps: sides.flatMap(({ name }) => name ?? []),
    from: sides.flatMap(({ from }) => from),
    eventScopes: sides.map(({ scope, from }) => ({ scope, from: from.map(({ name }) => name) })),
    ...(isWhole && {
      definition: { kind: 'join', type, ...distance, parts: [left.step, right.step], on: [left.on, right.on] },
    }),
  };
}

interface Side {
  readonly name: StepName | undefined;
  readonly from: readonly StreamName[];
  readonly scope: Scope;
  readonly step: StepDefinition | undefined;
  readonly on: Expression | undefined;
}

/** `mayLack`: true where results may have no event of this side. */
function readSide(
  { report, params, tables }: Context,
  side: Entry,
  key: Entry | undefined,
  mayLack: boolean,
): Side | undefined {
  const entries = entriesOf(report, side, side.code, "a map with 'from' and 'as'");
  if (entries === undefined) return undefined;
  const given = readFields(report, entries, side.key, { code: side.code, what: `the ${side.name} side` }, sideFields);
  const from = given.from ? readFrom(report, given.from) : [];
  const scope = eventScope(params, tables);
  const where = given.where && readExpression(report, given.where, scope, predicate);
  const on = key && readExpression(report, key, scope, scalarValue);
  const name = given.as && readName(report, given.as, mayLack);
  const isRead = name !== undefined && from.length > 0 && (given.where === undefined || where !== undefined);
  const step: StepDefinition | undefined = isRead
    ? { kind: 'step', name: name.name, from: from.map((stream) => stream.name), ...(where && { where }) }
    : undefined;
  return { name, from, scope, step, on };
}

function readName(report: FaultReport, as: Entry, mayLack: boolean): StepName | undefined {
  const name = written(as.value) ?? '';
  const entry = { ...as, name, key: as.range };
  if (name === keyName) {
    report.error(`${as.code}.reserved-name`, as.range, `'${name}' is the key of the join`, { allowed: 'another name' });
    return undefined;
  }
  return checkIdentifier(report, entry) ? { name, key: entry, type: mayLack ? 'dyn' : 'map' } : undefined;
}

/** `within: 1d`, or how long before the left event and how long after it. */
function readDistance(report: FaultReport, within: Entry): Pick<JoinDefinition, 'before' | 'after'> | undefined {
  if (!isMap(within.value)) {
    const both = readDuration(report, within, sizes);
    return both === undefined ? undefined : { before: both, after: both };
  }
  const entries = entriesOf(report, within, within.code, 'a length of time') ?? [];
  const given = readFields(report, entries, within.key, { code: within.code, what: "'within'" }, distanceFields);
  const before = given.before && readDuration(report, given.before, distances);
  const after = given.after && readDuration(report, given.after, distances);
  if (before === undefined || after === undefined) return undefined;
  if (Math.max(before, after) >= sizes.atLeast) return { before, after };
  report.error(`${within.code}.out-of-range`, within.range, `'within' leaves no time between the two events`, {
    allowed: "1s or more for 'before' or 'after'",
  });
  return undefined;
}

/** True where both sides are asked for the same key. */
export function hasOneKey({ on: [left, right] }: JoinDefinition): boolean {
  return canonical(left.node) === canonical(right.node);
}
