/**
 * A pipeline file as it was read and found free of faults: names resolved, defaults filled in, expressions checked.
 * What the fields mean is said where the user reads it, in docs/language.md.
 */
import type { Expression, Text } from '../expression/expression.ts';
import type { Millis } from '../time.ts';

export type ParamValue = string | number | boolean;

export interface PipelineDefinition {
  readonly name: string;
  /** IANA name, for calendar windows and times in texts. */
  readonly timezone: string;
  /** Defaults with the overrides of the command line or the deployment applied. */
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly streams: readonly StreamDefinition[];
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
  | { readonly kind: 'until'; readonly until: Expression; readonly max: Millis };

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
  readonly select?: readonly NamedExpression[];
  /** The derived stream that a stateless rule's `select` goes into. */
  readonly into?: string;
  /** Empty: one global key. */
  readonly groupBy: readonly NamedExpression[];
  /** Absent for a stateless rule. */
  readonly window?: WindowDefinition;
  /** Expressions with aggregate calls in them. */
  readonly aggregate: readonly NamedExpression[];
  readonly having?: Expression;
  readonly emit: Emit;
  readonly alert?: AlertDefinition;
}
