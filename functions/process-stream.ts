/** Processes the records of one stream. Called by the stream's event source mapping, a batch of one shard at a time. */
import { randomUUID } from 'node:crypto';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { plan, program } from 'weir:plan';
import { StreamProcessor } from '../engine/protocol/stream-processor.ts';
import { required, variables } from './environment.ts';
import { inputRecords, shardOf } from './input-records.ts';
import { log, logProblem } from './log.ts';
import { awsPorts } from './ports.ts';

const stream = required(variables.stream);
const processor = new StreamProcessor({ plan, program }, stream, awsPorts(), randomUUID());

export async function handler(
  event: KinesisStreamEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<KinesisStreamBatchResponse> {
  const shard = shardOf(event);
  const [first] = event.Records;
  if (first === undefined) return { batchItemFailures: [] };
  const started = performance.now();
  const allTime = context.getRemainingTimeInMillis();
  const timeLeft = () => context.getRemainingTimeInMillis() / allTime;
  try {
    const report = await processor.process(shard, inputRecords(stream, shard, event), timeLeft);
    log('batch', { ...report, millis: Math.round(performance.now() - started) });
    return { batchItemFailures: report.unfinished === undefined ? [] : [{ itemIdentifier: report.unfinished }] };
  } catch (cause) {
    // A service failed, not an event: the batch comes again, and what it has done already is skipped.
    logProblem(
      `batch of ${event.Records.length} records of ${stream}/${shard} failed and will be delivered again: ${cause instanceof Error ? cause.stack : String(cause)}`,
    );
    return { batchItemFailures: [{ itemIdentifier: first.kinesis.sequenceNumber }] };
  }
}
