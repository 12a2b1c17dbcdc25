/**
 * From records to what they mean: takes time and id, checks, and evaluates every rule of the stream once. What comes
 * out is data: touches of keyed state, matches of stateless rules, and rejected events. Content never throws.
 */
import { plain } from '../aggregate/value.ts';
import { describe, resetSteps, Timestamp } from '../expression/operators.ts';
import type { Compiled, JsonObject, Meta, Sink, StreamProgram } from '../plan/program.ts';
import type { EventReference, Touch } from '../state/touch.ts';
import type { EpochMillis } from '../time.ts';
import { readEventTime } from './event-time.ts';
import type { InputRecord, Rejection } from './input-record.ts';

export interface KeyedTouch {
  readonly rule: number;
  readonly groups: readonly unknown[];
  readonly touch: Touch;
  readonly record: InputRecord;
}

export interface Match {
  readonly rule: number;
  readonly groups: readonly unknown[];
  readonly values: JsonObject;
  readonly event: JsonObject;
  readonly meta: Meta;
  readonly touch: Touch;
  readonly record: InputRecord;
}

export interface Counters {
  events: number;
  /** Per rule: predicates and `where`s that failed, and so did not match. */
  readonly predicateFailures: number[];
}

interface Source {
  readonly name: string;
  readonly clockSkew: number;
  readonly program: StreamProgram;
}

export class Intake implements Sink {
  readonly #compiled: Compiled;
  readonly #sources: ReadonlyMap<string, Source>;
  /** What the records read since the last `clear` mean, in their order. */
  readonly touches: KeyedTouch[] = [];
  readonly matches: Match[] = [];
  readonly rejections: Rejection[] = [];
  readonly counters: Counters = { events: 0, predicateFailures: [] };
  #record: InputRecord | undefined;
  #reference: EventReference | undefined;
  #meta: Meta | undefined;
  #index = 0;

  constructor(compiled: Compiled) {
    this.#compiled = compiled;
    this.#sources = new Map(
      compiled.plan.streams.flatMap(({ name, clockSkew }) => {
        const program = compiled.program.streams[name];
        return program === undefined ? [] : [[name, { name, clockSkew, program }]];
      }),
    );
  }

  clear(): void {
    this.touches.length = 0;
    this.matches.length = 0;
    this.rejections.length = 0;
    this.counters.events = 0;
    this.counters.predicateFailures.length = 0;
  }

  /** Reads one record; answers its event time, or undefined where the event was rejected as a whole. */
  read(record: InputRecord): EpochMillis | undefined {
    this.counters.events++;
    const reason = record.unreadable ?? this.#evaluate(record);
    if (typeof reason !== 'string') return reason;
    this.rejections.push({ kind: 'invalid', record, reason });
    return undefined;
  }

  /** The event's time, or the reason why it is rejected. */
  #evaluate(record: InputRecord): EpochMillis | string {
    const { event, arrival } = record;
    const source = this.#sources.get(record.stream);
    if (source === undefined) return `the pipeline has no stream "${record.stream}"`;
    if (!isJsonObject(event)) return `an event must be a JSON object; this is ${describe(event)}`;
    const { program } = source;
    resetSteps();
    const mismatch = program.validate?.(event);
    if (typeof mismatch === 'string') return `schema: ${mismatch}`;
    const meta: Meta = {
      stream: record.stream,
      partitionKey: record.partitionKey,
      shard: record.shard,
      sequenceNumber: record.sequenceNumber,
      arrivalTime: new Timestamp(arrival),
      eventTime: undefined,
      eventId: undefined,
    };
    const t = program.eventTime === undefined ? arrival : readEventTime(program.eventTime(event, meta));
    if (typeof t === 'string') return `eventTime: ${t}`;
    if (t - arrival > source.clockSkew) return `eventTime: ${iso(t)} is later than the event's arrival at ${iso(arrival)} by more than clockSkew`;
    meta.eventTime = new Timestamp(t);
    const id = program.eventId === undefined ? `${record.stream}/${record.shard}/${record.sequenceNumber}/0` : program.eventId(event, meta);
    if (typeof id !== 'string' && typeof id !== 'number') return `eventId: must be a text or a number; this is ${describe(id)}`;
    meta.eventId = String(id);
    const key = program.partitionKey(event, meta);
    // A key on another shard than its own would be written there too, unseen by the shard that trusts its memory of it.
    if (key !== undefined && key !== null && String(key) !== record.partitionKey) {
      return `partitionKey: the record's partition key is "${record.partitionKey}", and the event's is "${String(plain(key))}"`;
    }
    this.#record = record;
    this.#meta = meta;
    this.#index = 0;
    this.#reference = {
      t,
      arrival,
      shard: `${record.stream}/${record.shard}`,
      sequenceNumber: record.sequenceNumber,
      index: 0,
      stream: record.stream,
      id: meta.eventId,
    };
    program.evaluate(event, meta, this);
    return t;
  }

  touch(rule: number, groups: readonly unknown[], args: readonly unknown[], fields: JsonObject): void {
    const { record, reference } = this.#current();
    this.touches.push({ rule, groups, touch: { event: reference, args, fields }, record });
  }

  match(rule: number, groups: readonly unknown[], values: JsonObject, event: JsonObject, fields: JsonObject, meta: Meta): void {
    const { record, reference } = this.#current();
    this.matches.push({ rule, groups, values, event, meta, touch: { event: reference, args: [], fields }, record });
  }

  derive(rule: number, stream: string, event: JsonObject): void {
    const { reference, meta } = this.#current();
    const eventId = `${reference.id}/${this.#compiled.plan.rules[rule]?.name ?? rule}`;
    this.#meta = { ...meta, stream, eventId };
    this.#reference = { ...reference, stream, id: eventId, index: ++this.#index };
    const values = Object.fromEntries(Object.entries(event).map(([name, value]) => [name, plain(value)]));
    this.#compiled.program.streams[stream]?.evaluate(values, this.#meta, this);
    this.#meta = meta;
    this.#reference = reference;
  }

  predicateFailed(rule: number): void {
    const { predicateFailures } = this.counters;
    predicateFailures[rule] = (predicateFailures[rule] ?? 0) + 1;
  }

  valueFailed(rule: number, part: string, source: string, read: readonly (readonly [string, unknown])[]): void {
    const { record } = this.#current();
    const found = read.map(([path, value]) => `${path} is ${describe(value)}`).join(', ');
    this.rejections.push({
      kind: 'invalid',
      record,
      rule: this.#compiled.plan.rules[rule]?.name ?? String(rule),
      reason: `${part}: ${source} has no usable value${found === '' ? '' : ` (${found})`}`,
    });
  }

  #current(): { record: InputRecord; reference: EventReference; meta: Meta } {
    if (this.#record === undefined || this.#reference === undefined || this.#meta === undefined) {
      throw new Error('a program called its sink outside of an event');
    }
    return { record: this.#record, reference: this.#reference, meta: this.#meta };
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function iso(t: EpochMillis): string {
  return new Date(t).toISOString();
}
