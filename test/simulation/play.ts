/** Plays one history to its end, and answers what came of it. */
import type { AlertRecord } from '../../engine/alert/alert.ts';
import { readAlert } from '../../engine/protocol/alert-body.ts';
import type { Compiled } from '../../engine/plan/program.ts';
import type { EpochMillis } from '../../engine/time.ts';
import { hashKey, toDecimal } from '../../local/kinesis/hash-range.ts';
import type { KinesisRecord } from '../../local/kinesis-batch.ts';
import type { Stream } from '../../local/kinesis/stream.ts';
import { Dice } from './dice.ts';
import { beginOf, earlyRowForm, earlyRowStream, putRows } from './early-rows.ts';
import { FaultPlan } from './fault-plan.ts';
import { type FunctionServices, streamFunction, timeFunction } from './functions.ts';
import type { History, Reshard } from './history.ts';
import { type DeadLetter, Outlets, type Told } from './outlets.ts';
import { Reading } from './reading.ts';
import { Redriving } from './redriving.ts';
import { beginsOf } from './rule-begins.ts';
import { pipelineOf } from './rule-forms.ts';
import { Schedule } from './schedule.ts';
import { type SentEvent, sentEvent } from './sent-event.ts';
import { callsUntilStill } from './stillness.ts';
import { Streams } from './streams.ts';
import { Tables } from './tables.ts';
import { absenceRules, growingRules, itemOf, Witness } from './witness.ts';

const minute = 60_000;
const hour = 60 * minute;
/** An event as it came to lie in its stream. */
export interface Arrived {
  readonly event: SentEvent;
  readonly shard: string;
  readonly record: KinesisRecord;
}

export interface Outcome extends Pick<Streams, 'revisions' | 'results'> {
  readonly history: History;
  readonly compiled: Compiled;
  readonly arrived: readonly Arrived[];
  readonly alerts: readonly AlertRecord[];
  /** By the rule's position, where it begins: what did not come before nobody knows. */
  readonly begins: readonly (EpochMillis | undefined)[];
  readonly told: readonly Told[];
  readonly letters: readonly DeadLetter[];
  readonly violations: readonly string[];
  /** `<stream> <sequence number>` of each letter that was put back, with the rules that count it now. */
  readonly redriven: ReadonlyMap<string, ReadonlySet<string>>;
  /** Alerts of growing rules whose windows join, as they were reopened. */
  readonly reopened: readonly AlertRecord[];
  /** Records that were given up after too many failures. */
  readonly givenUp: ReadonlySet<string>;
  readonly faults: readonly string[];
  readonly counts: {
    readonly reshards: number;
    readonly overlaps: number;
    readonly crashes: number;
    readonly timeouts: number;
    readonly outages: number;
  };
  readonly problems: readonly string[];
}

/** The pipeline and the events of a history that does not draw its own. */
export interface Given {
  readonly compiled: Compiled;
  readonly events: readonly SentEvent[];
}

/** With `only`, none but these faults happen. */
export async function play(history: History, only?: ReadonlySet<string>, given?: Given): Promise<Outcome> {
  const own = given ?? { compiled: pipelineOf(history.forms), events: history.events.map(sentEvent) };
  return new Player(history, new FaultPlan(history.seed, history.mostFaults, only), own).play();
}

class Player {
  readonly #history: History;
  readonly #given: Given;
  readonly #plan: FaultPlan;
  readonly #schedule: Schedule;
  readonly #witness: Witness;
  readonly #services: FunctionServices;
  readonly #arrived: Arrived[] = [];
  readonly #givenUp = new Set<string>();
  readonly #background: Promise<unknown>[] = [];
  readonly #time: ReturnType<typeof timeFunction>;
  readonly #redriving: Redriving;
  readonly #reading: Reading;
  #reshards = 0;
  #isEnded = false;
  /** True once no result of a rule comes any more. */
  #isOver = false;
  #wake: () => void = () => undefined;
  #change = new Promise<void>((resolve) => (this.#wake = resolve));

  constructor(history: History, plan: FaultPlan, given: Given) {
    this.#history = history;
    this.#given = given;
    this.#schedule = new Schedule(beginOf(history));
    this.#witness = new Witness(growingRules(given.compiled), absenceRules(given.compiled));
    this.#plan = plan;
    const dice = (name: string): Dice => Dice.named(history.seed, name);
    const schedule = this.#schedule;
    this.#services = {
      history,
      compiled: given.compiled,
      schedule,
      plan,
      tables: new Tables(schedule, dice('tables'), history.trail, (table, item) => this.#witness.wrote(table, item)),
      outlets: new Outlets(dice('outlets'), (told) => this.#witness.told(told)),
      streams: new Streams(
        schedule,
        () => this.#changed(),
        (told) => this.#witness.told(told),
      ),
      problems: [],
    };
    this.#time = timeFunction(this.#services);
    this.#redriving = new Redriving(this.#services, this.#arrived, given.events);
    this.#reading = new Reading({
      history,
      schedule,
      plan,
      stream: (name) => this.#stream(name),
      isEnded: () => this.#isEnded,
      change: () => this.#change,
      changed: () => this.#changed(),
      background: (work) => this.#background.push(work),
      redrive: (place) => this.#redriving.some(place),
      givenUp: (records) => records.forEach(({ SequenceNumber }) => this.#givenUp.add(SequenceNumber)),
    });
  }

  async play(): Promise<Outcome> {
    const { history, compiled, outlets, tables, streams, problems } = this.#services;
    const streamNames = Object.keys(history.shards);
    for (const [name, shards] of Object.entries(history.shards))
      streams.kinesis.createStream(name, shards, 'PROVISIONED', history.start as EpochMillis);
    const derived = compiled.plan.streams.filter(({ resultsOf }) => resultsOf !== undefined);
    // Revisions are read by nobody here.
    const results = derived.flatMap(({ name, resultsOf = [] }) => (resultsOf.length === 0 ? [] : [name]));
    for (const { name } of derived)
      streams.kinesis.createStream(
        name,
        Dice.named(history.seed, `shards of ${name}`).of([1, 1, 2, 3]),
        'PROVISIONED',
        history.start as EpochMillis,
      );
    const functions = [...streamNames, ...results].map((name) => streamFunction(this.#services, name));
    const rows = streamFunction(this.#services, earlyRowStream);
    await this.#schedule.run(async () => {
      if (history.forms.includes(earlyRowForm)) this.#arrived.push(...(await putRows(this.#services, rows)));
      const reading = Promise.all(streamNames.map((name, i) => this.#reading.read(name, functions[i]!)));
      const following = Promise.all(
        results.map((name, i) => this.#reading.follow(name, functions[streamNames.length + i]!, () => this.#isOver)),
      );
      const redriving = this.#redriving.play((work) => this.#background.push(work));
      const happening = Promise.all([this.#produce(), redriving, ...history.reshards.map((one) => this.#reshard(one))]);
      let isRead = false;
      const ticking = this.#tick(() => isRead);
      await happening;
      await Promise.all(history.restarts.map(({ at }) => this.#schedule.until(at)));
      this.#isEnded = true;
      this.#changed();
      await reading;
      isRead = true;
      await ticking;
      await Promise.all(this.#background);
      this.#plan.stop();
      // What was on its way arrives.
      await this.#schedule.wait(3 * minute);
      await this.#redriving.finish();
      await this.#end();
      await this.#redriving.again();
      this.#isOver = true;
      this.#changed();
      await following;
    });
    return {
      history,
      compiled,
      arrived: this.#arrived,
      alerts: tables.items('alerts').flatMap((attributes) => readAlert(itemOf(attributes)).record ?? []),
      begins: beginsOf(compiled, tables),
      told: outlets.told,
      revisions: streams.revisions,
      results: streams.results,
      letters: outlets.deadLetters,
      violations: [
        ...this.#witness.violations,
        ...this.#redriving.violations,
        ...tables
          .items('alerts')
          .flatMap(({ pk, slot }) =>
            pk?.S?.startsWith('@limit#') === true && slot !== undefined
              ? [`a digest is still to be told: ${pk.S}`]
              : [],
          ),
      ],
      reopened: this.#witness.reopened,
      redriven: this.#redriving.counted,
      givenUp: this.#givenUp,
      faults: this.#plan.happened,
      counts: {
        reshards: this.#reshards,
        overlaps: this.#reading.overlaps,
        crashes: [rows, ...functions].reduce(
          (sum, { crashes }) => sum + crashes,
          this.#time.crashes + this.#redriving.crashes,
        ),
        timeouts: [rows, ...functions].reduce((sum, { timeouts }) => sum + timeouts, this.#time.timeouts),
        outages: history.outages.length,
      },
      problems,
    };
  }

  #stream(name: string): Stream {
    return this.#services.streams.kinesis.stream(name);
  }

  async #produce(): Promise<void> {
    for (const event of this.#given.events) {
      await this.#schedule.until(event.arrival);
      const { partitionKey, data } = event;
      const now = this.#schedule.now as EpochMillis;
      const { shardId, sequenceNumber } = this.#stream(event.stream).put(partitionKey, data, undefined, now);
      this.#arrived.push({
        event,
        shard: shardId,
        record: {
          SequenceNumber: sequenceNumber,
          ApproximateArrivalTimestamp: now / 1000,
          Data: data,
          PartitionKey: partitionKey,
        },
      });
      this.#changed();
    }
  }

  async #reshard({ at, stream: name, kind, partitionKey }: Reshard): Promise<void> {
    await this.#schedule.until(at);
    const stream = this.#stream(name);
    const now = this.#schedule.now as EpochMillis;
    const open = stream.openShards();
    const shard = stream.route(partitionKey, undefined);
    if (kind === 'split') {
      const middle = hashKey(partitionKey);
      if (open.length >= 6 || middle <= shard.range.start) return;
      stream.split(shard.id, toDecimal(middle), now);
    } else {
      const neighbour = open[open.indexOf(shard) + 1] ?? open[open.indexOf(shard) - 1];
      if (neighbour === undefined) return;
      stream.merge(shard.id, neighbour.id, now);
    }
    this.#reshards++;
    this.#changed();
  }

  /** Advances time once a minute, but for minutes that pass without. */
  async #tick(isRead: () => boolean): Promise<void> {
    const history = this.#history;
    const dice = Dice.named(history.seed, 'minutes');
    for (let number = 0; !isRead(); number++) {
      await this.#schedule.wait(minute);
      const invocations = dice.percent(history.skippedMinutes) ? 0 : dice.oneIn(20) ? 2 : 1;
      const time = new Date(this.#schedule.now).toISOString();
      for (let i = 0; i < invocations; i++) {
        this.#background.push(this.#time.invoke({ time }, `time ${number}.${i}`));
        await this.#schedule.wait(dice.below(1000));
      }
    }
  }

  /** Time goes on until nothing changes any more. */
  async #end(): Promise<void> {
    const { ends } = this.#history;
    // What was put is in the index when time ends.
    const steps = ends ? [this.#history.trail] : [3 * minute, hour, 27 * hour, hour];
    let number = 0;
    for (const step of steps) {
      await this.#schedule.wait(step);
      this.#services.tables.expire();
      for (let quiet = 0; quiet < callsUntilStill(this.#given.compiled); ) {
        const time = new Date(this.#schedule.now).toISOString();
        const report = await this.#time.invoke({ time, ...(ends && { watermark: 'end' }) }, `end ${number++}`);
        if (report === undefined || number > 120)
          throw new Error(`time does not come to an end: ${this.#services.problems.at(-1) ?? ''}`);
        quiet = report.closed + report.published + report.merged === 0 ? quiet + 1 : 0;
        await this.#schedule.wait(2 * minute);
      }
    }
  }

  #changed(): void {
    const wake = this.#wake;
    this.#change = new Promise<void>((resolve) => (this.#wake = resolve));
    wake();
  }
}
