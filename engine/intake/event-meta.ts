/** `meta` of the event that is being evaluated: one object for all events, since no expression keeps it. */
import { Timestamp } from '../expression/operators.ts';
import type { Meta } from '../plan/program.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';

export class EventMeta implements Meta {
  stream = '';
  partitionKey = '';
  shard = '';
  sequenceNumber = '';
  arrival = beginningOfTime;
  t: EpochMillis | undefined;
  eventId: string | undefined;

  get arrivalTime(): Timestamp {
    return new Timestamp(this.arrival);
  }

  get eventTime(): Timestamp | undefined {
    return this.t === undefined ? undefined : new Timestamp(this.t);
  }
}
