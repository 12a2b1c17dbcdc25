/** What rules put into a stream, and what those that read it make of it. */
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { redrive } from '../../../engine/protocol/redrive.ts';
import { ripensIn } from '../../../engine/protocol/ripe-watermarks.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Disturbance, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const pipelines = new Map<string, Compiled>();
const pipelineOf = (rules: string): Compiled => {
  const known = pipelines.get(rules) ?? compiled(withRules(rules));
  pipelines.set(rules, known);
  return known;
};

let processes = 0;

/** A stream of results between its rules and those that read it, with time and faults as a test says. */
export class ResultCloud {
  readonly world = new MemoryWorld();
  /** What lies in the stream of results, by shard. */
  readonly results = new Map<string, InputRecord[]>([['0', []]]);
  readonly #pipeline: Compiled;
  readonly #read = new Map<string, number>();

  constructor(rules: string) {
    this.#pipeline = pipelineOf(rules);
  }

  orders(...given: readonly Given[]) {
    const records = given.map(record);
    this.world.now = Math.max(this.world.now, ...records.map(({ arrival = 0 }) => arrival)) as EpochMillis;
    return this.#processor('orders').process('0', records);
  }

  /** Time advances at so many minutes after noon; nothing of `orders` is left to read. */
  async advance(at: number, { disturb, put = () => undefined, to }: Advance = {}) {
    this.world.now = Math.max(this.world.now, noon + at * minute) as EpochMillis;
    const port: ShardPort = {
      shards: async (stream) =>
        stream === 'counts'
          ? [...this.results.keys()].map((id) => ({ ...openShard(id), firstHash: id }))
          : [openShard('0')],
      atTip: async (stream) => stream === 'orders',
      put: async (stream, records) => {
        put('before');
        for (const { partitionKey, hashKey, data } of records) {
          const shards = [...this.results.keys()];
          const shard = hashKey ?? shards[partitionKey.charCodeAt(0) % shards.length] ?? '0';
          const kept = this.results.get(shard) ?? [];
          const sequenceNumber = String(kept.length + 1);
          kept.push({ stream, shard, sequenceNumber, partitionKey, arrival: this.world.now, event: JSON.parse(data) });
        }
        put('after');
      },
    };
    return advanceTime(this.#pipeline, this.world.ports(disturb), port, this.world.now, to);
  }

  /** Advances time until all is told, reading results in between. */
  async settle(from: number) {
    for (let round = 0; round < 20; round++) {
      await this.advance(from + round * (ripensIn / minute));
      await this.readResults();
    }
  }

  /** Reads what is left of the results; answers how many records that is. */
  async readResults(disturb?: Disturbance) {
    let total = 0;
    for (const [shard, records] of this.results) {
      const left = records.slice(this.#read.get(shard) ?? 0);
      if (left.length > 0) await this.#processor('counts', disturb).process(shard, left);
      this.#read.set(shard, records.length);
      total += left.length;
    }
    return total;
  }

  /** Puts back what came late of the results, as it lies in their stream. */
  putBack() {
    const late = [...this.world.letters.values()].flatMap(({ lines }) =>
      lines.map((line) => JSON.parse(line) as { readonly rule: string; readonly sequenceNumber: string }),
    );
    const letters = late.flatMap(({ rule, sequenceNumber }) =>
      [...this.results.values()]
        .flat()
        .flatMap((one) => (one.sequenceNumber === sequenceNumber ? [{ rule, record: one }] : [])),
    );
    return redrive(this.#pipeline, this.world.ports(), letters, { late: true, dryRun: false });
  }

  #processor(stream: string, disturb?: Disturbance) {
    return new StreamProcessor(this.#pipeline, stream, this.world.ports(disturb), `p${++processes}`);
  }

  get events() {
    return this.#ofKind('event');
  }

  get inShadow() {
    return this.#ofKind('shadow');
  }

  #ofKind(kind: string) {
    return [...this.results.values()].flat().flatMap(({ event }) => (kindOf(event) === kind ? [event] : []));
  }

  get standing() {
    return alertsOf(this.world)
      .filter(({ status }) => status !== 'withdrawn')
      .map(({ content }) => ({ ...content.key, ...content.values }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
}

interface Advance {
  readonly disturb?: Disturbance;
  readonly put?: (moment: 'before' | 'after') => void;
  readonly to?: 'end';
}

export const kindOf = (event: unknown): unknown => (event as { kind?: string }).kind;
