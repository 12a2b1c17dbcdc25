/** What advance-time does, apart from the environment that it runs in. */
import type { Context } from 'aws-lambda';
import type { Compiled } from '../engine/plan/program.ts';
import { advanceTime, type ShardPort } from '../engine/protocol/advance-time.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import type { TimeReport } from '../engine/protocol/time-report.ts';
import type { EpochMillis } from '../engine/time.ts';
import { PortCounts } from './counted-ports.ts';
import type { Log } from './log.ts';
import { timeMetrics } from './report-metrics.ts';

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
  readonly sleep: (millis: number) => Promise<unknown>;
  readonly log: Log;
}

/** Between two rounds of settling keys that many shards write, in milliseconds. */
const mergeEvery = 5_000;

export type TimeHandler = (
  event: AdvanceTimeEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<TimeReport>;

export function timeHandler({ compiled, ports, shards, sleep, log }: TimeServices): TimeHandler {
  const counts = new PortCounts();
  const counted = counts.over(ports);
  return async ({ time, watermark }, context) => {
    counts.take();
    const allTime = context.getRemainingTimeInMillis();
    const kept = allTime / 5;
    const timeLeft = (): number => context.getRemainingTimeInMillis() / allTime;
    const pause = async (): Promise<boolean> => {
      if (context.getRemainingTimeInMillis() < kept + mergeEvery) return false;
      await sleep(mergeEvery);
      return true;
    };
    const now = time === undefined ? ports.now() : (Date.parse(time) as EpochMillis);
    const report = await advanceTime(compiled, counted, shards, now, watermark, pause, timeLeft);
    log.done('time', report, timeMetrics(compiled.plan, report, now, counts.take()));
    return report;
  };
}
