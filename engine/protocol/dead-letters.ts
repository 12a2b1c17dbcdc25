/** Dead letters: NDJSON, a rejected event a line, as it came and with the reason, so that it can be put back. */
import { isoTime } from '../aggregate/value.ts';
import { shortHash } from '../alert/identity.ts';
import type { Rejection } from '../intake/input-record.ts';
import type { Compiled } from '../plan/program.ts';
import type { ChangingTables } from '../state/table-values.ts';
import { otherEvents } from './other-events.ts';
import type { Ports } from './ports.ts';

/**
 * The name of letters of one shard: the same for the same events and rules, and another for any others, so that what a
 * redelivery still finds to reject never overwrites what an earlier delivery kept.
 */
export function deadLettersName(rejections: readonly Rejection[]): string {
  const all = rejections.map(({ record, rule = '', event = '' }) => `${record.sequenceNumber} ${rule} ${event}`);
  return `${rejections[0]?.record.sequenceNumber ?? ''}-${shortHash(all.join('\n'))}`;
}

function deadLetterLines(
  compiled: Compiled,
  rejections: readonly Rejection[],
  tables: ChangingTables | undefined,
): string[] {
  const others = otherEvents(compiled, rejections, tables);
  return rejections.map((rejection) => {
    const { record, rule, reason } = rejection;
    const except = others(rejection);
    return JSON.stringify({
      stream: record.stream,
      shard: record.shard,
      sequenceNumber: record.sequenceNumber,
      partitionKey: record.partitionKey,
      ...(record.arrival !== undefined && { arrivalTime: isoTime(record.arrival) }),
      ...(rule !== undefined && { rule }),
      ...(except.length > 0 && { except }),
      reason,
      data: record.data ?? null,
    });
  });
}

/** Keeps rejected events of one shard, `<stream>/<shardId>`, under the kinds of their rejections. `tables` are those that they saw. */
export async function keepLetters(
  compiled: Compiled,
  { deadLetter }: Pick<Ports, 'deadLetter'>,
  shard: string,
  rejections: readonly Rejection[],
  tables: ChangingTables | undefined,
): Promise<void> {
  for (const prefix of ['late', 'invalid'] as const) {
    const letters = rejections.filter(({ kind }) => kind === prefix);
    if (letters.length > 0)
      await deadLetter(prefix, `${shard}/${deadLettersName(letters)}`, deadLetterLines(compiled, letters, tables));
  }
}
