/** The deployed handlers in execution environments as Lambda makes, freezes and ends them. */
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { ItemTable } from '../../adapters/dynamodb.ts';
import { offerRecords } from '../../adapters/kinesis.ts';
import { putLines } from '../../adapters/s3.ts';
import { publish } from '../../adapters/sns.ts';
import type { Compiled } from '../../engine/plan/program.ts';
import type { TimeReport } from '../../engine/protocol/time-report.ts';
import type { RedriveReport } from '../../engine/protocol/redrive.ts';
import type { Ports } from '../../engine/protocol/ports.ts';
import type { EpochMillis } from '../../engine/time.ts';
import type { Log } from '../../functions/log.ts';
import { revisionPut, streamOffer } from '../../functions/result-streams.ts';
import { shardPort } from '../../functions/shard-port.ts';
import { streamHandler } from '../../functions/stream-handler.ts';
import type { RedriveEvent } from '../../functions/dead-letter.ts';
import { redriveHandler } from '../../functions/redrive-handler.ts';
import { type AdvanceTimeEvent, timeHandler } from '../../functions/time-handler.ts';
import { Dice } from './dice.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { History } from './history.ts';
import type { Outlets } from './outlets.ts';
import { Sandbox, type Stall } from './sandbox.ts';
import type { Schedule } from './schedule.ts';
import type { Streams } from './streams.ts';
import type { Tables } from './tables.ts';

/** As infra sets it, in milliseconds. */
export const timeout = 60_000;

/** What becomes of an invocation that another overtakes while one of its calls takes very long. */
export type Overtaken = 'goes on' | 'dies';

const calls = (operation: string, ...numbers: readonly number[]): Stall[] =>
  numbers.map((number) => ({ operation, number }));
/** Of one that another overtakes: mostly where it has derived what it is about to tell. */
const overtakenStalls = [...calls('write state', 0, 1, 2), ...calls('write alerts', 0, 0, 0, 1)];
const stalls: Readonly<Record<Overtaken | 'is alone', readonly Stall[]>> = {
  'goes on': overtakenStalls,
  // That call is the last that is heard of it: it does not mend what it has told.
  dies: [{ operation: 'write alerts', number: 0, isLast: true }],
  // Between its reads too, so that some of what it knows is older than the rest.
  'is alone': [...calls('get', 0, 1, 2), ...calls('query', 0, 1, 2), ...overtakenStalls],
};

/** The function's answer; undefined where it failed, died, or outran its time. */
export type Invoke = (
  event: KinesisStreamEvent,
  place: string,
  overtaken?: Overtaken,
) => Promise<KinesisStreamBatchResponse | undefined>;

export interface FunctionServices {
  readonly history: History;
  readonly compiled: Compiled;
  readonly schedule: Schedule;
  readonly plan: FaultPlan;
  readonly tables: Tables;
  readonly outlets: Outlets;
  readonly streams: Streams;
  /** What handlers log when something goes wrong. */
  readonly problems: string[];
}

interface Environment<In, Out> {
  readonly sandbox: Sandbox;
  readonly handler: Handler<In, Out>;
}

type Handler<In, Out> = (event: In, context: { getRemainingTimeInMillis(): number }) => Promise<Out>;

export class SimulatedFunction<In, Out> {
  crashes = 0;
  timeouts = 0;
  #made = 0;
  readonly #free: Environment<In, Out>[] = [];
  readonly #services: FunctionServices;
  readonly #name: string;
  readonly #start: (sandbox: Sandbox, services: FunctionServices) => Handler<In, Out>;

  constructor(
    services: FunctionServices,
    name: string,
    start: (sandbox: Sandbox, services: FunctionServices) => Handler<In, Out>,
  ) {
    this.#services = services;
    this.#name = name;
    this.#start = start;
  }

  /** One of its first calls may take very long; of one that is overtaken it does. */
  async invoke(event: In, place: string, overtaken?: Overtaken): Promise<Out | undefined> {
    const { history, plan, schedule, problems } = this.#services;
    const dice = Dice.named(history.seed, `${place} environment`);
    const environment = this.#environment(dice);
    const { sandbox, handler } = environment;
    const isStalled =
      overtaken !== undefined || plan.draw(`${place} one call`, history.stalls, ['stalls']) !== undefined;
    sandbox.serve(place, isStalled ? dice.of(stalls[overtaken ?? 'is alone']) : undefined);
    const end = schedule.now + timeout;
    const context = { getRemainingTimeInMillis: () => end - schedule.now };
    const answer = handler(event, context).then(
      (value) => ({ value }),
      (cause: unknown) => {
        problems.push(String(cause));
        return 'failed' as const;
      },
    );
    const overtime = schedule.wait(timeout).then(() => 'timeout' as const);
    const outcome = await Promise.race([answer, sandbox.death, overtime]);
    if (outcome === 'died') this.crashes++;
    if (outcome === 'timeout') {
      this.timeouts++;
      sandbox.die();
    }
    if (!sandbox.isDead) this.#free.push(environment);
    return typeof outcome === 'object' ? outcome.value : undefined;
  }

  #environment(dice: Dice): Environment<In, Out> {
    const { history, plan, schedule } = this.#services;
    if (dice.below(1000) < history.coldStarts) this.#free.length = 0;
    // Any environment that is free serves, whichever shard it served before.
    const [found] = this.#free.splice(dice.below(this.#free.length + 1), 1);
    // A call that was on its way when the last invocation failed may have ended it since.
    if (found !== undefined && !found.sandbox.isDead) return found;
    const name = `${this.#name} ${++this.#made}`;
    const sandbox = new Sandbox(name, history.seed, plan, schedule, history.weather);
    return { sandbox, handler: this.#start(sandbox, this.#services) };
  }
}

export function streamFunction(
  services: FunctionServices,
  stream: string,
): SimulatedFunction<KinesisStreamEvent, KinesisStreamBatchResponse> {
  return new SimulatedFunction(services, stream, (sandbox, { compiled, problems }) =>
    streamHandler({ compiled, stream, ports: portsOf(sandbox, services), process: sandbox.name, log: logTo(problems) }),
  );
}

export function timeFunction(services: FunctionServices): SimulatedFunction<AdvanceTimeEvent, TimeReport> {
  return new SimulatedFunction(services, 'time', (sandbox, { compiled, streams, problems }) =>
    timeHandler({
      compiled,
      ports: portsOf(sandbox, services),
      shards: shardPort(
        streams.client(sandbox),
        (stream) => stream,
        (bound) => sandbox.wait(bound),
      ),
      sleep: (millis) => sandbox.sleep(millis),
      log: logTo(problems),
    }),
  );
}

export function redriveFunction(services: FunctionServices): SimulatedFunction<RedriveEvent, RedriveReport> {
  return new SimulatedFunction(services, 'redrive', (sandbox, { compiled, problems }) =>
    redriveHandler({ compiled, ports: portsOf(sandbox, services), log: logTo(problems) }),
  );
}

function portsOf(sandbox: Sandbox, { tables, outlets, streams, schedule, problems }: FunctionServices): Ports {
  const dynamodb = tables.client(sandbox);
  const sns = outlets.topic(sandbox);
  const s3 = outlets.bucket(sandbox);
  const wait = (bound: number): Promise<void> => sandbox.wait(bound);
  return {
    state: new ItemTable(dynamodb, 'state', wait),
    alerts: new ItemTable(dynamodb, 'alerts', wait),
    publish: (messages) => publish(sns, 'topic', messages, (reason) => problems.push(reason)),
    putRevisions: revisionPut(
      () => Promise.resolve(streamOffer(offerRecords, streams.client(sandbox), (stream) => stream)),
      (reason) => problems.push(reason),
      () => schedule.now,
    ),
    deadLetter: (prefix, name, lines) => putLines(s3, 'letters', `${prefix}/${name}.ndjson`, lines),
    now: () => schedule.now as EpochMillis,
  };
}

function logTo(problems: string[]): Log {
  return { done: () => undefined, problem: (text) => problems.push(text) };
}
