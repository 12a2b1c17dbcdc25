import fc from 'fast-check';
import type { ShardRecord } from '../../../engine/protocol/shard-record.ts';
import {
  type ListedShard,
  ruleWatermark,
  shardWatermarks,
  type StreamShards,
} from '../../../engine/protocol/shard-watermarks.ts';
import { beginningOfTime, type EpochMillis, type Millis } from '../../../engine/time.ts';
import { Dice } from '../../simulation/dice.ts';

const [second, idleAfter] = [1000, 60_000 as Millis];
const none = beginningOfTime / second;
/** A shard as a line of a table says it; times in seconds. */
interface Row {
  readonly id: string;
  readonly parents?: readonly string[];
  readonly closed?: true;
  readonly forgotten?: true;
  readonly newest?: number;
  /** When its last event was read. */
  readonly readAt?: number;
  readonly tip?: true;
}

function streamOf(rows: readonly Row[], outOfOrderness = 10): StreamShards {
  const listed = rows.flatMap(({ id, parents = [], closed, forgotten }): ListedShard[] =>
    forgotten === true ? [] : [{ id, parents, closed: closed === true }],
  );
  const records = rows.flatMap(({ id, newest, readAt = 0 }): [string, ShardRecord][] =>
    newest === undefined ? [] : [[id, recordOf(newest * second, readAt * second)]],
  );
  return {
    outOfOrderness: (outOfOrderness * second) as Millis,
    idleAfter,
    listed,
    records: new Map(records),
    atTip: new Set(rows.flatMap(({ id, tip }) => (tip === true ? [id] : []))),
  };
}

function recordOf(newest: number, readAt: number, finished = '1'): ShardRecord {
  const at = readAt as EpochMillis;
  return { finished, newest: newest as EpochMillis, readAt: at, eventAt: at, owner: 'p' };
}

const at = (now: number, ...streams: StreamShards[]) => ruleWatermark(streams, (now * second) as EpochMillis) / second;

test.each<[string, number, Row[]]>([
  ['of one shard: its newest event less outOfOrderness', 90, [{ id: 'a', newest: 100, readAt: 100 }]],
  [
    'of several: the least',
    40,
    [
      { id: 'a', newest: 100, readAt: 100 },
      { id: 'b', newest: 50, readAt: 100 },
    ],
  ],
  [
    'a shard that is silent and not read to its tip holds it',
    -90,
    [
      { id: 'a', newest: 100, readAt: 100 },
      { id: 'b', newest: -80, readAt: 0 },
    ],
  ],
  [
    'a shard that is silent and read to its tip does not',
    90,
    [
      { id: 'a', newest: 100, readAt: 100 },
      { id: 'b', newest: -80, readAt: 0, tip: true },
    ],
  ],
  [
    'a shard at its tip that is not silent yet holds it',
    70,
    [
      { id: 'a', newest: 100, readAt: 100 },
      { id: 'b', newest: 80, readAt: 90, tip: true },
    ],
  ],
  ['a first shard with a backlog and no record holds it at the beginning of time', none, [{ id: 'a' }]],
  ['where nothing was ever read it stays at the beginning of time', none, [{ id: 'a', tip: true }]],
  ['where all is idle it follows the clock', 110 - 60 - 10, [{ id: 'a', newest: -80, readAt: 0, tip: true }]],
  [
    'a closed parent holds it until it is read to its end',
    20,
    [
      { id: 'a', newest: 30, readAt: 109, closed: true },
      { id: 'b', parents: ['a'], newest: 100, readAt: 100 },
    ],
  ],
  [
    'a closed parent that is read to its end does not hold it, however lately that was',
    90,
    [
      { id: 'a', newest: 30, readAt: 109, closed: true, tip: true },
      { id: 'b', parents: ['a'], newest: 100, readAt: 100 },
    ],
  ],
  [
    'a child with a backlog and no record stands where its parent does',
    20,
    [
      { id: 'a', newest: 30, readAt: 30, closed: true, tip: true },
      { id: 'b', parents: ['a'] },
      { id: 'c', parents: ['a'], newest: 100, readAt: 100 },
    ],
  ],
  [
    'and lets go when it is found at its tip',
    90,
    [
      { id: 'a', newest: 30, readAt: 30, closed: true, tip: true },
      { id: 'b', parents: ['a'], tip: true },
      { id: 'c', parents: ['a'], newest: 100, readAt: 100 },
    ],
  ],
  [
    'the child of a merge stands where the least of its parents does',
    15,
    [
      { id: 'a', newest: 30, readAt: 30, closed: true, tip: true },
      { id: 'b', newest: 25, readAt: 30, closed: true, tip: true },
      { id: 'c', parents: ['a', 'b'] },
    ],
  ],
  [
    'a parent that never had an event says nothing',
    20,
    [
      { id: 'a', newest: 30, readAt: 30, closed: true, tip: true },
      { id: 'b', closed: true, tip: true },
      { id: 'c', parents: ['a', 'b'] },
    ],
  ],
  [
    'a parent that Kinesis has forgotten holds nothing, and its child starts there',
    20,
    [
      { id: 'a', newest: 30, readAt: 30, forgotten: true },
      { id: 'b', parents: ['a'] },
    ],
  ],
  [
    'a grandchild stands where its last ancestor with events does',
    20,
    [
      { id: 'a', newest: 30, readAt: 30, forgotten: true },
      { id: 'b', parents: ['a'], closed: true, tip: true },
      { id: 'c', parents: ['b'] },
    ],
  ],
  [
    'the first events of a child do not take it behind its parents',
    20,
    [
      { id: 'a', newest: 30, readAt: 30, closed: true, tip: true },
      { id: 'b', parents: ['a'], newest: 12, readAt: 100 },
    ],
  ],
])('the watermark at 110 s %s', (_, watermark, rows) => {
  expect(at(110, streamOf(rows))).toBe(watermark);
});

test('a rule over two streams waits for the later, each with its own outOfOrderness', () => {
  const orders = streamOf([{ id: 'a', newest: 100, readAt: 100 }], 10);
  expect(at(110, orders, streamOf([{ id: 'a', newest: 105, readAt: 105 }], 30))).toBe(75);
  expect(
    at(400, streamOf([{ id: 'a', newest: 100, readAt: 100, tip: true }]), streamOf([{ id: 'a', tip: true }], 30)),
  ).toBe(400 - 60 - 30);
});

/** A stream whose shards are written, read, split, merged and forgotten as chance has it. */
class History {
  readonly #dice: Dice;
  readonly #forgets: boolean;
  now = 1_000_000;
  readonly shards: {
    id: string;
    parents: string[];
    closed: boolean;
    forgotten: boolean;
    times: number[];
    read: number;
  }[];
  readonly records = new Map<string, ShardRecord>();

  constructor(seed: number, forgets: boolean) {
    this.#forgets = forgets;
    this.#dice = new Dice(seed);
    this.shards = [0, 1].map((n) => ({
      id: String(n),
      parents: [],
      closed: false,
      forgotten: false,
      times: [],
      read: 0,
    }));
  }

  step(): void {
    const dice = this.#dice;
    this.now += dice.below(3) === 0 ? dice.below(90_000) : dice.below(2_000);
    const open = this.shards.filter(({ closed }) => !closed);
    const one = open[dice.below(open.length)];
    const some = this.shards[dice.below(this.shards.length)];
    if (one === undefined || some === undefined) return;
    switch (dice.below(10)) {
      case 0:
        this.#replace([one], 2);
        return;
      case 1:
        if (open.length > 1) this.#replace(open.slice(0, 2), 1);
        return;
      case 2:
        // What has expired: here only what was read, so that nothing is lost.
        some.forgotten ||= this.#forgets && some.closed && some.read === some.times.length;
        return;
      case 3:
      case 4:
      case 5:
        this.#read(some, 1 + dice.below(3));
        return;
      default:
        one.times.push(this.now - dice.below(10_001));
    }
  }

  #replace(parents: History['shards'], children: number): void {
    for (const parent of parents) parent.closed = true;
    for (let i = 0; i < children; i++)
      this.shards.push({
        id: String(this.shards.length),
        parents: parents.map(({ id }) => id),
        closed: false,
        forgotten: false,
        times: [],
        read: 0,
      });
  }

  /** Children are read after their parents. */
  #read(shard: History['shards'][number], count: number): void {
    if (shard.parents.some((id) => this.shards.some((one) => one.id === id && one.read < one.times.length))) return;
    shard.read = Math.min(shard.times.length, shard.read + count);
    if (shard.read > 0)
      this.records.set(shard.id, recordOf(Math.max(...shard.times.slice(0, shard.read)), this.now, String(shard.read)));
  }

  get seen(): StreamShards {
    const listed = this.shards.filter(({ forgotten }) => !forgotten);
    return {
      outOfOrderness: 10_000 as Millis,
      idleAfter,
      listed,
      records: this.records,
      atTip: new Set(listed.flatMap(({ id, read, times }) => (read === times.length ? [id] : []))),
    };
  }
}

const histories = fc.tuple(fc.integer(), fc.integer({ min: 1, max: 120 }));

test('whatever is read, split or merged, no shard goes back', () => {
  fc.assert(
    fc.property(histories, ([seed, steps]) => {
      const history = new History(seed, false);
      let before = shardWatermarks(history.seen);
      for (let i = 0; i < steps; i++) {
        history.step();
        const after = shardWatermarks(history.seen);
        const back = [...before].filter(([id, watermark]) => (after.get(id) ?? beginningOfTime) < watermark);
        expect(back).toEqual([]);
        before = after;
      }
    }),
    { numRuns: 150 },
  );
});

test('no record that waits, or comes later, is behind the watermark, and at last it follows the clock', () => {
  fc.assert(
    fc.property(histories, ([seed, steps]) => {
      const history = new History(seed, true);
      let published = beginningOfTime;
      for (let i = 0; i < steps; i++) {
        history.step();
        const waiting = history.shards.flatMap(({ times, read }) => times.slice(read));
        expect(Math.min(...waiting)).toBeGreaterThanOrEqual(published);
        published = Math.max(published, ruleWatermark([history.seen], history.now as EpochMillis)) as EpochMillis;
      }
      for (const shard of history.shards) shard.read = shard.times.length;
      const end = (history.now + 2 * idleAfter) as EpochMillis;
      if (history.records.size > 0) expect(ruleWatermark([history.seen], end)).toBe(end - idleAfter - 10_000);
    }),
    { numRuns: 150 },
  );
});
