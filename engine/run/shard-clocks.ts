/**
 * The watermarks of an in-memory run. Of a shard: the largest event time less `outOfOrderness`, never backwards. Of a
 * rule: the smallest over the shards of its streams that are not idle. A shard is idle when nothing has arrived on it
 * for its stream's `idleAfter`; all that has arrived has been read, so it is at its tip by nature. This is Flink's
 * BoundedOutOfOrdernessWatermarks with withIdleness. Of a stream of results: the smallest of what its rules say.
 */
import type { Plan, StreamPlan } from '../plan/plan.ts';
import { beginningOfTime, endOfTime, type EpochMillis } from '../time.ts';

interface ShardClock {
  readonly stream: string;
  readonly shard: string;
  readonly outOfOrderness: number;
  readonly idleAfter: number;
  watermark: EpochMillis;
  lastArrival: EpochMillis;
}

/** A distinct list of source streams, with the rules that have it, and with all that their watermark follows from. */
interface Group {
  readonly sources: readonly string[];
  readonly rules: number[];
  readonly clocks: ShardClock[];
  /** Of its streams of results, by the position of each rule that makes them: how far they are complete. */
  readonly results: readonly Map<number, EpochMillis>[];
}

export class ShardClocks {
  readonly #streams: ReadonlyMap<string, StreamPlan>;
  readonly #clocks: ShardClock[] = [];
  #last: ShardClock | undefined;
  /** Of each stream of results, by the position of each rule that makes them: how far they are complete. */
  readonly #results: ReadonlyMap<string, Map<number, EpochMillis>>;
  /** No event of a declared stream comes any more that is older. */
  #floor = beginningOfTime;
  readonly #groups: Group[] = [];
  /** By the rule's position. */
  readonly watermarks: EpochMillis[];
  #now = beginningOfTime;

  constructor(plan: Plan) {
    this.#streams = new Map(plan.streams.map((stream) => [stream.name, stream]));
    this.#results = new Map(
      plan.streams.flatMap(({ name, resultsOf }) =>
        resultsOf === undefined ? [] : [[name, new Map(resultsOf.map((rule) => [rule, beginningOfTime]))]],
      ),
    );
    this.watermarks = plan.rules.map(() => beginningOfTime);
    plan.rules.forEach(({ sources }, rule) => {
      const same = this.#groups.find(
        (group) => group.sources.length === sources.length && group.sources.every((name) => sources.includes(name)),
      );
      const results = sources.flatMap((name) => this.#results.get(name) ?? []);
      if (same === undefined) this.#groups.push({ sources, rules: [rule], clocks: [], results });
      else same.rules.push(rule);
    });
  }

  /** An event with this time was read; true where a rule's watermark moved. */
  observe(stream: string, shard: string, t: EpochMillis, arrival: EpochMillis): boolean {
    if (arrival > this.#now) this.#now = arrival;
    const clock = this.#clock(stream, shard);
    clock.lastArrival = this.#now;
    const watermark = (t - clock.outOfOrderness) as EpochMillis;
    if (watermark <= clock.watermark) return false;
    clock.watermark = watermark;
    let moved = false;
    for (const group of this.#groups)
      if (group.clocks.includes(clock) && this.#raise(group.rules, this.#smallest(group))) moved = true;
    return moved;
  }

  /** Moves every watermark to an instant at least, but for those that results hold back. */
  advance(to: EpochMillis): void {
    if (to > this.#floor) this.#floor = to;
    for (const group of this.#groups) this.#raise(group.rules, group.results.length > 0 ? this.#smallest(group) : to);
  }

  /** The results of a rule are complete up to an instant. */
  complete(rule: number, stream: string, to: EpochMillis): void {
    const known = this.#results.get(stream);
    if (known === undefined || (known.get(rule) ?? endOfTime) >= to) return;
    known.set(rule, to);
    for (const group of this.#groups)
      if (group.results.includes(known)) this.#raise(group.rules, this.#smallest(group));
  }

  #raise(rules: readonly number[], to: EpochMillis): boolean {
    let moved = false;
    for (const rule of rules) {
      if ((this.watermarks[rule] ?? beginningOfTime) >= to) continue;
      this.watermarks[rule] = to;
      moved = true;
    }
    return moved;
  }

  #smallest({ clocks, results }: Group): EpochMillis {
    let smallest = Number.POSITIVE_INFINITY;
    for (const { lastArrival, idleAfter, watermark } of clocks)
      if (this.#now - lastArrival <= idleAfter && watermark < smallest) smallest = watermark;
    let complete = Number.POSITIVE_INFINITY;
    for (const rules of results) for (const to of rules.values()) if (to < complete) complete = to;
    return Math.min(Math.max(smallest, this.#floor), complete) as EpochMillis;
  }

  #clock(stream: string, shard: string): ShardClock {
    const last = this.#last;
    if (last !== undefined && last.stream === stream && last.shard === shard) return last;
    let clock = this.#clocks.find((one) => one.stream === stream && one.shard === shard);
    if (clock === undefined) {
      const { outOfOrderness = 0, idleAfter = 0 } = this.#streams.get(stream) ?? {};
      const lastArrival = this.#now;
      clock = { stream, shard, outOfOrderness, idleAfter, watermark: beginningOfTime, lastArrival };
      this.#clocks.push(clock);
      for (const { sources, clocks } of this.#groups) if (sources.includes(stream)) clocks.push(clock);
    }
    this.#last = clock;
    return clock;
  }
}
