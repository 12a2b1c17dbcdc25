/**
 * An event source mapping as Lambda documents it: each shard in order, children after their parents; at least once; a
 * batch again, whole, after an error or a timeout, and from the lowest reported record after a partial response.
 */
import type { EpochMillis } from '../../engine/time.ts';
import type { Shard } from '../../local/kinesis/shard.ts';
import type { Stream } from '../../local/kinesis/stream.ts';
import { type KinesisRecord, lambdaEvent } from '../../local/kinesis-batch.ts';
import { Dice } from './dice.ts';
import type { FaultPlan } from './fault-plan.ts';
import { type Invoke, timeout } from './functions.ts';
import type { History } from './history.ts';
import type { Schedule } from './schedule.ts';

export const envelope = {
  streamArn: 'arn:aws:kinesis:simulated',
  roleArn: 'arn:aws:iam:simulated',
  region: 'us-east-1',
};

export interface SourceServices {
  readonly history: History;
  readonly name: string;
  readonly stream: Stream;
  readonly schedule: Schedule;
  readonly plan: FaultPlan;
  readonly invoke: Invoke;
  /** True once no record can come any more. */
  readonly isEnded: () => boolean;
  /** Resolves when something has arrived or was read, a shard was made or closed, or nothing comes any more. */
  readonly change: () => Promise<void>;
  /** To be called where a shard was read on. */
  readonly changed: () => void;
  readonly background: (work: Promise<unknown>) => void;
  /** Puts some dead letters back; `place` says where. */
  readonly redrive: (place: string) => Promise<unknown>;
  readonly givenUp: (records: readonly KinesisRecord[]) => void;
}

export class EventSource {
  /** The position of the next record of each shard, and of those read to their end, that. */
  readonly positions: Map<string, number>;
  overlaps = 0;
  #stopped = false;
  readonly #services: SourceServices;
  readonly #reading = new Map<string, Promise<void>>();
  readonly #generation: number;
  readonly #deliveries = new Map<string, number>();
  readonly #dice: Dice;

  constructor(services: SourceServices, positions: ReadonlyMap<string, number>, generation: number) {
    this.#services = services;
    this.positions = new Map(positions);
    this.#generation = generation;
    this.#dice = Dice.named(services.history.seed, `source ${services.name} ${generation}`);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Reads until everything is read and nothing comes any more, or until it is stopped. */
  async run(): Promise<void> {
    const { stream, schedule, isEnded, change } = this.#services;
    while (!this.#stopped) {
      const shards = stream.shards(schedule.now as EpochMillis);
      for (const shard of shards)
        if (!this.#reading.has(shard.id) && shard.parents.every((id) => this.#isFinished(id, shards)))
          this.#reading.set(shard.id, this.#read(shard));
      const all = shards.every((shard) => this.#position(shard) >= shard.end);
      if (all && isEnded()) break;
      await change();
    }
    await Promise.all(this.#reading.values());
  }

  /**
   * A shard that never held a record is read to its end only when its parents are: Lambda has not come to it before.
   * Nobody waits for one that Kinesis has forgotten.
   */
  #isFinished(id: string, listed: readonly Shard[]): boolean {
    const shard = listed.find((one) => one.id === id);
    if (shard === undefined) return true;
    const isRead = shard.closedAt !== undefined && this.#position(shard) >= shard.end;
    return isRead && shard.parents.every((parent) => this.#isFinished(parent, listed));
  }

  /** Where the shard is to be read on; what has expired meanwhile is passed over. */
  #position(shard: Shard): number {
    return shard.read(this.positions.get(shard.id) ?? 1, 1, 1, this.#services.schedule.now as EpochMillis).from;
  }

  async #read(shard: Shard): Promise<void> {
    const { schedule, change, isEnded } = this.#services;
    while (!this.#stopped) {
      const position = this.#position(shard);
      if (position >= shard.end) {
        if (shard.closedAt !== undefined || isEnded()) return;
        await change();
        continue;
      }
      const until = this.#outageOf(shard);
      if (until !== undefined) {
        await schedule.until(until);
        continue;
      }
      await schedule.wait(this.#dice.below(1000));
      await this.#deliver(shard, position);
      this.#services.changed();
    }
  }

  #outageOf({ index }: Shard): number | undefined {
    const { history, name, schedule } = this.#services;
    return history.outages.find(
      ({ stream, shard, from, to }) =>
        stream === name && (shard ?? index) === index && from <= schedule.now && schedule.now < to,
    )?.to;
  }

  /** Delivers one batch until it is done, given up, or overtaken. */
  async #deliver(shard: Shard, position: number): Promise<void> {
    const { history, schedule, plan, invoke, background, redrive } = this.#services;
    let size = 1 + this.#dice.below(history.batchSize);
    let from = position;
    for (let failures = 0; !this.#stopped; failures++) {
      const number = (this.#deliveries.get(shard.id) ?? 0) + 1;
      this.#deliveries.set(shard.id, number);
      const place = `${this.#services.name}/${shard.index} source ${this.#generation} delivery ${number}`;
      const read = recordsFrom(shard, from, size - (from - position), schedule.now as EpochMillis);
      const perMille = read.length > 1 && failures === 0 ? history.overlaps : 0;
      const dies = plan.draw(`${place} last call`, perMille, ['arrives when its time is up']) !== undefined;
      // Who has the batch next has more of it, and may know better.
      const records = dies ? read.slice(0, Math.ceil(read.length / 2)) : read;
      const event = lambdaEvent(records, shard.id, envelope);
      if (dies) {
        // Lambda waits for the answer of one that outruns its time, and then delivers the batch again.
        background(invoke(event, place, 'dies'));
        await schedule.wait(timeout + this.#dice.below(15_000));
        size = history.batchSize;
        continue;
      }
      const overlap = plan.draw(place, history.overlaps, ['overlap', 'overlap of one that stalls']);
      const redriven = plan.draw(`${place} redrive`, history.redrive?.amid ?? 0, ['letters are put back amid a batch']);
      if (redriven !== undefined) background(redrive(place));
      const isOvertaken = redriven !== undefined || overlap === 'overlap of one that stalls';
      const result = invoke(event, place, isOvertaken ? 'goes on' : undefined);
      if (overlap !== undefined) {
        // Another poller takes the shard over, and this one's invocation goes on unheard.
        const unheard = { isOver: false };
        background(result.then(() => (unheard.isOver = true)));
        // While one stalls, more events come, which the other then sees.
        await schedule.wait(this.#dice.below(overlap === 'overlap' ? 3 * history.weather.latency : 15_000));
        if (!unheard.isOver) this.overlaps++;
        return;
      }
      const answer = await result;
      const lowest = answer?.batchItemFailures.map(({ itemIdentifier }) => shard.counter(itemIdentifier) ?? from);
      if (lowest?.length === 0) {
        this.positions.set(shard.id, from + records.length);
        return;
      }
      from = lowest === undefined ? from : Math.min(...lowest);
      if (history.retries !== undefined && failures >= history.retries) {
        const lost = recordsFrom(shard, from, size - (from - position), schedule.now as EpochMillis);
        this.#services.givenUp(lost);
        this.positions.set(shard.id, from + lost.length);
        return;
      }
      this.positions.set(shard.id, from);
      await schedule.wait(100 + this.#dice.below(10_000));
    }
  }
}

function recordsFrom(shard: Shard, position: number, limit: number, now: EpochMillis): KinesisRecord[] {
  const { records, from } = shard.read(position, limit, Number.POSITIVE_INFINITY, now);
  return records.map(({ partitionKey, data, arrivedAt }, i) => ({
    SequenceNumber: shard.sequenceNumber(from + i),
    ApproximateArrivalTimestamp: arrivedAt / 1000,
    Data: data,
    PartitionKey: partitionKey,
  }));
}
