/**
 * Advances the rules' watermarks. Called by a schedule every minute, one invocation at a time; and by CloudFormation, where
 * the pipeline has streams of the user's own.
 */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import { plan, program } from 'weir:plan';
import { kinesisClient } from '../adapters/kinesis.ts';
import { ignoresPartitionKeys } from '../adapters/kinesis-shards.ts';
import { cloudwatchLog } from './cloudwatch-log.ts';
import { deploymentCheck } from './deployment-check.ts';
import { streamName } from './environment.ts';
import { type IgnoresKeys, keyedOnly } from './partition-keys.ts';
import { awsPorts } from './ports.ts';
import { shardPort } from './shard-port.ts';
import { type AdvanceTimeEvent, timeHandler } from './time-handler.ts';

const kinesis = kinesisClient();

const ignoresKeys: IgnoresKeys = (streamName, signal) => ignoresPartitionKeys(kinesis, streamName, signal);

const check = deploymentCheck({ ignoresKeys, sleep });

const advance = timeHandler({
  compiled: { plan, program },
  ports: awsPorts(),
  shards: keyedOnly(shardPort(kinesis, streamName), streamName, ignoresKeys),
  sleep,
  log: cloudwatchLog,
});

export function handler(
  event: AdvanceTimeEvent | CloudFormationCustomResourceEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<unknown> {
  return 'ResponseURL' in event ? check(event, context) : advance(event, context);
}
