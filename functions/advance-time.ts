/** Advances the rules' watermarks. Called by a schedule every minute, one invocation at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { plan, program } from 'weir:plan';
import { kinesisClient, listShards, tip } from '../adapters/kinesis.ts';
import { advanceTime, type TimeReport } from '../engine/protocol/advance-time.ts';
import type { EpochMillis } from '../engine/time.ts';
import { required, variables } from './environment.ts';
import { log } from './log.ts';
import { awsPorts } from './ports.ts';

export interface AdvanceTimeEvent {
  /** When the schedule fired, the time of the check; absent when somebody else calls: now. */
  readonly time?: string;
  /** `end` where no event can come any more: everything closes, as at the end of a backtest. */
  readonly watermark?: 'end';
}

const ports = awsPorts();
const kinesis = kinesisClient();
const streamNames = new Map(Object.entries(JSON.parse(required(variables.streamNames)) as Record<string, string>));

/** Between two rounds of settling keys that many shards write, in milliseconds. */
const mergeEvery = 5_000;

export async function handler(
  event: AdvanceTimeEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<TimeReport> {
  const kept = context.getRemainingTimeInMillis() / 5;
  const report = await advanceTime(
    { plan, program },
    ports,
    {
      shards: (stream) => listShards(kinesis, nameOf(stream)),
      atTip: (stream, shard, after) => tip(kinesis, nameOf(stream), shard, after),
    },
    (event.time === undefined ? Date.now() : Date.parse(event.time)) as EpochMillis,
    event.watermark,
    async () => {
      if (context.getRemainingTimeInMillis() < kept + mergeEvery) return false;
      await sleep(mergeEvery);
      return true;
    },
  );
  log('time', report);
  return report;
}

function nameOf(stream: string): string {
  const name = streamNames.get(stream);
  if (name === undefined) throw new Error(`${variables.streamNames} does not name the stream ${stream}`);
  return name;
}
