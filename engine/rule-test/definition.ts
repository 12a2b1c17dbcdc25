/** A test file as it was read and found free of faults: events that come in, and what must stand then. */
import { isList, type Json } from '../aggregate/value.ts';
import type { AlertStatus } from '../alert/alert.ts';
import type { Place } from '../fault.ts';
import type { Severity, TableDefinition } from '../pipeline/definition.ts';
import type { EpochMillis } from '../time.ts';

export interface JsonMap {
  readonly [name: string]: Json;
}

export function isJsonMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !isList(value);
}

export interface RuleTest {
  readonly start: EpochMillis;
  /** In place of the pipeline's own. */
  readonly tables?: readonly TableDefinition[];
  readonly cases: readonly TestCase[];
}

export interface TestCase {
  readonly name: string;
  readonly place: Place;
  /** The rules that the case is about; absent: all. */
  readonly rules?: readonly string[];
  readonly steps: readonly Step[];
  /** What must stand at the end. */
  readonly expect: ExpectedAlerts;
  /** The events that rules make for derived streams. Absent: they are not looked at. */
  readonly expectEvents?: readonly ExpectedEvent[];
  /** Absent: late events are not looked at. */
  readonly expectLate?: readonly ExpectedRejection[];
  readonly expectInvalid?: readonly ExpectedRejection[];
  /** True where the watermark goes to the end of time after the steps. */
  readonly flush: boolean;
}

export type Step =
  | { readonly kind: 'event'; readonly stream: string; readonly arrival: EpochMillis; readonly event: JsonMap }
  | { readonly kind: 'advance'; readonly to: EpochMillis }
  | { readonly kind: 'expect'; readonly expect: ExpectedAlerts };

export interface ExpectedAlerts {
  /** Of the word `expect`. */
  readonly place: Place;
  readonly alerts: readonly ExpectedAlert[];
}

/** Every field that is given must be as it says; of a map, every name that is given. */
export interface ExpectedAlert {
  readonly place: Place;
  readonly rule?: string;
  readonly status?: AlertStatus;
  readonly revision?: number;
  readonly severity?: Severity;
  readonly title?: string;
  readonly description?: string;
  readonly labels?: JsonMap;
  readonly key?: JsonMap;
  readonly values?: JsonMap;
  readonly window?: { readonly start?: EpochMillis; readonly end?: EpochMillis };
  readonly at?: EpochMillis;
  /** Ids of the evidence, in its order. */
  readonly events?: readonly string[];
}

/** As with alerts, what is not given fits anything. */
export interface ExpectedEvent {
  readonly place: Place;
  readonly stream?: string;
  readonly rule?: string;
  readonly id?: string;
  readonly at?: EpochMillis;
  readonly value?: JsonMap;
}

export interface ExpectedRejection {
  readonly place: Place;
  readonly stream?: string;
  readonly rule?: string;
  /** A part of the reason. */
  readonly reason?: string;
  /** The event's id. */
  readonly event?: string;
}

/** The fields of an object that have a value. */
export function defined<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  // Nothing but undefined is left out, and that is what the type says.
  // eslint-disable-next-line no-restricted-syntax
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
