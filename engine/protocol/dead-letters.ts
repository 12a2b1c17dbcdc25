/** Dead letters: NDJSON, a rejected event a line, as it came and with the reason, so that it can be put back. */
import { isoTime } from '../aggregate/value.ts';
import type { Rejection } from '../intake/input-record.ts';

export function deadLetterLines(rejections: readonly Rejection[]): string[] {
  return rejections.map(({ record, rule, reason }) =>
    JSON.stringify({
      stream: record.stream,
      shard: record.shard,
      sequenceNumber: record.sequenceNumber,
      partitionKey: record.partitionKey,
      ...(record.arrival !== undefined && { arrivalTime: isoTime(record.arrival) }),
      ...(rule !== undefined && { rule }),
      reason,
      data: record.data ?? null,
    }),
  );
}
