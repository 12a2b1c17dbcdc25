/**
 * From records to what they mean: takes time and id, checks, and evaluates every rule of the stream once. What comes
 * out, touches of keyed state, matches of stateless rules and rejected events, goes to a receiver at once. Content never
 * throws.
 */
import { plain } from '../aggregate/value.ts';
import { describe, resetSteps } from '../expression/operators.ts';
import type { Compiled, JsonObject, Sink, StreamProgram } from '../plan/program.ts';
import type { ChangingTables } from '../state/table-values.ts';
import { type EventReference, touchOf } from '../state/touch.ts';
import type { EpochMillis } from '../time.ts';
import { payload } from '../state/compiled-rule.ts';
import { Audience } from './audience.ts';
import { EventMeta } from './event-meta.ts';
import { readEventTime } from './event-time.ts';
import {
  aheadFault,
  eventIdFault,
  type Fault,
  inexact,
  keyFault,
  noUsableValue,
  rejection,
  schemaFault,
  timeFault,
} from './faults.ts';
import { type InputRecord, isJsonObject } from './input-record.ts';
import { KeptRows, tablesInMemory } from './kept-rows.ts';
import { keyText } from './key-text.ts';
import type { Receiver } from './receiver.ts';
import type { KnownIds } from './recent-ids.ts';
import { ShardNames } from './shard-names.ts';
import { isInexact } from './size-bounds.ts';
import { RuleBounds } from './unfit.ts';

interface Source {
  readonly name: string;
  readonly clockSkew: number;
  readonly program: StreamProgram;
}

export class Intake implements Sink {
  readonly #compiled: Compiled;
  readonly #receiver: Receiver;
  readonly #recentIds: (shard: string) => KnownIds | undefined;
  readonly #sources: ReadonlyMap<string, Source>;
  /** Per rule: predicates and `where`s that failed, and so did not match. */
  readonly predicateFailures: number[] = [];
  /** Events that were not counted, because another record had brought their id. */
  repeats = 0;
  readonly #meta = new EventMeta();
  #source: Source | undefined;
  #record: InputRecord = { stream: '', shard: '', sequenceNumber: '', event: undefined };
  /** Made by the first rule that keeps the event. */
  #reference: EventReference | undefined;
  #index = 0;
  readonly #shardNames = new ShardNames();
  readonly #audience = new Audience();
  #id = '';
  /** Whether the event came before; undefined until a rule that would count it asks. */
  #isRepeat: boolean | undefined;
  #lastArrival = 0 as EpochMillis;
  readonly #rows: KeptRows;
  readonly #bounds: RuleBounds;

  /** `recentIds` gives those of a shard, `<stream>/<shardId>`, where its ids are remembered. */
  constructor(
    compiled: Compiled,
    receiver: Receiver,
    recentIds: (shard: string) => KnownIds | undefined,
    tables: ChangingTables | undefined = tablesInMemory(compiled),
  ) {
    this.#compiled = compiled;
    this.#rows = new KeptRows(compiled, tables);
    this.#receiver = receiver;
    this.#recentIds = recentIds;
    this.#bounds = new RuleBounds(compiled.plan.rules);
    this.#sources = new Map(
      compiled.plan.streams.flatMap(({ name, clockSkew }) => {
        const program = compiled.program.streams[name];
        return program === undefined ? [] : [[name, { name, clockSkew, program }]];
      }),
    );
  }

  /**
   * Reads one record, for all rules or for `only` one, by its position, and of its events all for that rule but those
   * with the ids `except`; answers its event time, or undefined where the event was rejected as a whole.
   */
  read(record: InputRecord, only?: number, except?: ReadonlySet<string>): EpochMillis | undefined {
    this.#audience.set(only, except);
    const read = record.unreadable ?? this.#evaluate(record);
    if (typeof read === 'number') return read;
    this.#receiver.rejected(rejection(record, read));
    return undefined;
  }

  /** The event's time, or the reason why it is rejected. */
  #evaluate(record: InputRecord): EpochMillis | Fault {
    const { event } = record;
    const source = this.#source?.name === record.stream ? this.#source : this.#sources.get(record.stream);
    if (source === undefined) return `the pipeline has no stream "${record.stream}"`;
    if (!isJsonObject(event)) return `an event must be a JSON object; this is ${describe(event)}`;
    this.#source = source;
    const { program } = source;
    resetSteps();
    const mismatch = schemaFault(program, event);
    if (mismatch !== null) return `schema: ${mismatch}`;
    const meta = this.#meta;
    meta.stream = record.stream;
    meta.shard = record.shard;
    meta.sequenceNumber = record.sequenceNumber;
    meta.partitionKey = record.partitionKey ?? '';
    meta.arrival = record.arrival ?? this.#lastArrival;
    meta.t = undefined;
    meta.eventId = undefined;
    const given = program.eventTime === undefined ? meta.arrival : program.eventTime(event, meta);
    const t = program.eventTime === undefined ? meta.arrival : readEventTime(given);
    if (typeof t === 'string') return timeFault(given, t);
    if (record.arrival === undefined && t > meta.arrival) meta.arrival = t;
    if (t - meta.arrival > source.clockSkew) return aheadFault(t, meta.arrival);
    this.#lastArrival = meta.arrival;
    meta.t = t;
    const id =
      program.eventId === undefined
        ? `${record.stream}/${record.shard}/${record.sequenceNumber}/0`
        : program.eventId(event, meta);
    const idFault = eventIdFault(program, id, event, meta);
    if (idFault !== undefined) return idFault;
    meta.eventId = String(id);
    const key = program.partitionKey(event, meta);
    if (isInexact(key)) return `partitionKey: ${inexact}`;
    const declared = key === undefined || key === null ? undefined : keyText(key);
    if (record.partitionKey === undefined) meta.partitionKey = declared ?? '';
    // A key on another shard than its own would be written there too, unseen by the shard that trusts its memory of it.
    else if (declared !== undefined && declared !== record.partitionKey) return keyFault(record.partitionKey, declared);
    this.#record = record;
    this.#index = 0;
    this.#reference = undefined;
    this.#isRepeat = undefined;
    this.#id = meta.eventId;
    if (this.#rows.areAny) this.#rows.askFor(this.#event());
    program.evaluate(event, meta, this);
    return t;
  }

  /** Predicates that failed, by the names of the rules that have any. */
  failuresByRule(): Readonly<Record<string, number>> {
    const { rules } = this.#compiled.plan;
    return Object.fromEntries(this.predicateFailures.flatMap((count, rule) => [[rules[rule]?.name ?? rule, count]]));
  }

  get lastArrival(): EpochMillis {
    return this.#lastArrival;
  }

  touch(rule: number, groups: readonly unknown[], args: readonly unknown[], fields: JsonObject): void {
    if (!this.#audience.holds(rule, this.#eventId) || this.#isUnfit(rule, groups, args) || this.#cameBefore()) return;
    this.#receiver.touch(rule, groups, touchOf(this.#event(), args, fields), this.#record);
  }

  match(rule: number, groups: readonly unknown[], values: JsonObject, event: JsonObject, fields: JsonObject): void {
    if (!this.#audience.holds(rule, this.#eventId) || this.#isUnfit(rule, groups, none)) return;
    // Of a stateless rule, events of one id are one alert anyway.
    if (this.#compiled.plan.rules[rule]?.window !== undefined && this.#cameBefore()) return;
    const texts = this.#compiled.program.rules[rule]?.eventTexts?.(event, this.#meta);
    if (texts === undefined) return;
    this.#receiver.match({
      rule,
      groups,
      said: payload(texts, values),
      touch: touchOf(this.#event(), none, fields),
      record: this.#record,
    });
  }

  derive(rule: number, stream: string, event: JsonObject): void {
    const meta = this.#meta;
    const reference = this.#event();
    const { stream: source, eventId } = meta;
    meta.stream = stream;
    meta.eventId = `${reference.id}/${this.#compiled.plan.rules[rule]?.name ?? rule}`;
    this.#reference = { ...reference, stream, id: meta.eventId, index: ++this.#index };
    const values = Object.fromEntries(Object.entries(event).map(([name, value]) => [name, plain(value)]));
    if (this.#audience.holds(rule, reference.id)) this.#receiver.derived?.(rule, this.#reference, values, reference.id);
    this.#audience.enter(rule, reference.id);
    this.#compiled.program.streams[stream]?.evaluate(values, meta, this);
    this.#audience.leave(rule, reference.id);
    meta.stream = source;
    meta.eventId = eventId;
    this.#reference = reference;
  }

  row(table: number, key: unknown, values: JsonObject): void {
    // What is put back for a rule makes no row again.
    const fault = this.#audience.isAll ? this.#rows.keep(table, key, values, this.#event()) : undefined;
    if (fault !== undefined) this.#rejectFor(this.#rows.name(table), fault);
  }

  rowFailed(table: number, part: string, source: string, read: readonly (readonly [string, unknown])[]): void {
    if (this.#audience.isAll) this.#rejectFor(this.#rows.name(table), `${part}: ${noUsableValue(source, read)}`);
  }

  #cameBefore(): boolean {
    if (this.#isRepeat === undefined) {
      const { stream, shard, sequenceNumber } = this.#record;
      const recent = this.#recentIds(this.#shardNames.name(stream, shard));
      this.#isRepeat = recent?.isRepeat(this.#id, this.#meta.arrival, sequenceNumber) ?? false;
      if (this.#isRepeat) this.repeats++;
    }
    return this.#isRepeat;
  }

  /** Of the event that is being read, which a rule may have derived from the record's. */
  get #eventId(): string {
    return this.#meta.eventId ?? this.#id;
  }

  #event(): EventReference {
    if (this.#reference !== undefined) return this.#reference;
    const { stream, shard, sequenceNumber, arrival, t = arrival, eventId: id = '' } = this.#meta;
    this.#reference = { t, arrival, shard: this.#shardNames.name(stream, shard), sequenceNumber, index: 0, stream, id };
    return this.#reference;
  }

  predicateFailed(rule: number): void {
    this.predicateFailures[rule] = (this.predicateFailures[rule] ?? 0) + 1;
  }

  valueFailed(rule: number, part: string, source: string, read: readonly (readonly [string, unknown])[]): void {
    this.#reject(rule, `${part}: ${noUsableValue(source, read)}`);
  }

  /** True where the event was rejected for what no key or pane can hold. */
  #isUnfit(rule: number, groups: readonly unknown[], args: readonly unknown[]): boolean {
    const fault = this.#bounds.fault(rule, groups, args);
    if (fault !== undefined) this.#reject(rule, fault);
    return fault !== undefined;
  }

  #reject(rule: number, reason: string): void {
    if (this.#audience.holds(rule, this.#eventId)) this.#rejectFor(this.#bounds.name(rule), reason);
  }

  #rejectFor(rule: string, reason: string): void {
    this.#receiver.rejected({ ...rejection(this.#record, reason), rule, event: this.#eventId });
  }
}

const none: readonly unknown[] = [];
