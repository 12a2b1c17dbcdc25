/** `meta` of the event that is being evaluated: one object for all events, since no expression keeps it. */
import { Timestamp } from '../expression/operators.ts';
import type { Meta } from '../plan/program.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import type { InputRecord } from './input-record.ts';

export class EventMeta implements Meta {
  stream = '';
  partitionKey = '';
  shard = '';
  sequenceNumber = '';
  arrival = beginningOfTime;
  t: EpochMillis | undefined;
  eventId: string | undefined;

  /** Of a record's event, whose time and id are not known yet. `arrival` is the last one: of a record that does not say. */
  begin(record: InputRecord, arrival: EpochMillis): void {
    this.stream = record.stream;
    this.shard = record.shard;
    this.sequenceNumber = record.sequenceNumber;
    this.partitionKey = record.partitionKey ?? '';
    this.arrival = record.arrival ?? arrival;
    this.t = undefined;
    this.eventId = undefined;
  }

  get arrivalTime(): Timestamp {
    return new Timestamp(this.arrival);
  }

  get eventTime(): Timestamp | undefined {
    return this.t === undefined ? undefined : new Timestamp(this.t);
  }
}
