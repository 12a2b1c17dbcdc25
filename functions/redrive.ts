/** Puts dead letters back. Called by `weir replay`, with letters as they lie in the bucket. */
import { plan, program } from 'weir:plan';
import { cloudwatchLog } from './cloudwatch-log.ts';
import { awsPorts } from './ports.ts';
import { redriveHandler } from './redrive-handler.ts';

export const handler = redriveHandler({ compiled: { plan, program }, ports: awsPorts(), log: cloudwatchLog });
