/** Puts dead letters back. Called by `weir replay`, with letters as they lie in the bucket. */
import { plan, program } from 'weir:plan';
import { redrive, type RedriveReport } from '../engine/protocol/redrive.ts';
import { cloudwatchLog } from './cloudwatch-log.ts';
import { deadLetter, type RedriveEvent } from './dead-letter.ts';
import { awsPorts } from './ports.ts';

const ports = awsPorts();

export async function handler({ letters, rule, late, dryRun }: RedriveEvent): Promise<RedriveReport> {
  const report = await redrive({ plan, program }, ports, letters.map(deadLetter), {
    late,
    dryRun,
    ...(rule !== undefined && { rule }),
  });
  cloudwatchLog.done('redrive', { letters: letters.length, late, dryRun, alerts: report.told.opened });
  return report;
}
