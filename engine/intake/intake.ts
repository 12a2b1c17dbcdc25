/**
 * From records to what they mean: takes time and id, checks, and evaluates every rule of the stream once. What comes
 * out, touches of keyed state, matches of stateless rules and rejected events, goes to a receiver at once. Content never
 * throws.
 */
import { describe, resetSteps } from '../expression/operators.ts';
import { type Compiled, isJsonObject, type JsonObject, type Sink, type StreamProgram } from '../plan/program.ts';
import type { ChangingTables } from '../state/table-values.ts';
import { type EventReference, resultReference, touchOf } from '../state/touch.ts';
import type { EpochMillis } from '../time.ts';
import { eventPayload } from '../state/payload.ts';
import { Audience, type Reader } from './audience.ts';
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
import type { InputRecord } from './input-record.ts';
import { KeptRows, nameOfRows, tablesInMemory } from './kept-rows.ts';
import { keyText } from './key-text.ts';
import type { Receiver } from './receiver.ts';
import type { KnownIds } from './recent-ids.ts';
import { readResultRecord } from './result-record.ts';
import { type Source, sourcesOf } from './source.ts';
import { ShardNames } from './shard-names.ts';
import { isInexact } from './size-bounds.ts';
import { derivedValues, RuleBounds } from './unfit.ts';

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
  readonly bounds: RuleBounds;

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
    this.bounds = new RuleBounds(compiled.plan.rules);
    this.#sources = sourcesOf(compiled);
  }

  /**
   * Reads one record, for all or for `only` one rule or table, and of its events all for that but those with the ids
   * `except`; answers its event time, or undefined where the event was rejected as a whole.
   */
  read(record: InputRecord, only?: Reader, except?: ReadonlySet<string>): EpochMillis | undefined {
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
    meta.begin(record, this.#lastArrival);
    if (source.isOfResults) return this.#evaluateResult(record, event, program);
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
    const wrongId = eventIdFault(program, id, event, meta);
    if (wrongId !== undefined) return wrongId;
    meta.eventId = String(id);
    const key = program.partitionKey(event, meta);
    if (isInexact(key)) return `partitionKey: ${inexact}`;
    const declared = key === undefined || key === null ? undefined : keyText(key);
    if (record.partitionKey === undefined) meta.partitionKey = declared ?? '';
    // A key on another shard than its own would be written there too, unseen by the shard that trusts its memory of it.
    else if (declared !== undefined && declared !== record.partitionKey) return keyFault(record.partitionKey, declared);
    this.#reference = undefined;
    this.#tell(record, event, program);
    return t;
  }

  /** Has all rules of a stream look at an event; its time, its id and its reference, where it has one, are set. */
  #tell(record: InputRecord, event: JsonObject, program: StreamProgram): void {
    this.#record = record;
    this.#index = 0;
    this.#isRepeat = undefined;
    this.#id = this.#eventId;
    if (this.#rows.areAny) this.#rows.askFor(this.#event());
    program.evaluate(event, this.#meta, this);
  }

  /** A result of a rule, or a watermark or a revision, which are for no rule. None is compared with any clock. */
  #evaluateResult(record: InputRecord, event: JsonObject, program: StreamProgram): EpochMillis | Fault {
    const read = readResultRecord(event);
    if (typeof read === 'string') return read;
    const { at: t, id, value } = read;
    if (value === undefined) return t;
    this.#meta.t = t;
    this.#meta.eventId = id;
    this.#reference = resultReference(record, t, id);
    this.#tell(record, value, program);
    return t;
  }

  get lastArrival(): EpochMillis {
    return this.#lastArrival;
  }

  touch(rule: number, groups: readonly unknown[], args: readonly unknown[], fields: JsonObject): void {
    if (!this.#audience.holds(rule, this.#eventId) || this.#isUnfit(rule, groups, args) || this.#cameBefore()) return;
    this.#receiver.touch(rule, groups, touchOf(this.#event(), args, fields), this.#record);
  }

  match(rule: number, groups: readonly unknown[], values: JsonObject, event: JsonObject, fields: JsonObject): void {
    if (!this.#audience.holds(rule, this.#eventId) || this.#isUnfit(rule, groups)) return;
    // Of a stateless rule, events of one id are one alert anyway.
    if (this.#compiled.plan.rules[rule]?.window !== undefined && this.#cameBefore()) return;
    const texts = this.#compiled.program.rules[rule]?.eventTexts?.(event, this.#meta);
    if (texts === undefined) return;
    this.#receiver.match({
      rule,
      groups,
      said: eventPayload(texts, values),
      touch: touchOf(this.#event(), [], fields),
      record: this.#record,
    });
  }

  derive(rule: number, stream: string, event: JsonObject): void {
    const values = derivedValues(event);
    if (typeof values === 'string') {
      this.#reject(rule, values);
      return;
    }
    const reference = this.#event();
    const meta = this.#meta;
    meta.stream = stream;
    meta.eventId = `${reference.id}/${this.#compiled.plan.rules[rule]?.name ?? rule}`;
    this.#reference = { ...reference, stream, id: meta.eventId, index: ++this.#index };
    if (this.#audience.holds(rule, reference.id)) this.#receiver.derived?.(rule, this.#reference, values, reference.id);
    this.#audience.enter(rule, reference.id);
    this.#compiled.program.streams[stream]?.evaluate(values, meta, this);
    this.#audience.leave(rule, reference.id);
    meta.stream = reference.stream;
    meta.eventId = reference.id;
    this.#reference = reference;
  }

  row(table: number, key: unknown, values: JsonObject): void {
    if (!this.#audience.holdsRow(table, this.#eventId)) return;
    const kept = this.#rows.keep(table, key, values, this.#event());
    if (typeof kept === 'string') this.#rejectFor(nameOfRows(this.#compiled.plan, table), kept);
    else this.#receiver.row?.(table, kept, this.#record);
  }

  rowFailed(table: number, part: string, source: string, read: readonly (readonly [string, unknown])[]): void {
    if (!this.#audience.holdsRow(table, this.#eventId)) return;
    this.#rejectFor(nameOfRows(this.#compiled.plan, table), `${part}: ${noUsableValue(source, read)}`);
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
  #isUnfit(rule: number, groups: readonly unknown[], args: readonly unknown[] = []): boolean {
    const fault = this.bounds.fault(rule, groups, args);
    if (fault !== undefined) this.#reject(rule, fault);
    return fault !== undefined;
  }

  #reject(rule: number, reason: string): void {
    if (this.#audience.holds(rule, this.#eventId)) this.#rejectFor(this.bounds.name(rule), reason);
  }

  #rejectFor(rule: string, reason: string): void {
    this.#receiver.rejected({ ...rejection(this.#record, reason), rule, event: this.#eventId });
  }
}
