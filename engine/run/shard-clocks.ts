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

export class ShardClocks {
  readonly #streams: ReadonlyMap<string, StreamPlan>;
  readonly #shards = new Map<string, ShardClock[]>();
  #last: ShardClock | undefined;
  /** Of each stream of results, by the position of each rule that makes them: how far they are complete. */
  readonly #results: ReadonlyMap<string, Map<number, EpochMillis>>;
  /** No event of a declared stream comes any more that is older. */
  #floor = beginningOfTime;
  /** The distinct lists of source streams, each with the rules that have it. */
  readonly #groups: { readonly sources: readonly string[]; readonly rules: number[] }[] = [];
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
      if (same === undefined) this.#groups.push({ sources, rules: [rule] });
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
      if (group.sources.includes(stream) && this.#raise(group.rules, this.#smallest(group.sources))) moved = true;
    return moved;
  }

  /** Moves every watermark to an instant at least, but for those that results hold back. */
  advance(to: EpochMillis): void {
    if (to > this.#floor) this.#floor = to;
    for (const { sources, rules } of this.#groups)
      this.#raise(rules, sources.some((name) => this.#results.has(name)) ? this.#smallest(sources) : to);
  }

  /** The results of a rule are complete up to an instant. */
  complete(rule: number, stream: string, to: EpochMillis): void {
    const known = this.#results.get(stream);
    if (known === undefined || (known.get(rule) ?? endOfTime) >= to) return;
    known.set(rule, to);
    for (const { sources, rules } of this.#groups)
      if (sources.includes(stream)) this.#raise(rules, this.#smallest(sources));
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

  #smallest(sources: readonly string[]): EpochMillis {
    let smallest = Number.POSITIVE_INFINITY;
    let complete = Number.POSITIVE_INFINITY;
    for (const source of sources) {
      for (const to of this.#results.get(source)?.values() ?? []) complete = Math.min(complete, to);
      for (const clock of this.#shards.get(source) ?? []) {
        if (this.#now - clock.lastArrival <= clock.idleAfter && clock.watermark < smallest) smallest = clock.watermark;
      }
    }
    return Math.min(Math.max(smallest, this.#floor), complete) as EpochMillis;
  }

  #clock(stream: string, shard: string): ShardClock {
    const last = this.#last;
    if (last !== undefined && last.stream === stream && last.shard === shard) return last;
    const shards = this.#shards.get(stream) ?? [];
    this.#shards.set(stream, shards);
    let clock = shards.find((one) => one.shard === shard);
    if (clock === undefined) {
      const { outOfOrderness = 0, idleAfter = 0 } = this.#streams.get(stream) ?? {};
      clock = {
        stream,
        shard,
        outOfOrderness,
        idleAfter,
        watermark: beginningOfTime,
        lastArrival: this.#now,
      };
      shards.push(clock);
    }
    this.#last = clock;
    return clock;
  }
}
