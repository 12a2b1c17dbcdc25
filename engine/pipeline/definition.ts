/**
 * A pipeline file as it was read and found free of faults: names resolved, defaults filled in, expressions checked.
 * What the fields mean is said where the user reads it, in docs/language.md.
 */
import type { Json } from '../aggregate/value.ts';
import type { Expression, Text } from '../expression/expression.ts';
import type { EpochMillis, Millis } from '../time.ts';

export type ParamValue = string | number | boolean;

export interface PipelineDefinition {
  readonly name: string;
  /** IANA name, for calendar windows and times in texts. */
  readonly timezone: string;
  /** Defaults with the overrides of the command line or the deployment applied. */
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly streams: readonly StreamDefinition[];
  readonly tables: readonly TableDefinition[];
  /** Every rule, in file order, those that are `off` too. */
  readonly rules: readonly RuleDefinition[];
}

export interface StreamDefinition {
  readonly name: string;
  readonly partitionKey: Expression;
  /** Absent: the arrival time. */
  readonly eventTime?: Expression;
  /** Absent: stream, shard, sequence number and index. */
  readonly eventId?: Expression;
  readonly outOfOrderness: Millis;
  readonly allowedLateness: Millis;
  readonly clockSkew: Millis;
  readonly idleAfter: Millis;
  readonly dedupeWithin: Millis;
  /** A JSON Schema, already read and known to compile. */
  readonly schema?: object;
}

/** What makes rows of a table: its expressions see a row of text as `event`, or an event. */
export interface TableExpressions {
  readonly name: string;
  readonly key: Expression;
  readonly value: readonly NamedExpression[];
  /** Present where a row of a file is valid from a time on, until the next row of its key. */
  readonly validFrom?: Expression;
}

export type TableDefinition = FileTableDefinition | StreamTableDefinition;

export interface FileTableDefinition extends TableExpressions {
  /** Of the file, in its order. */
  readonly columns: readonly string[];
  /** Evaluated, in the order of the file; no two have the same key and `from`. */
  readonly rows: readonly TableRow[];
}

/** Each event of its streams is a row that is valid from the event's time on. */
export interface StreamTableDefinition extends TableExpressions {
  /** Declared or derived streams. */
  readonly from: readonly string[];
  /** How long a row is kept after another of its key has taken its place. */
  readonly keep: Millis;
}

export function isOfStream(table: TableDefinition): table is StreamTableDefinition {
  return 'from' in table;
}

export interface TableRow {
  readonly key: string | number | boolean;
  /** Absent where rows are valid at all times. */
  readonly from?: EpochMillis;
  readonly value: { readonly [name: string]: Json };
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: Expression;
}

export type WindowDefinition =
  | { readonly kind: 'tumbling'; readonly size: Millis; readonly offset: Millis }
  | { readonly kind: 'hopping'; readonly size: Millis; readonly every: Millis }
  | { readonly kind: 'sliding'; readonly size: Millis }
  | {
      readonly kind: 'calendar';
      readonly unit: CalendarUnit;
      readonly timezone: string;
      /** Results so far, from the period's start on, after each such step. */
      readonly every?: Millis;
    }
  | { readonly kind: 'before'; readonly size: Millis }
  | { readonly kind: 'session'; readonly gap: Millis; readonly max: Millis }
  | { readonly kind: 'last'; readonly count: number; readonly within: Millis }
  | { readonly kind: 'until'; readonly until: Expression; readonly max: Millis }
  | SequenceDefinition
  | JoinDefinition;

/** Of the events of a key less than `within` after one that was kept, or opened a window, one is kept. */
export interface DistinctDefinition {
  readonly within: Millis;
  readonly keep: KeptEvent;
}

export const keptEvents = ['first', 'last'] as const;
export type KeptEvent = (typeof keptEvents)[number];

/** Steps of events that follow each other. */
export interface SequenceDefinition {
  readonly kind: 'sequence';
  /** Between the first event and the last, exclusive. */
  readonly within: Millis;
  readonly match: SequenceMatch;
  readonly after: SequenceAfter;
  readonly parts: readonly SequencePart[];
}

export const sequenceMatches = ['skip-till-next', 'strict'] as const;
export type SequenceMatch = (typeof sequenceMatches)[number];
export const sequenceAfters = ['skip-past-last', 'next-event'] as const;
export type SequenceAfter = (typeof sequenceAfters)[number];

/** Pairs of events of two sides that have a key in common. */
export interface JoinDefinition {
  readonly kind: 'join';
  readonly type: JoinType;
  /** How much earlier than the left event the right one is at most, and how much later. */
  readonly before: Millis;
  readonly after: Millis;
  /** The left one and the right one. */
  readonly parts: readonly [StepDefinition, StepDefinition];
  /** What the key is of an event of each side. */
  readonly on: readonly [Expression, Expression];
}

/** Of which side events are told that have no other. */
export const joinTypes = ['inner', 'left', 'right', 'full'] as const;
export type JoinType = (typeof joinTypes)[number];

export type SequencePart =
  | StepDefinition
  | AbsenceDefinition
  | { readonly kind: 'all' | 'any'; readonly parts: readonly (StepDefinition | AbsenceDefinition)[] };

export interface StepDefinition {
  readonly kind: 'step';
  readonly name: string;
  readonly from: readonly string[];
  readonly where?: Expression;
  /** How many events it takes; absent: one. */
  readonly times?: Times;
}

export interface Times {
  readonly least: number;
  readonly most: number;
}

export interface AbsenceDefinition {
  readonly kind: 'not';
  readonly from: readonly string[];
  readonly where?: Expression;
  readonly for?: Millis;
  readonly until?: Expression;
}

export type CalendarUnit = 'hour' | 'day' | 'week' | 'month';

export type Emit = 'threshold' | 'changes' | 'final';
export type Mode = 'live' | 'shadow' | 'off';
export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** How many messages of a rule are told one by one in a period; the rest is told in a digest. */
export interface AlertLimit {
  readonly most: number;
  readonly per: Millis;
}

export interface AlertDefinition {
  readonly severity: Severity | Expression;
  readonly title: Text;
  readonly description?: Text;
  readonly labels: readonly { readonly name: string; readonly text: Text }[];
  /** How many events, the newest, an alert shows. */
  readonly evidence: number;
  /** `read`: the fields that the rule reads; `all`: whole events. */
  readonly evidenceFields: 'read' | 'all';
  /** Windows of a key whose ends are at most this far apart are one alert; 0: each window is its own. */
  readonly cooldown: Millis;
  readonly limit: AlertLimit;
}

export interface RuleDefinition {
  readonly name: string;
  readonly description?: string;
  readonly mode: Mode;
  /** Declared or derived streams. */
  readonly from: readonly string[];
  readonly where?: Expression;
  /** Of a rule with a window or a sequence that goes into a derived stream, always there; without it, events go on as they are. */
  readonly select?: readonly NamedExpression[];
  /** The derived stream that `select` goes into. */
  readonly into?: string;
  /** Empty: one global key. */
  readonly groupBy: readonly NamedExpression[];
  /** Absent for a stateless rule. */
  readonly window?: WindowDefinition;
  /** Present where the rule is about single events: `window` and `aggregate` say so in their words. */
  readonly distinct?: DistinctDefinition;
  /** Expressions with aggregate calls in them; none where the window is a sequence. */
  readonly aggregate: readonly NamedExpression[];
  readonly having?: Expression;
  readonly emit: Emit;
  readonly alert?: AlertDefinition;
}
