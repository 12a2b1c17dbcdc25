/**
 * A process that runs one function as Lambda does: the code that is deployed, the environment of the template, and
 * what invokes it. Each shard has an execution environment of its own, a module instance that nobody else shares; a
 * function that outruns its timeout gets a new one, while the old may still write: worse than Lambda, never better.
 */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import { callS3 } from './aws-call.ts';
import {
  EventSourceMapping,
  type GivenUp,
  type MappingProgress,
  type MappingSettings,
  type MappingTarget,
} from './event-source-mapping.ts';

export interface HostedFunction {
  readonly name: string;
  readonly arn: string;
  /** Where the deployed module lies. */
  readonly module: string;
  /** The export that is invoked. */
  readonly handler: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly memory: number;
}

export interface HostedMapping {
  readonly settings: MappingSettings;
  /** Names the mapping in the keys of what it gives up. */
  readonly id: string;
  readonly destination?: { readonly endpoint: string; readonly bucket: string };
  /** Absent: every batch comes once, unless it fails. */
  readonly redelivery?: Redelivery;
}

/**
 * Lambda delivers at least once. `after`: every batch comes again when it is done; `meanwhile`: it comes again while it
 * is being processed, as when an invocation goes on that Lambda has given up. Either time in another execution
 * environment, and the two take turns.
 */
export type Redelivery = 'after' | 'meanwhile';

/** What the parent asks. */
export type HostRequest =
  | { readonly kind: 'start'; readonly function: HostedFunction; readonly mapping?: HostedMapping }
  | { readonly kind: 'invoke'; readonly id: number; readonly event: unknown }
  | { readonly kind: 'wait-until-read'; readonly id: number };

/** What the host says. */
export type HostReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly kind: 'progress'; readonly progress: MappingProgress }
  | { readonly kind: 'problem'; readonly message: string };

/** The callbacks of old are gone from the runtime that is deployed. */
type InvocationContext = Omit<Context, 'done' | 'fail' | 'succeed'>;
type Handler = (event: unknown, context: InvocationContext) => unknown;

const progressInterval = 100;

function report(message: HostReport): void {
  process.send?.(message);
}

/** Execution environments of a function, made when they are first needed. */
class Environments {
  private readonly handlers = new Map<string, Promise<Handler>>();
  private readonly target: HostedFunction;
  private made = 0;

  constructor(target: HostedFunction) {
    this.target = target;
  }

  /** Invokes the function in the environment of that name; rejects where it throws or outruns its timeout. */
  async invoke(environment: string, event: unknown): Promise<unknown> {
    const handler = await this.handler(environment);
    const deadline = Date.now() + this.target.timeout;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.handlers.delete(environment);
        reject(new Error(`${this.target.name} timed out after ${String(this.target.timeout / 1000)} s`));
      }, this.target.timeout);
    });
    try {
      return await Promise.race([handler(event, this.context(deadline)), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  private handler(environment: string): Promise<Handler> {
    let handler = this.handlers.get(environment);
    if (handler === undefined) {
      this.made += 1;
      handler = this.load(`${pathToFileURL(this.target.module).href}?environment=${String(this.made)}`);
      this.handlers.set(environment, handler);
    }
    return handler;
  }

  private async load(url: string): Promise<Handler> {
    const module = (await import(url)) as Record<string, unknown>;
    const handler = module[this.target.handler];
    if (typeof handler !== 'function') throw new Error(`${this.target.name}: no export ${this.target.handler}`);
    return handler as Handler;
  }

  private context(deadline: number): InvocationContext {
    return {
      callbackWaitsForEmptyEventLoop: false,
      functionName: this.target.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: this.target.arn,
      memoryLimitInMB: String(this.target.memory),
      awsRequestId: randomUUID(),
      logGroupName: `/aws/lambda/${this.target.name}`,
      logStreamName: 'local',
      getRemainingTimeInMillis: () => deadline - Date.now(),
    };
  }
}

/** Invokes the function for a batch, twice where it is to come again; the answer of the last delivery counts. */
function delivery(environments: Environments, redelivery: Redelivery | undefined): MappingTarget['invoke'] {
  if (redelivery === undefined) return (event, shardId) => environments.invoke(shardId, event);
  const turns = new Map<string, number>();
  return async (event, shardId) => {
    const turn = turns.get(shardId) ?? 0;
    turns.set(shardId, 1 - turn);
    const first = environments.invoke(`${shardId} ${String(turn)}`, event).catch((error: unknown) => {
      report({ kind: 'problem', message: `first delivery: ${error instanceof Error ? error.message : String(error)}` });
    });
    if (redelivery === 'after') await first;
    const answer = await environments.invoke(`${shardId} ${String(1 - turn)}`, event);
    await first;
    return answer;
  };
}

/** Writes what a mapping gives up as Lambda does: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
async function writeGivenUp(target: HostedFunction, mapping: HostedMapping, batch: GivenUp): Promise<void> {
  if (mapping.destination === undefined) return;
  const { endpoint, bucket } = mapping.destination;
  const timestamp = new Date().toISOString();
  const arrival = (record: GivenUp['records'][number] | undefined) =>
    new Date((record?.ApproximateArrivalTimestamp ?? 0) * 1000).toISOString();
  const first = batch.records[0];
  const last = batch.records.at(-1);
  const day = timestamp.slice(0, 10).replaceAll('-', '/');
  const time = timestamp.slice(0, 19).replaceAll(':', '.');
  const key = `aws/lambda/${mapping.id}/${batch.shardId}/${day}/${time}-${randomUUID()}`;
  const body = {
    requestContext: {
      requestId: randomUUID(),
      functionArn: target.arn,
      condition: batch.condition,
      approximateInvokeCount: batch.invokeCount,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp,
    KinesisBatchInfo: {
      shardId: batch.shardId,
      startSequenceNumber: first?.SequenceNumber,
      endSequenceNumber: last?.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: batch.records.length,
      streamArn: mapping.settings.envelope.streamArn,
    },
    payload: JSON.stringify(batch.event),
  };
  await callS3(endpoint, 'PUT', `${bucket}/${key}`, JSON.stringify(body));
  report({
    kind: 'problem',
    message: `gave up ${String(batch.records.length)} records of ${batch.shardId} (${batch.condition}): s3://${bucket}/${key}`,
  });
}

async function host(target: HostedFunction, hosted: HostedMapping | undefined): Promise<void> {
  const environments = new Environments(target);
  let mapping: EventSourceMapping | undefined;
  if (hosted !== undefined) {
    mapping = new EventSourceMapping(hosted.settings, {
      invoke: delivery(environments, hosted.redelivery),
      giveUp: (batch) => writeGivenUp(target, hosted, batch),
      problem: (message) => {
        report({ kind: 'problem', message });
      },
    });
    await mapping.start();
    const { progress } = mapping;
    let told = '';
    const tell = (): void => {
      const now = JSON.stringify(progress);
      if (now === told) return;
      told = now;
      report({ kind: 'progress', progress });
    };
    setInterval(tell, progressInterval);
  }
  process.on('message', (request: HostRequest) => {
    if (request.kind === 'start') return;
    const { id } = request;
    const work =
      request.kind === 'invoke'
        ? environments.invoke('', request.event)
        : (mapping?.waitUntilRead() ?? Promise.resolve());
    work.then(
      (value) => {
        if (mapping !== undefined) report({ kind: 'progress', progress: mapping.progress });
        report({ kind: 'answer', id, value: value ?? null });
      },
      (error: unknown) => {
        report({ kind: 'answer', id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      },
    );
  });
  report({ kind: 'ready' });
}

process.once('disconnect', () => process.exit(0));
// Ctrl-C goes to the whole process group; the parent decides when its functions end.
process.on('SIGINT', () => undefined);
process.once('message', (request: HostRequest) => {
  if (request.kind !== 'start') return;
  host(request.function, request.mapping).catch((error: unknown) => {
    report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});
