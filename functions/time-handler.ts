/** What advance-time does, apart from the environment that it runs in. */
import type { Compiled } from '../engine/plan/program.ts';
import { advanceTime, type ShardPort, type TimeReport } from '../engine/protocol/advance-time.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import type { EpochMillis } from '../engine/time.ts';
import type { Log } from './log.ts';

export interface AdvanceTimeEvent {
  /** When the schedule fired, the time of the check; absent when somebody else calls: now. */
  readonly time?: string;
  /** `end` where no event can come any more: everything closes, as at the end of a backtest. */
  readonly watermark?: 'end';
}

export interface TimeServices {
  readonly compiled: Compiled;
  readonly ports: Ports;
  readonly shards: ShardPort;
  readonly log: Log;
}

export function timeHandler({
  compiled,
  ports,
  shards,
  log,
}: TimeServices): (event: AdvanceTimeEvent) => Promise<TimeReport> {
  return async ({ time, watermark }) => {
    const now = time === undefined ? ports.now() : (Date.parse(time) as EpochMillis);
    const report = await advanceTime(compiled, ports, shards, now, watermark);
    log.done('time', report);
    return report;
  };
}
