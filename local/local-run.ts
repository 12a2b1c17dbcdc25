/**
 * A pipeline running on this machine: the embedded services in processes of their own, the resources of the
 * synthesized template in them, and every function of it behind what invokes it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PipelineDefinition } from '../engine/pipeline/definition.ts';
import { resultStreams } from '../engine/plan/sources.ts';
import { variables } from '../functions/environment.ts';
import { synthesize } from '../infra/pipeline-stack.ts';
import { AlertQueue } from './alert-queue.ts';
import { region } from './aws-call.ts';
import { Condition } from './condition.ts';
import { type BatchRejections, countDeadLetters, type DeadLetters } from './dead-letters.ts';
import { deploy, type DeployedFunction, type Deployment, type Endpoints } from './deployment.ts';
import { type Emulator, type EmulatorName, startEmulator } from './emulator.ts';
import type { MappingProgress } from './event-source-mapping.ts';
import type { Redelivery } from './function-host.ts';
import { type FunctionProcess, startFunction } from './hosted-function.ts';
import { type LambdaEndpoint, startLambda } from './lambda-endpoint.ts';
import { Producer } from './producer.ts';
import { Schedule } from './schedule.ts';

export interface LocalRunOptions {
  readonly definition: PipelineDefinition;
  /** Of every stream. */
  readonly shards: number;
  /** The first of four ports in a row; 0: any that are free. */
  readonly port: number;
  /** Whether every batch comes twice, as it may in Lambda. */
  readonly redelivery?: Redelivery;
  /** True where the events are of long ago and come faster than they happened. */
  readonly history?: boolean;
  /** Ends the start between two of its steps; startLocal then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The body of a message that came out of SNS. */
  readonly onAlert: (body: string) => void;
  /** A line that a function printed and that is no report of a batch. */
  readonly onLog: (source: string, line: string) => void;
  /** What went wrong around a function. */
  readonly onProblem: (source: string, message: string) => void;
}

/** What the functions have reported, since the start. */
export interface Totals {
  /** Each counted once, however often it was delivered. */
  events: number;
  alerts: number;
  late: number;
  invalid: number;
  readonly deadLetters: Map<string, DeadLetters>;
}

export interface LocalRun {
  readonly endpoints: Endpoints;
  /** Where Lambda's functions can be invoked. */
  readonly lambda: string;
  readonly stackName: string;
  readonly outputs: Deployment['outputs'];
  /** The name in the pipeline file to the name in Kinesis. */
  readonly streams: ReadonlyMap<string, string>;
  readonly producer: Producer;
  /** Every process of the run but this one. */
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  readonly totals: Totals;
  /** Records that were delivered, of all streams. */
  delivered(): number;
  /** The oldest record that waits to be delivered, in milliseconds. */
  lag(): number;
  /** Resolves when at most so many of the accepted events wait to be delivered. */
  waitForRoom(outstanding: number): Promise<void>;
  /** Resolves when everything that was put has been delivered. */
  waitUntilRead(): Promise<void>;
  /** Moves the watermark to the end of time, which closes every window. */
  advanceToEnd(): Promise<void>;
  /** Resolves when every alert published so far has come out of SNS. */
  waitForAlerts(): Promise<void>;
  /** Ends every process of the run. */
  stop(): Promise<void>;
}

const services: readonly EmulatorName[] = ['kinesis', 'dynamodb', 'fauxqs'];

/** A replay has the events of hours in a second, so time advances more often than once a minute. */
const historyEvery = 1000;
/** By a clock of today, a pause in old events would be silence until today, and everything after it late. */
const beforeHistory = (): number => 0;

export async function startLocal(options: LocalRunOptions): Promise<LocalRun> {
  const { definition, signal } = options;
  const results = resultStreams(definition).map(({ name }) => name);
  const stackName = `weir-${definition.name}`;
  const folder = await mkdtemp(join(tmpdir(), 'weir-local-'));
  const emulators: Emulator[] = [];
  const pids = new Map<EmulatorName, number>();
  const processes: FunctionProcess[] = [];
  let queue: AlertQueue | undefined;
  let lambda: LambdaEndpoint | undefined;
  let schedules: readonly Schedule[] = [];
  const stop = async (): Promise<void> => {
    for (const each of schedules) each.stop();
    await Promise.all([queue?.stop(), lambda?.stop(), ...processes.map((each) => each.stop())]);
    await Promise.all(emulators.map((each) => each.stop()));
    await rm(folder, { recursive: true, force: true });
  };

  try {
    const starting = services.map(async (name, index) => {
      const emulator = await startEmulator(name, { port: options.port === 0 ? 0 : options.port + index });
      emulators.push(emulator);
      pids.set(name, emulator.pid);
      return emulator.endpoint;
    });
    // The services start while this process synthesizes; whatever fails, none is left behind half started.
    const synthesized = Promise.resolve().then(() => synthesize({ definition, retain: false }, folder));
    await Promise.allSettled([synthesized, ...starting]);
    const [kinesis = '', dynamodb = '', messaging = ''] = await Promise.all(starting);
    signal?.throwIfAborted();
    const template = await synthesized;
    const endpoints: Endpoints = { kinesis, dynamodb, messaging };
    const deployment = await deploy({ template, stackName, endpoints, shards: options.shards });
    signal?.throwIfAborted();

    const moved = new Condition();
    const totals: Totals = { events: 0, alerts: 0, late: 0, invalid: 0, deadLetters: new Map() };
    const progress = new Map<string, MappingProgress>();
    const functionOf = (name: string): DeployedFunction => {
      const found = deployment.functions.find((each) => each.name === name);
      if (found === undefined) throw new Error(`the template has no function ${name}`);
      return found;
    };
    const start = async (name: string, source: string, more: object): Promise<FunctionProcess> => {
      const target = functionOf(name);
      const process = await startFunction({
        function: target,
        environment: { ...target.environment, ...localEnvironment(endpoints) },
        log: (line) => {
          const message = readLog(totals, results, line);
          if (message !== undefined) options.onLog(source, message);
        },
        problem: (message) => {
          options.onProblem(source, message);
        },
        ...more,
      });
      processes.push(process);
      return process;
    };

    queue = new AlertQueue(endpoints.messaging, options.onAlert, (message) => {
      options.onProblem('alerts', message);
    });
    await queue.subscribe(deployment.outputs['AlertTopicArn'] ?? '');
    const readers = await Promise.all(
      deployment.mappings.map(({ id, destination, functionName, streamName, streamArn, ...settings }) => {
        const target = functionOf(functionName);
        const envelope = { streamArn, roleArn: target.roleArn, region };
        return start(functionName, target.environment[variables.stream] ?? functionName, {
          mapping: {
            id,
            settings: { ...settings, streamName, endpoint: endpoints.kinesis, envelope },
            ...(destination !== undefined && { destination: { endpoint: endpoints.messaging, bucket: destination } }),
            ...(options.redelivery !== undefined && { redelivery: options.redelivery }),
          },
          progress: (now: MappingProgress) => {
            progress.set(id, now);
            moved.notify();
          },
        });
      }),
    );
    signal?.throwIfAborted();
    let ending = false;
    schedules = await Promise.all(
      deployment.schedules.map(async ({ functionName, every }) => {
        const process = await start(functionName, 'advance-time', {});
        return new Schedule(
          process,
          options.history === true ? historyEvery : every,
          options.history === true ? beforeHistory : Date.now,
          (message) => {
            if (!ending) options.onProblem('advance-time', message);
          },
        );
      }),
    );

    const invoked = new Map<string, Promise<FunctionProcess>>();
    lambda = await startLambda(options.port === 0 ? 0 : options.port + services.length, {
      environment: (name) => deployment.functions.find((each) => each.name === name)?.environment,
      invoke: async (name, event) => {
        // Nobody but a user calls it: it is started when somebody does.
        const starting = invoked.get(name) ?? start(name, name, {});
        invoked.set(name, starting);
        return (await starting).invoke(event);
      },
    });

    const sent = deployment.mappings.flatMap(({ id, functionName, streamName }) => {
      const name = functionOf(functionName).environment[variables.stream] ?? streamName;
      return results.includes(name) ? [] : [{ id, name, streamName }];
    });
    const streams = new Map(sent.map(({ name, streamName }) => [name, streamName]));
    const producer = new Producer(endpoints.kinesis, streams);
    const delivered = (): number => sent.reduce((sum, { id }) => sum + (progress.get(id)?.records ?? 0), 0);
    const alertQueue = queue;
    return {
      endpoints,
      lambda: lambda.endpoint,
      stackName,
      outputs: deployment.outputs,
      streams,
      producer,
      processes: [
        ...services.map((name) => ({ name, pid: pids.get(name) ?? 0 })),
        ...processes.map(({ name, pid }) => ({ name, pid })),
      ],
      totals,
      delivered,
      lag: () => Math.max(0, ...[...progress.values()].map(({ millisBehind }) => millisBehind)),
      waitForRoom: async (outstanding) => {
        while (!ending && producer.accepted - delivered() > outstanding) await moved.wait();
      },
      waitUntilRead: async () => {
        await Promise.all(readers.map((each) => each.waitUntilRead()));
      },
      advanceToEnd: async () => {
        // What is told at the end of one rule's windows comes before the end of those that read it.
        for (let round = 0; round <= results.length; round++) {
          await Promise.all(schedules.map((each) => each.invoke({ watermark: 'end' })));
          await Promise.all(readers.map((each) => each.waitUntilRead()));
        }
      },
      waitForAlerts: () => alertQueue.waitUntilEmpty(),
      stop: async () => {
        ending = true;
        moved.notify();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What Lambda itself sets, and where the services are. */
function localEnvironment({ kinesis, dynamodb, messaging }: Endpoints): Readonly<Record<string, string>> {
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    // The runtime that is deployed is newer than the Node that may be here.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_ENDPOINT_URL_KINESIS: kinesis,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SNS: messaging,
    AWS_ENDPOINT_URL_S3: messaging,
  };
}

/** Adds a handler's report to the totals; what else it printed is given back. */
function readLog(totals: Totals, results: readonly string[], line: string): string | undefined {
  const entry = line.startsWith('{') ? parseLog(line) : undefined;
  if (entry === undefined) return line;
  if (entry.level === 'ERROR') return entry.message;
  if (entry.message === 'batch') {
    // What rules tell each other is no event that anybody sent.
    if (!results.includes(entry.stream ?? '')) totals.events += (entry.records ?? 0) - (entry.repeated ?? 0);
    totals.late += entry.late ?? 0;
    totals.invalid += entry.invalid ?? 0;
    countDeadLetters(totals.deadLetters, entry);
  }
  totals.alerts += entry.alerts ?? 0;
  return undefined;
}

interface LogEntry extends BatchRejections {
  readonly level: string;
  readonly message: string;
  readonly stream?: string;
  readonly records?: number;
  readonly repeated?: number;
  readonly alerts?: number;
}

/** A line of functions/log.ts; undefined where it is none. */
function parseLog(line: string): LogEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<LogEntry>;
    return entry.level === undefined || entry.message === undefined ? undefined : (entry as LogEntry);
  } catch {
    return undefined;
  }
}
