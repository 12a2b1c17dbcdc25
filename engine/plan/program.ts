/**
 * The generated part of a compiled pipeline: one function per stream that evaluates every rule on an event, reading
 * each field once, and per rule the functions over windows and texts. Values are CEL values; undefined is a failed
 * evaluation.
 */
import type { ChangingTable } from './lookup-table.ts';
import type { Plan } from './plan.ts';
import type { Severity } from '../pipeline/definition.ts';
import type { Timestamp } from '../expression/operators.ts';
import type { EpochMillis } from '../time.ts';

export interface JsonObject {
  readonly [name: string]: unknown;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What expressions see as `meta`. */
export interface Meta {
  readonly stream: string;
  readonly partitionKey: string;
  readonly shard: string;
  readonly sequenceNumber: string;
  readonly arrivalTime: Timestamp;
  readonly eventTime: Timestamp | undefined;
  readonly eventId: string | undefined;
}

/** Where a stream's function puts what it finds, in the order of the rules. */
export interface Sink {
  /** Whether what would be kept of an event is more than a rule can hold. */
  readonly bounds: { isTooLarge(rule: number, kept: JsonObject): boolean };
  /** An event of a stateless rule with an alert. */
  match(
    rule: number,
    groups: readonly unknown[],
    values: JsonObject,
    event: JsonObject,
    fields: JsonObject,
    meta: Meta,
  ): void;
  /** An event that a stateless rule makes for a derived stream. */
  derive(rule: number, stream: string, event: JsonObject): void;
  /** An event of a windowed rule: one argument per accumulator, null where it does not count. */
  touch(rule: number, groups: readonly unknown[], args: readonly unknown[], fields: JsonObject): void;
  /** An event that is a row of a table. */
  row(table: number, key: unknown, values: JsonObject): void;
  /** One that would be, and is none. */
  rowFailed(table: number, part: string, source: string, read: readonly (readonly [string, unknown])[]): void;
  /** A `where` or a predicate failed, and so does not match. */
  predicateFailed(rule: number): void;
  /** A value failed: the event goes to the dead letters. `read` holds the paths that the expression reads. */
  valueFailed(rule: number, part: string, source: string, read: readonly (readonly [string, unknown])[]): void;
}

export interface StreamProgram {
  eventTime?(event: JsonObject, meta: Meta): unknown;
  eventId?(event: JsonObject, meta: Meta): unknown;
  /** The source of `eventId`, and the paths that it reads with their values. */
  eventIdReads?(event: JsonObject, meta: Meta): readonly [string, readonly (readonly [string, unknown])[]];
  partitionKey(event: JsonObject, meta: Meta): unknown;
  /** Null where the event fits the stream's schema, else what does not. */
  validate?(event: JsonObject): string | null;
  evaluate(event: JsonObject, meta: Meta, sink: Sink): void;
  /** The fields that all of these read, where they do not read the whole event. */
  readonly fields?: readonly string[];
  /** The one of them that is read as the event's time and for nothing else: it may stand there as epoch milliseconds. */
  readonly time?: string;
  /** As much of an event as they read, of the values of `fields`; undefined for one that it has not. */
  readonly event?: (values: readonly unknown[]) => JsonObject;
}

export interface WindowTimes {
  readonly start: Timestamp;
  readonly end: Timestamp;
}

export interface RenderedTexts {
  readonly severity: Severity;
  readonly title: string;
  readonly description?: string | undefined;
  readonly labels?: { readonly [name: string]: string } | undefined;
}

/** `t`: of the event. */
export type StepFunction = (event: JsonObject, values: readonly unknown[], t: EpochMillis) => unknown;

export interface RuleProgram {
  /** Of a windowed rule; `event` is empty where the window is of none. The named aggregates from the accumulators' results; undefined where one fails. */
  readonly aggregates?: ((results: readonly unknown[]) => readonly unknown[]) | undefined;
  /** Of a windowed rule with a `select`: the values that are told. */
  readonly select?:
    | ((
        groups: readonly unknown[],
        results: readonly unknown[],
        window: WindowTimes,
        event?: JsonObject,
      ) => readonly unknown[])
    | undefined;
  readonly having?:
    | ((groups: readonly unknown[], aggregates: readonly unknown[], window: WindowTimes, event?: JsonObject) => unknown)
    | undefined;
  /** Of a windowed rule. */
  readonly windowTexts?:
    | ((
        groups: readonly unknown[],
        aggregates: readonly unknown[],
        window: WindowTimes,
        event?: JsonObject,
      ) => RenderedTexts)
    | undefined;
  /** Of a sequence, by the number of the step: what is asked of an event, as it is kept, and the values of the steps so far. */
  readonly conditions?: readonly (StepFunction | undefined)[] | undefined;
  /** When an absence ends. */
  readonly ends?: readonly (StepFunction | undefined)[] | undefined;
  /** Of a stateless rule. */
  readonly eventTexts?: ((event: JsonObject, meta: Meta) => RenderedTexts) | undefined;
}

export interface Program {
  readonly streams: { readonly [name: string]: StreamProgram };
  /** By position, as in the plan. */
  readonly rules: readonly RuleProgram[];
  /** The tables whose rows events make; absent where there are none. */
  readonly changingTables?: readonly ChangingTable[];
}

/** A plan with its program: what every mode runs. */
export interface Compiled {
  readonly plan: Plan;
  readonly program: Program;
}
