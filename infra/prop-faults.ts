/** What of the props cannot be, found before anything is made: each message has the value and what is allowed. */
import { type Duration, type Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';
import { resultStreams } from '../engine/plan/sources.ts';
import { isEmailAddress } from './email-address.ts';
import type { EventPipelineProps, StreamSettings } from './pipeline-props.ts';

/** Throws the first fault; `stack` is where the pipeline will be. */
export function checkProps(definition: PipelineDefinition, props: EventPipelineProps, stack: Stack): void {
  if (typeof props.definition !== 'string' && props.params !== undefined) {
    throw new Error('params can be given only where definition is the path of a file');
  }
  email('alertEmail', props.alertEmail);
  email('alarmEmail', props.alarmEmail);
  duration('watermarkLag', props.watermarkLag, 60, 7 * 86_400, '1 minute to 7 days');
  const all = [...definition.streams, ...resultStreams(definition)];
  const names = all.map(({ name }) => name);
  for (const [name, settings] of Object.entries(props.streams ?? {})) {
    if (!names.includes(name)) {
      throw new Error(`streams has ${JSON.stringify(name)}, the pipeline file has the streams ${names.join(', ')}`);
    }
    checkStream(`streams.${name}`, settings);
    checkPlace(`streams.${name}.stream`, settings.stream, stack);
  }
  const made = all.filter(({ name }) => props.streams?.[name]?.stream === undefined);
  checkNames(
    definition.name,
    made.map(({ name }) => name),
  );
}

function checkStream(at: string, settings: StreamSettings): void {
  if (settings.stream !== undefined && settings.shards !== undefined) {
    throw new Error(`${at} has both stream and shards: a stream of one's own has its shards already`);
  }
  whole(`${at}.shards`, settings.shards, 1, 100_000);
  duration(`${at}.retention`, settings.retention, 86_400, 365 * 86_400, '24 hours to 365 days');
  whole(`${at}.batchSize`, settings.batchSize, 1, 10_000);
  duration(`${at}.maxBatchingWindow`, settings.maxBatchingWindow, 1, 300, '1 second to 5 minutes');
  whole(`${at}.memorySize`, settings.memorySize, 128, 10_240);
  const start: string | undefined = settings.startingPosition;
  if (start !== undefined && start !== 'LATEST' && start !== 'TRIM_HORIZON') {
    throw new Error(`${at}.startingPosition is ${JSON.stringify(start)}, must be LATEST or TRIM_HORIZON`);
  }
}

/** The functions know a stream by its name, which another account or Region may have too. */
function checkPlace(prop: string, stream: IStream | undefined, stack: Stack): void {
  if (stream === undefined) return;
  for (const [what, theirs, ours] of [
    ['account', stream.env.account, stack.account],
    ['Region', stream.env.region, stack.region],
  ] as const) {
    if (Token.compareStrings(theirs, ours) !== TokenComparison.DIFFERENT) continue;
    throw new Error(`${prop} is in the ${what} ${theirs}, must be in that of the stack, ${ours}`);
  }
}

/** Names that are made of the pipeline file's must be names in AWS; `streams` are those that are made. */
export function checkNames(pipeline: string, streams: readonly string[]): void {
  if (!/^[A-Za-z0-9-]{1,51}$/.test(pipeline)) {
    throw new Error(
      `the pipeline is called ${JSON.stringify(pipeline)}, AWS allows 1 to 51 letters, digits and hyphens`,
    );
  }
  const stream = streams.find((name) => !/^[\w.-]+$/.test(name) || pipeline.length + 1 + name.length > 128);
  if (stream === undefined) return;
  throw new Error(
    `the stream is called ${JSON.stringify(stream)}, AWS allows letters, digits, ".", "_" and "-", at most ${String(127 - pipeline.length)} of them`,
  );
}

function email(prop: string, value: string | undefined): void {
  // What is known at deployment only cannot be judged here.
  if (value === undefined || Token.isUnresolved(value) || isEmailAddress(value)) return;
  throw new Error(`${prop} is ${JSON.stringify(value)}, must be an address such as team@example.com`);
}

function whole(prop: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(`${prop} is ${value}, must be a whole number from ${least} to ${most}`);
}

function duration(prop: string, value: Duration | undefined, least: number, most: number, allowed: string): void {
  if (value === undefined || value.isUnresolved()) return;
  const seconds = value.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds >= least && seconds <= most) return;
  throw new Error(`${prop} is ${value.toString()}, must be ${allowed} in whole seconds`);
}
