/**
 * What process-stream does, apart from the environment that it runs in: a batch in, a partial batch response out. Each
 * execution environment has one of its own, with its memory of the shards.
 */
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { Compiled } from '../engine/plan/program.ts';
import type { Ports } from '../engine/protocol/ports.ts';
import { StreamProcessor } from '../engine/protocol/stream-processor.ts';
import { PortCounts } from './counted-ports.ts';
import { eventDecoder } from './event-decoder.ts';
import { inputRecords, shardOf } from './input-records.ts';
import type { Log } from './log.ts';
import { batchMetrics } from './report-metrics.ts';
import { decode } from './record-data.ts';

export interface StreamServices {
  readonly compiled: Compiled;
  /** The stream's name in the pipeline file. */
  readonly stream: string;
  readonly ports: Ports;
  /** Names the execution environment among all that ever ran. */
  readonly process: string;
  readonly log: Log;
}

export type StreamHandler = (
  event: KinesisStreamEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<KinesisStreamBatchResponse>;

export function streamHandler({ compiled, stream, ports, process, log }: StreamServices): StreamHandler {
  const program = compiled.program.streams[stream];
  const decodeEvent = program === undefined ? decode : eventDecoder(program);
  const counts = new PortCounts();
  const processor = new StreamProcessor(compiled, stream, counts.over(ports), process);
  return async (event, context) => {
    const shard = shardOf(event);
    const [first] = event.Records;
    if (first === undefined) return { batchItemFailures: [] };
    const started = performance.now();
    const allTime = context.getRemainingTimeInMillis();
    const timeLeft = (): number => context.getRemainingTimeInMillis() / allTime;
    counts.take();
    try {
      const report = await processor.process(shard, inputRecords(stream, shard, event, decodeEvent), timeLeft);
      const millis = Math.round(performance.now() - started);
      log.done('batch', { ...report, millis }, batchMetrics(report, counts.take()));
      for (const [rule, count] of Object.entries(report.predicateFailures)) log.expressionErrors?.(rule, count);
      return { batchItemFailures: report.unfinished === undefined ? [] : [{ itemIdentifier: report.unfinished }] };
    } catch (cause) {
      // A service failed, not an event: the batch comes again, and what it has done already is skipped.
      log.problem(
        `batch of ${event.Records.length} records of ${stream}/${shard} failed and will be delivered again: ${cause instanceof Error ? cause.stack : String(cause)}`,
        { FailedBatches: 1 },
      );
      return { batchItemFailures: [{ itemIdentifier: first.kinesis.sequenceNumber }] };
    }
  };
}
