/** What redrive does, apart from the environment that it runs in. */
import type { Compiled } from '../engine/plan/program.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import { redrive, type RedriveReport } from '../engine/protocol/redrive.ts';
import { deadLetter, type RedriveEvent } from './dead-letter.ts';
import type { Log } from './log.ts';

export interface RedriveServices {
  readonly compiled: Compiled;
  readonly ports: Ports;
  readonly log: Log;
}

export type RedriveHandler = (event: RedriveEvent) => Promise<RedriveReport>;

export function redriveHandler({ compiled, ports, log }: RedriveServices): RedriveHandler {
  return async ({ letters, rule, late, dryRun }) => {
    const report = await redrive(compiled, ports, letters.map(deadLetter), {
      late,
      dryRun,
      ...(rule !== undefined && { rule }),
    });
    log.done('redrive', { letters: letters.length, late, dryRun, alerts: report.told.opened });
    return report;
  };
}
