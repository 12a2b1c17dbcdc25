/** What a producer must know of an event: the partition key and the time that the pipeline file gives it. */
import { readEventTime } from '../engine/intake/event-time.ts';
import { keyText } from '../engine/intake/key-text.ts';
import { type Compiled, isJsonObject, type JsonObject, type Meta, type StreamProgram } from '../engine/plan/program.ts';
import { Timestamp } from '../engine/expression/operators.ts';
import type { EpochMillis } from '../engine/time.ts';

export interface EventReader {
  /** What to send as the Kinesis partition key: where the file's expression has no value, any will do. */
  partitionKey(event: unknown): string;
  /** Undefined where the event has none. */
  time(event: unknown): EpochMillis | undefined;
  /** Whether the pipeline would take the event. */
  fits(event: unknown): boolean;
}

const anyKey = '-';

/** The names of the streams that events are sent to; into others rules put their results. */
export function declaredStreams({ plan }: Compiled): string[] {
  return plan.streams.flatMap(({ name, resultsOf }) => (resultsOf === undefined ? [name] : []));
}

/** A reader of one stream's events; undefined where the pipeline has no such stream. */
export function eventReader(compiled: Compiled, stream: string): EventReader | undefined {
  const program = compiled.program.streams[stream];
  if (program === undefined || !declaredStreams(compiled).includes(stream)) return undefined;
  const meta: Meta = {
    stream,
    partitionKey: anyKey,
    shard: '',
    sequenceNumber: '',
    arrivalTime: new Timestamp(0),
    eventTime: undefined,
    eventId: undefined,
  };
  const key = (event: JsonObject): string | undefined => {
    const value = program.partitionKey(event, meta);
    return value === undefined || value === null ? undefined : keyText(value);
  };
  const time = (event: JsonObject): EpochMillis | undefined => timeOf(program, event, meta);
  return {
    partitionKey: (event) => (isJsonObject(event) ? (key(event) ?? anyKey) : anyKey),
    time: (event) => (isJsonObject(event) ? time(event) : undefined),
    fits: (event) =>
      isJsonObject(event) &&
      typeof program.validate?.(event) !== 'string' &&
      key(event) !== undefined &&
      (program.eventTime === undefined || time(event) !== undefined),
  };
}

function timeOf(program: StreamProgram, event: JsonObject, meta: Meta): EpochMillis | undefined {
  if (program.eventTime === undefined) return undefined;
  const time = readEventTime(program.eventTime(event, meta));
  return typeof time === 'string' ? undefined : time;
}
