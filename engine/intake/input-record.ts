/** One record of a stream as a mode hands it to the engine. */
import type { EpochMillis } from '../time.ts';

export interface InputRecord {
  /** The declared stream. */
  readonly stream: string;
  /** The shard's id, without the stream. */
  readonly shard: string;
  readonly sequenceNumber: string;
  /** Absent: the one that the stream declares for the event. */
  readonly partitionKey?: string | undefined;
  /** Absent: the event time, or the arrival of the event before where that is later. */
  readonly arrival?: EpochMillis | undefined;
  /** The event; undefined where `unreadable` says why there is none. */
  readonly event: unknown;
  readonly unreadable?: string | undefined;
  /** The record's data as it came, in base64; absent where it never was a record. */
  readonly data?: string;
}

/** An event that goes to the dead letters: as a whole (`invalid`), or for one rule. */
export interface Rejection {
  readonly kind: 'invalid' | 'late';
  readonly record: InputRecord;
  /** The rule that could not take the event; absent where no rule could. */
  readonly rule?: string;
  /** The event's id, for the rule; absent where no rule could take the record. */
  readonly event?: string;
  /** It may quote what the event holds, and is at most a few hundred characters long. */
  readonly reason: string;
  /** The reason without anything that the event holds, for logs; absent where `reason` quotes nothing. */
  readonly unquoted?: string;
}
