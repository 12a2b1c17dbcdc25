/** What happens in one history, as the seed draws it: data, so that it can be thinned and played again. */
import { Dice } from './dice.ts';
import { drawRows, earlyRowForm, type PlannedRow } from './early-rows.ts';
import { type Redrive, withRedrive } from './redrive-draw.ts';
import { aloneForms, forms, revisedForms, rowForm } from './rule-forms.ts';
import type { Weather } from './sandbox.ts';

const streamNames = ['orders', 'carts'] as const;
type StreamName = (typeof streamNames)[number];

const second = 1000;
const minute = 60 * second;
/** An hour and a half before the night in which London's clocks go forward, at a day's end. */
const start = Date.parse('2026-03-28T22:30:00Z');

/** What is wrong with a malformed event. */
export const malformations = [
  'not JSON',
  'not UTF-8',
  'a list',
  'no time',
  'no id',
  'wrong key',
  'total is text',
] as const;

export interface PlannedEvent {
  /** A producer may send an event again, as a record of its own, within `dedupeWithin`. */
  readonly id: string;
  readonly stream: StreamName;
  readonly customer: string;
  readonly kind: string;
  readonly total: number;
  readonly arrival: number;
  readonly at: number;
  readonly malformed?: (typeof malformations)[number];
  /** True where somebody puts the malformed event right, so that its dead letter can be put back. */
  readonly mended?: boolean;
}

/** Of the shard of a partition key: a split at that key, or a merge with the neighbour. */
export interface Reshard {
  readonly at: number;
  readonly stream: string;
  readonly kind: 'split' | 'merge';
  readonly partitionKey: string;
}

/** A time in which a stream, or one of its shards, is not read. */
export interface Outage {
  readonly stream: string;
  /** The position of the shard among all of the stream; absent for all of them. */
  readonly shard?: number;
  readonly from: number;
  readonly to: number;
}

/** The event source mapping begins anew, where it was or earlier, or at the beginning. */
export interface Restart {
  readonly at: number;
  readonly stream: string;
  readonly from: 'earlier' | 'beginning';
}

export interface History {
  readonly seed: number;
  /** When the streams were made. */
  readonly start: number;
  /** The forms of its rules; none where the pipeline is given with the events. */
  readonly forms: readonly string[];
  /** How many shards each stream begins with. */
  readonly shards: Readonly<Record<string, number>>;
  readonly events: readonly PlannedEvent[];
  /** What is there before all of them. */
  readonly rows: readonly PlannedRow[];
  readonly reshards: readonly Reshard[];
  readonly outages: readonly Outage[];
  readonly restarts: readonly Restart[];
  readonly redrive?: Redrive;
  readonly weather: Weather;
  /**
   * Of a thousand batches, so many are delivered a second time while they are processed, and as many of several records
   * when the function has outrun its time.
   */
  readonly overlaps: number;
  /** Of a thousand invocations, so many take very long over one call. */
  readonly stalls: number;
  /** Of a thousand invocations, so many find no environment that still lives. */
  readonly coldStarts: number;
  readonly mostFaults: number;
  readonly batchSize: number;
  /** Milliseconds that the index trails at most. */
  readonly trail: number;
  /** Of a hundred minutes, so many pass without advance-time. */
  readonly skippedMinutes: number;
  /** A batch is given up when it has failed so often. */
  readonly retries?: number;
  /** Whether time ends as a local run ends it; otherwise the clock goes on. */
  readonly ends: boolean;
  /** True where some events are later than the bounds allow. */
  readonly beyondBounds: boolean;
  /** True where events of a stream come in order, on one shard that is read in order. */
  readonly inOrder: boolean;
}

const allCustomers: readonly string[] = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay'];
const crowd: readonly string[] = allCustomers.flatMap((name) => [name, `${name}-2`, `${name}-3`]);

export function drawHistory(seed: number): History {
  const dice = Dice.named(seed, 'history');
  const inOrder = dice.percent(12);
  const beyondBounds = !inOrder && dice.percent(25);
  // So many shards that a key is too crowded for its writers to settle it.
  const crowded = !inOrder && dice.percent(8);
  const customers = crowded ? crowd : allCustomers.slice(0, dice.of([1, 2, 3, 3, 4, 6]));
  const chosen = new Set(Array.from({ length: 2 + dice.below(4) }, () => dice.of(forms)));
  const malformed = dice.percent(30);
  const silentAfter = dice.percent(20) ? dice.below(30) : Number.POSITIVE_INFINITY;
  const gaps = dice.of([
    [0, 0, 0, 1, 1, 2, 4, 9],
    [0, 0, 0, 0, 0, 0.02, 0.3, 1],
    [0, 0, 1, 1, 2, 4, 9, 21],
  ]);
  const count = dice.of([10, 20, 30, 40, 60]);
  const events: PlannedEvent[] = [];
  let arrival = start;
  for (let i = 0; i < count; i++) {
    arrival += Math.round(dice.of(gaps) * minute) + dice.below(50);
    const drawn = dice.of(streamNames.concat('orders'));
    const stream = i > silentAfter || inOrder ? 'orders' : drawn;
    const behind = inOrder ? 0 : dice.of([0, 0, 0, 1, 2, 5]);
    const beyond = beyondBounds && dice.oneIn(8) ? 8 + dice.below(40) : undefined;
    const isMalformed = malformed && dice.oneIn(10);
    events.push({
      id: `e${i}`,
      stream,
      customer: dice.of(customers),
      kind: dice.of(['a', 'b']),
      total: dice.below(13),
      arrival,
      at: arrival - (beyond ?? behind) * minute,
      ...(isMalformed && { malformed: dice.of(malformations) }),
    });
  }
  const resends = !inOrder && !beyondBounds && dice.percent(30);
  const resent = events
    .filter(({ malformed: wrong }) => resends && wrong === undefined && dice.oneIn(8))
    .map((event) => ({ ...event, arrival: event.arrival + dice.below(6 * minute) }));
  const length = arrival - start + minute;
  const instant = (): number => start + dice.below(length);
  const several = (most: number): unknown[] => Array.from({ length: 1 + dice.below(most) });
  const reshards = several(4).map(
    (): Reshard => ({
      at: instant(),
      stream: dice.of(streamNames),
      kind: dice.of(['split', 'split', 'merge']),
      partitionKey: dice.of(customers),
    }),
  );
  const outages = several(2).map((): Outage => {
    const from = instant();
    const shard = dice.below(4);
    return {
      stream: dice.of(streamNames),
      ...(dice.oneIn(2) && { shard }),
      from,
      to: from + dice.of([2, 10, 40, 90]) * minute,
    };
  });
  const restarts = several(2).map(
    (): Restart => ({ at: instant(), stream: dice.of(streamNames), from: dice.of(['earlier', 'beginning']) }),
  );
  const shards = inOrder ? [1] : crowded ? [10, 14] : [1, 1, 2, 3, 4];
  const drawn = withRedrive({
    seed,
    start,
    forms: forms.filter((form) => chosen.has(form)),
    shards: { orders: dice.of(shards), carts: dice.of(shards) },
    rows: [],
    events: [...events, ...resent].sort((a, b) => a.arrival - b.arrival),
    reshards: !inOrder && dice.percent(50) ? reshards : [],
    outages: dice.percent(35) ? outages : [],
    restarts: dice.percent(40) ? restarts : [],
    weather: { faults: dice.of([0, 5, 20, 60]), latency: dice.of([10, 50, 500, 1500]) },
    overlaps: dice.of([0, 100, 300]),
    coldStarts: dice.of([0, 100, 400]),
    mostFaults: 60,
    batchSize: dice.of([2, 4, 8, 100]),
    trail: dice.of([0, 0, 5_000, 90_000]),
    skippedMinutes: dice.of([20, 60, 90]),
    ...(dice.percent(8) && { retries: dice.below(3) }),
    ends: dice.percent(50),
    beyondBounds,
    inOrder,
    stalls: dice.of([0, 0, 50, 200]),
  });
  // Where nothing is put right later or given up, every row is there before the events that look it up.
  const isWithRows = inOrder && !malformed && drawn.retries === undefined;
  const rowDice = Dice.named(seed, 'rows');
  const rows = rowDice.percent(20) ? drawRows(rowDice, customers, start, arrival) : [];
  const revisedDice = Dice.named(seed, 'revised results');
  const aloneDice = Dice.named(seed, 'one event alone');
  const more = [
    ...(isWithRows ? [rowForm] : []),
    ...(rows.length > 0 ? [earlyRowForm] : []),
    ...(revisedDice.percent(25) ? [revisedDice.of(revisedForms)] : []),
    ...(aloneDice.percent(20) ? [aloneDice.of(aloneForms)] : []),
  ];
  return { ...drawn, forms: [...drawn.forms, ...more], rows };
}
