/** Advances the rules' watermarks. Called by a schedule every minute, one invocation at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { plan, program } from 'weir:plan';
import { ignoresPartitionKeys, kinesisClient } from '../adapters/kinesis.ts';
import { cloudwatchLog } from './cloudwatch-log.ts';
import { required, variables } from './environment.ts';
import { keyedOnly } from './partition-keys.ts';
import { awsPorts } from './ports.ts';
import { shardPort } from './shard-port.ts';
import { timeHandler } from './time-handler.ts';

const streamNames = new Map(Object.entries(JSON.parse(required(variables.streamNames)) as Record<string, string>));

const kinesis = kinesisClient();

export const handler = timeHandler({
  compiled: { plan, program },
  ports: awsPorts(),
  shards: keyedOnly(shardPort(kinesis, nameOf), (stream) => ignoresPartitionKeys(kinesis, nameOf(stream))),
  sleep,
  log: cloudwatchLog,
});

function nameOf(stream: string): string {
  const name = streamNames.get(stream);
  if (name === undefined) throw new Error(`${variables.streamNames} does not name the stream ${stream}`);
  return name;
}
