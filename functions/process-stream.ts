/** Processes the records of one stream. Called by the stream's event source mapping, a batch of one shard at a time. */
import { randomUUID } from 'node:crypto';
import { plan, program } from 'weir:plan';
import { cloudwatchLog } from './cloudwatch-log.ts';
import { required, variables } from './environment.ts';
import { awsPorts } from './ports.ts';
import { streamHandler } from './stream-handler.ts';

export const handler = streamHandler({
  compiled: { plan, program },
  stream: required(variables.stream),
  ports: awsPorts(),
  process: randomUUID(),
  log: cloudwatchLog,
});
