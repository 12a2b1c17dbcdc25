/** A dead letter as it lies in the bucket, and what `redrive` is called with. */
import type { DeadLetter } from '../engine/protocol/redrive.ts';
import type { EpochMillis } from '../engine/time.ts';
import { decode } from './record-data.ts';

export interface RedriveEvent {
  /** Lines of the bucket's objects. */
  readonly letters: readonly string[];
  /** Only for this rule; absent: for the rule of each letter. */
  readonly rule?: string;
  /** Also what is late. */
  readonly late: boolean;
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
}

/** A line of a dead letters' object, as engine/protocol/dead-letters.ts writes it. */
export interface LetterLine {
  readonly stream: string;
  readonly shard: string;
  readonly sequenceNumber: string;
  readonly partitionKey?: string;
  readonly arrivalTime?: string;
  readonly rule?: string;
  /** Ids of the record's other events that the rule got. */
  readonly except?: readonly string[];
  readonly reason: string;
  readonly data: string | null;
}

/** Throws where the line is not JSON: the object was not written by Weir. */
export function deadLetter(line: string): DeadLetter {
  const { stream, shard, sequenceNumber, partitionKey, arrivalTime, rule, except, data } = JSON.parse(
    line,
  ) as LetterLine;
  return {
    record: {
      stream,
      shard,
      sequenceNumber,
      ...(partitionKey !== undefined && { partitionKey }),
      ...(arrivalTime !== undefined && { arrival: Date.parse(arrivalTime) as EpochMillis }),
      ...(data === null ? { event: undefined, unreadable: 'the letter does not hold the record' } : decode(data)),
    },
    ...(rule !== undefined && { rule }),
    ...(except !== undefined && { except }),
  };
}
