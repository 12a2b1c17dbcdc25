import { Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { variables } from '../functions/environment.ts';
import type { EventPipeline } from './event-pipeline.ts';
import { grantPut } from './grants.ts';

/** Lets a function put revisions of results into these derived streams, and tells it what they are called in Kinesis. */
export function putRevisions(
  { derivedStreams }: EventPipeline,
  names: readonly string[],
  handler: LambdaFunction,
): void {
  if (names.length === 0) return;
  const streams = [...derivedStreams].filter(([name]) => names.includes(name));
  const called = Object.fromEntries(streams.map(([name, { streamName }]) => [name, streamName]));
  handler.addEnvironment(variables.streamNames, Stack.of(handler).toJsonString(called));
  grantPut(
    streams.map(([, stream]) => stream),
    handler,
  );
}
