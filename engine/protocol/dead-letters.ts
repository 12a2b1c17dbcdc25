/** Dead letters: NDJSON, a rejected event a line, as it came and with the reason, so that it can be put back. */
import { isoTime } from '../aggregate/value.ts';
import { shortHash } from '../alert/identity.ts';
import type { Rejection } from '../intake/input-record.ts';

/**
 * The name of letters of one shard: the same for the same records and rules, and another for any others, so that what a
 * redelivery still finds to reject never overwrites what an earlier delivery kept.
 */
export function deadLettersName(rejections: readonly Rejection[]): string {
  const all = rejections.map(({ record, rule }) => `${record.sequenceNumber} ${rule ?? ''}`).join('\n');
  return `${rejections[0]?.record.sequenceNumber ?? ''}-${shortHash(all)}`;
}

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
