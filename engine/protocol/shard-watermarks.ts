/**
 * From what is known of shards to the watermark of a rule, with nothing read and no clock. Of a shard: the largest event
 * time that was finished less the stream's outOfOrderness, but at least the least of its parents'. Of a rule: the least
 * over the shards of its streams that hold time back. A shard holds it back unless it is idle (silent, and read to its
 * tip), closed and read to its end, or forgotten by Kinesis. This is Flink's withIdleness, where silence alone proves
 * nothing: a reader that lags is silent too.
 */
import { beginningOfTime, type EpochMillis, type Millis, smallest } from '../time.ts';
import type { ShardRecord } from './shard-record.ts';

/** A shard as Kinesis lists it. */
export interface ListedShard {
  readonly id: string;
  /** The shards that it was split or merged from, forgotten ones too. */
  readonly parents: readonly string[];
  /** True where no record is added any more. */
  readonly closed: boolean;
  /** The first of its hash keys, a decimal number. */
  readonly firstHash?: string;
}

export interface StreamShards {
  readonly outOfOrderness: Millis;
  /** A shard is idle when no valid event was read from it for longer and nothing is left to read; never, where it is endless. */
  readonly idleAfter: Millis;
  readonly listed: readonly ListedShard[];
  /** By the shard's id; also of shards that Kinesis has forgotten. */
  readonly records: ReadonlyMap<string, ShardRecord>;
  /** The shards that were found to have nothing after their record's finished mark. */
  readonly atTip: ReadonlySet<string>;
}

/** Whether a shard holds no time back once it is found at its tip. */
export function restsAtTip(
  { closed }: ListedShard,
  record: ShardRecord | undefined,
  idleAfter: Millis,
  now: EpochMillis,
): boolean {
  if (closed || !Number.isFinite(idleAfter)) return closed;
  return record?.eventAt === undefined || now - record.eventAt > idleAfter;
}

/** The watermark of a rule over these streams, as of a check at `now`; the beginning of time where nothing was read. */
export function ruleWatermark(streams: readonly StreamShards[], now: EpochMillis): EpochMillis {
  const held = smallest(streams.map((stream) => heldAt(stream, now)));
  if (held !== undefined) return held;
  if (streams.every(({ records }) => records.size === 0)) return beginningOfTime;
  // All is silent and read as of the check: whatever comes now arrives later, and is at most so much older.
  return (now - Math.max(...streams.map(({ idleAfter, outOfOrderness }) => idleAfter + outOfOrderness))) as EpochMillis;
}

/** Where the shards of a stream that do not rest at their tips hold a watermark; undefined where all of them rest. */
export function heldAt(stream: StreamShards, now: EpochMillis): EpochMillis | undefined {
  const known = shardWatermarks(stream);
  const awake = stream.listed.filter(
    (shard) => !(stream.atTip.has(shard.id) && restsAtTip(shard, stream.records.get(shard.id), stream.idleAfter, now)),
  );
  return smallest(awake.map(({ id }) => known.get(id) ?? beginningOfTime));
}

/**
 * The watermarks of a stream's shards, where events or ancestors give them one. A new shard starts where its parents
 * stand: with a backlog and no record of its own it would hold everything at the beginning of time, or nothing at all.
 * Of ancestors that Kinesis has forgotten only the next is known; what rules have published never goes back for it.
 */
export function shardWatermarks({
  outOfOrderness,
  listed,
  records,
  atTip,
}: StreamShards): ReadonlyMap<string, EpochMillis> {
  const parents = new Map(listed.map((shard) => [shard.id, shard.parents]));
  const known = new Map<string, EpochMillis | undefined>();
  const watermarkOf = (id: string): EpochMillis | undefined => {
    if (known.has(id)) return known.get(id);
    // A list that named a shard among its own ancestors would otherwise never end.
    known.set(id, undefined);
    const { newest } = records.get(id) ?? {};
    const bounds = (parents.get(id) ?? []).flatMap((parent) => watermarkOf(parent) ?? []);
    const starts = smallest(bounds);
    if (newest !== undefined)
      known.set(id, Math.max(starts ?? beginningOfTime, newest - outOfOrderness) as EpochMillis);
    // What has no event says nothing once it is read to its end; until then it may still say anything.
    else known.set(id, starts ?? (parents.has(id) && !atTip.has(id) ? beginningOfTime : undefined));
    return known.get(id);
  };
  return new Map(
    [...new Set([...parents.keys(), ...records.keys()])].flatMap((id) => {
      const watermark = watermarkOf(id);
      return watermark === undefined ? [] : [[id, watermark] as const];
    }),
  );
}
