/**
 * Lines of recorded events as records: `{"stream": "orders", "event": {…}}`, with optional `arrivalTime`,
 * `partitionKey` and `shard`. What is wrong with a line is said in its record.
 */
import type { InputRecord } from '../engine/intake/input-record.ts';
import { FieldReader } from '../engine/json/field-reader.ts';
import { JsonCursor } from '../engine/json/json-cursor.ts';
import type { Program } from '../engine/plan/program.ts';
import type { EpochMillis } from '../engine/time.ts';

interface Envelope {
  readonly stream: string;
  readonly arrivalTime?: string;
  readonly partitionKey?: string;
  readonly shard?: string;
}

const newline = 10;
const carriageReturn = 13;

export class RecordedEvents {
  readonly #path: string;
  readonly #cursor = new JsonCursor((from, to, isAscii) => this.#lines.toString(isAscii ? 'latin1' : 'utf8', from, to));
  readonly #envelopes: FieldReader<InputRecord> | undefined;
  #position: number;
  #number = 0;
  #lines: Buffer = Buffer.alloc(0);
  #start = 0;

  /**
   * `path` is the file's, for places. Where a program is given, records hold of their events what the program reads of
   * them. `after` is the number of records that came before this file's.
   */
  constructor(path: string, program?: Program, after = 0) {
    this.#path = path;
    this.#position = after;
    this.#envelopes = program && envelopes(program, () => this.#sequenceNumber);
  }

  get #sequenceNumber(): string {
    return String(this.#position + 1);
  }

  /** Where the record that is being taken stands. */
  get place(): string {
    return `${this.#path}:${this.#number}`;
  }

  /** How many records there were. */
  get position(): number {
    return this.#position;
  }

  /** Takes a record of every line that is not blank. All lines end with a newline. */
  each(lines: Buffer, take: (record: InputRecord) => void): void {
    const cursor = this.#cursor;
    this.#lines = lines;
    cursor.bytes = lines;
    cursor.text = this.#envelopes === undefined ? '' : lines.toString('latin1');
    for (let start = 0; start < lines.length; start = cursor.at + 1) {
      this.#number++;
      this.#start = start;
      cursor.at = start;
      let record = this.#envelopes?.read(cursor);
      if (record !== undefined) cursor.takes(carriageReturn);
      if (record === undefined || lines[cursor.at] !== newline) {
        const end = lines.indexOf(newline, start);
        record = this.#parsed(lines.toString('utf8', start, lines[end - 1] === carriageReturn ? end - 1 : end));
        cursor.at = end;
      }
      if (record === undefined) continue;
      this.#position++;
      take(record);
    }
  }

  /** The event of the record that is being taken, with all of its fields. */
  whole(): unknown {
    const lines = this.#lines;
    return this.#parsed(lines.toString('utf8', this.#start, lines.indexOf(newline, this.#start)))?.event;
  }

  #parsed(text: string): InputRecord | undefined {
    if (text.trim() === '') return undefined;
    try {
      const line: unknown = JSON.parse(text);
      if (isEnvelope(line) && 'event' in line) return record(line, line.event, this.#sequenceNumber);
      return this.#fault(
        line,
        'a line must be {"stream": "…", "event": {…}}, with optional arrivalTime, partitionKey and shard',
      );
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      return this.#fault(text, cause.message);
    }
  }

  #fault(event: unknown, reason: string): InputRecord {
    const sequenceNumber = this.#sequenceNumber;
    return { stream: '', shard: '', sequenceNumber, event, unreadable: `${this.place}: ${reason}` };
  }
}

/** A reader of lines whose streams' programs say what they read of an event. */
function envelopes({ streams }: Program, sequenceNumber: () => string): FieldReader<InputRecord> {
  const events = new Map(
    Object.entries(streams).flatMap(([name, { fields, event, time }]) =>
      fields === undefined || event === undefined ? [] : [[name, new FieldReader(fields, event, time)] as const],
    ),
  );
  const reader = new FieldReader(
    ['stream', 'arrivalTime', 'partitionKey', 'shard', 'event'],
    ([stream, arrivalTime, partitionKey, shard, event]) => {
      const line = { stream, arrivalTime, partitionKey, shard };
      return isEnvelope(line) && event !== undefined ? record(line, event, sequenceNumber()) : undefined;
    },
  );
  reader.within('event', ([stream]) => (typeof stream === 'string' ? events.get(stream) : undefined));
  return reader;
}

function record(
  { stream, shard = 'shardId-000000000000', partitionKey, arrivalTime }: Envelope,
  event: unknown,
  sequenceNumber: string,
): InputRecord {
  const arrival = arrivalTime === undefined ? undefined : (Date.parse(arrivalTime) as EpochMillis);
  return { stream, shard, sequenceNumber, partitionKey, arrival, event };
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  const { stream, arrivalTime, partitionKey, shard } = value as Partial<Record<string, unknown>>;
  return (
    typeof stream === 'string' &&
    (arrivalTime === undefined || (typeof arrivalTime === 'string' && !Number.isNaN(Date.parse(arrivalTime)))) &&
    (partitionKey === undefined || typeof partitionKey === 'string') &&
    (shard === undefined || typeof shard === 'string')
  );
}
