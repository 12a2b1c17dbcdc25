/** What a run of advance-time says of itself. */
import type { RulePlan } from '../plan/plan.ts';
import { beginningOfTime, type EpochMillis, smallest } from '../time.ts';
import { heldAt, type StreamShards } from './shard-watermarks.ts';
import { lastInstant } from './watermarks.ts';

export interface TimeReport {
  readonly watermarks: { readonly [rule: string]: string };
  /**
   * Of rules over several streams that wait for one of them, which: until it is read, nobody knows what did not come in
   * it, and no absence is told.
   */
  readonly heldBy: { readonly [rule: string]: string };
  readonly closed: number;
  readonly alerts: number;
  readonly published: number;
  /** Keys of many writers that were settled. */
  readonly merged: number;
}

/** The others are so much further, in milliseconds, before a stream is said to hold a rule. */
const held = 60_000;

/** Of each rule the stream that holds it, as of a check at `now`. */
export function heldRules(
  rules: readonly RulePlan[],
  streams: ReadonlyMap<string, StreamShards>,
  now: EpochMillis,
): TimeReport['heldBy'] {
  const entries = rules.flatMap(({ name, sources }) => {
    const times = sources.map((source) => streams.get(source)).map((shards) => shards && heldAt(shards, now));
    const last = smallest(times);
    const others = smallest(times.filter((t) => t !== last)) ?? now;
    const source = sources[times.indexOf(last)];
    const waits = sources.length > 1 && last !== undefined && source !== undefined && others - last > held;
    return waits ? [[name, source] as const] : [];
  });
  return Object.fromEntries(entries);
}

export function showWatermark(watermark: EpochMillis): string {
  if (watermark === beginningOfTime) return 'none';
  return watermark >= lastInstant ? 'end' : new Date(watermark).toISOString();
}
