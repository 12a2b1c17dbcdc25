/**
 * A history of a pipeline as the cloud could play it: shards read in batches of any size, batches delivered again,
 * processes that start anew, that fail at any call, or that go on after they were given up, and time advancing in
 * between. All that happens follows from one seed.
 */
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { type DeadLetter, redrive } from '../../../engine/protocol/redrive.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { openShard } from './batches.ts';
import { type Call, MemoryWorld } from './memory-ports.ts';
import { Dice } from '../../simulation/dice.ts';

export interface Disorder {
  /** Of ten calls at most, one fails so often. */
  readonly failures: boolean;
  /** Processes that are given up and yet go on. */
  readonly zombies: boolean;
  /** Batches come again although they were finished, from any earlier position. */
  readonly replays: boolean;
  /** The watermark moves while records come. */
  readonly advances: boolean;
  /** Time runs out in the middle of batches. */
  readonly hurry: boolean;
  /** Processes end between batches, and others begin. */
  readonly restarts: boolean;
  /** Records that cannot be read when they are delivered, and that are put back, more than once, while others come. */
  readonly broken?: ReadonlySet<InputRecord>;
}

export const calm: Disorder = {
  failures: false,
  zombies: false,
  replays: false,
  advances: false,
  hurry: false,
  restarts: false,
};
export const wild: Disorder = {
  failures: true,
  zombies: true,
  replays: true,
  advances: true,
  hurry: true,
  restarts: true,
};

class InjectedFailure extends Error {}

/** Plays records, in the order of their arrival, and then the end of time. */
export async function play(
  compiled: Compiled,
  records: readonly InputRecord[],
  seed: number,
  disorder: Disorder,
): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  const dice = new Dice(seed);
  const turns = new Turns(dice);
  let processes = 0;
  let failuresLeft = disorder.failures ? 12 : 0;
  const { broken = new Set<InputRecord>() } = disorder;

  const disturb = async ({ moment }: Call): Promise<void> => {
    await turns.wait();
    if (failuresLeft > 0 && moment !== 'within' && dice.oneIn(25)) {
      failuresLeft--;
      throw new InjectedFailure('injected');
    }
    if (failuresLeft > 0 && moment === 'within' && dice.oneIn(25)) {
      failuresLeft--;
      throw new InjectedFailure('injected within a put');
    }
  };
  const newProcess = (stream: string): StreamProcessor =>
    new StreamProcessor(compiled, stream, world.ports(disturb), `p${++processes}`);
  const shards = [...new Set(records.map(({ stream, shard }) => `${stream}/${shard}`))].map((name) => {
    const [stream = '', shard = ''] = name.split('/');
    return {
      stream,
      shard,
      records: records.filter((record) => record.stream === stream && record.shard === shard),
      done: 0,
    };
  });
  type Shard = (typeof shards)[number];
  const arrivedOf = ({ records: all }: Shard): number => all.filter(({ arrival = 0 }) => arrival <= world.now).length;

  /** How many of the records are done, from the first on. */
  const deliver = async (
    process: StreamProcessor,
    { shard }: Shard,
    batch: readonly InputRecord[],
  ): Promise<number> => {
    const timeLeft = () => (disorder.hurry && dice.oneIn(12) ? 0 : 1);
    let done = 0;
    await attempt(async () => {
      const { unfinished } = await process.process(shard, batch, timeLeft);
      const at = batch.findIndex(({ sequenceNumber }) => sequenceNumber === unfinished);
      done = at === -1 ? batch.length : at;
    });
    return done;
  };
  const read = async (shard: Shard): Promise<void> => {
    let process = newProcess(shard.stream);
    while (shard.done < shard.records.length) {
      const arrived = arrivedOf(shard);
      if (arrived <= shard.done) {
        await turns.wait();
        if (dice.oneIn(4)) world.now = Math.max(world.now, shard.records[shard.done]?.arrival ?? 0) as EpochMillis;
        continue;
      }
      if (disorder.restarts && dice.oneIn(4)) process = newProcess(shard.stream);
      const from = disorder.replays && dice.oneIn(4) ? dice.below(shard.done + 1) : shard.done;
      const to = Math.min(arrived, from + 1 + dice.below(8));
      const batch = shard.records.slice(from, to).map((record) => (broken.has(record) ? unreadable(record) : record));
      const working = deliver(process, shard, batch);
      if (disorder.zombies && dice.oneIn(4)) {
        // Whoever is given up here ends at some time; a failure of his is delivered again, like any other.
        zombies.push(retried(working, shard, batch));
        process = newProcess(shard.stream);
        continue;
      }
      shard.done = Math.max(shard.done, from + (await working));
    }
  };
  const zombies: Promise<void>[] = [];
  const retried = async (first: Promise<number>, shard: Shard, batch: readonly InputRecord[]): Promise<void> => {
    for (let done = await first; done < batch.length; )
      done += await deliver(newProcess(shard.stream), shard, batch.slice(done));
  };
  const port = {
    shards: async (stream: string) =>
      shards.filter((shard) => shard.stream === stream).map(({ shard }) => openShard(shard)),
    atTip: async (stream: string, name: string, after: string | undefined) => {
      const shard = shards.find((one) => one.stream === stream && one.shard === name);
      if (shard === undefined) return true;
      return shard.records
        .slice(0, arrivedOf(shard))
        .every(({ sequenceNumber }) => after !== undefined && Number(sequenceNumber) <= Number(after));
    },
  };
  const reading = { goesOn: true };
  const tick = async (): Promise<void> => {
    for (let pause = dice.below(60); reading.goesOn; pause--) {
      await turns.wait();
      if (pause > 0) continue;
      pause = dice.below(60);
      await attempt(() => advanceTime(compiled, world.ports(disturb), port, world.now));
    }
  };

  const lettered = (): DeadLetter[] => {
    const named = new Set([...world.letters.values()].flatMap(({ lines }) => lines.map(nameOf)));
    return [...broken].flatMap((record) => (named.has(nameOf(JSON.stringify(record))) ? [{ record }] : []));
  };
  const putBack = new Set<InputRecord>();
  const putBackSome = async (letters: readonly DeadLetter[]): Promise<void> => {
    const { letters: done } = await redrive(compiled, world.ports(disturb), letters, { late: true, dryRun: false });
    letters.forEach(({ record }, i) => done[i]?.refused.length === 0 && putBack.add(record));
  };
  const redriving = async (): Promise<void> => {
    while (reading.goesOn) {
      for (let pause = dice.below(40); pause > 0; pause--) await turns.wait();
      const some = lettered().filter(() => dice.oneIn(2));
      if (some.length > 0) await attempt(() => putBackSome(some));
      else await turns.wait();
    }
    // What was told to be done is left alone: nothing that comes now may heal it.
    const left = lettered().filter(({ record }) => !putBack.has(record));
    while (left.length > 0 && !(await attempt(() => putBackSome(left))));
    const again = await redrive(compiled, world.ports(), lettered(), { late: true, dryRun: true });
    if (lettered().length !== broken.size) throw new Error('a record that could not be read is in no letter');
    for (const { putBack: twice, refused } of again.letters)
      if (twice.length + refused.length > 0) throw new Error(`not there: ${JSON.stringify(again.letters)}`);
  };

  await turns.run(async () => {
    const ticking = disorder.advances ? tick() : Promise.resolve();
    const others = broken.size > 0 ? redriving() : Promise.resolve();
    await Promise.all(shards.map(read));
    await Promise.all(zombies);
    reading.goesOn = false;
    await Promise.all([ticking, others]);
  });
  for (let i = 0; i < 2; i++) await advanceTime(compiled, world.ports(), port, world.now, 'end');
  return world;
}

function unreadable(record: InputRecord): InputRecord {
  return { ...record, event: undefined, unreadable: 'not JSON', data: 'eA==' };
}

function nameOf(line: string): string {
  const { stream, shard, sequenceNumber } = JSON.parse(line) as InputRecord;
  return `${stream}/${shard}/${sequenceNumber}`;
}

async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (cause) {
    if (cause instanceof InjectedFailure) return false;
    throw cause;
  }
}

/** Of all that wait for their turn, one at a time goes on. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  readonly #dice: Dice;
  constructor(dice: Dice) {
    this.#dice = dice;
  }
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  async run(work: () => Promise<void>): Promise<void> {
    const ended = { now: false, failure: undefined as unknown };
    work().then(
      () => (ended.now = true),
      (cause: unknown) => Object.assign(ended, { now: true, failure: cause }),
    );
    while (!ended.now) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#waiting.length > 0) this.#waiting.splice(this.#dice.below(this.#waiting.length), 1)[0]?.();
    }
    if (ended.failure !== undefined) throw new Error('a process failed by itself', { cause: ended.failure });
  }
}
