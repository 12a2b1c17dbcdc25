/**
 * Where rules begin, in event time, said for each rule and fingerprint before its events are put anywhere: at the newest
 * event that was read before it on any of its streams; where none was, at the oldest of the first events of all their
 * shards. Nobody knows which of those is read first, so older ones set the rule back, until it has a watermark: by then
 * all shards were read or found to be empty, and before then nothing is told that follows from what did not come. A window
 * that begins earlier may lack events that came before the rule.
 */
import type { Plan } from '../plan/plan.ts';
import { type CompiledRule, isWindowed, type WindowedRule } from '../state/compiled-rule.ts';
import { endOfTime, type EpochMillis } from '../time.ts';
import type { Item, ItemStore } from './item.ts';
import { readShardRecord, shardRecordKey } from './shard-record.ts';
import { type Begin, readBegins, sayBegins, watermarkKey } from './watermarks.ts';

/** The oldest event that comes to a rule now; undefined where none does. */
export type OldestOf = (rule: WindowedRule) => EpochMillis | undefined;

/**
 * Tells rules where they begin, and everybody where it has not been said. `isFirst` where they come from a shard that no
 * event has come from before.
 */
export async function learnBegins(
  plan: Plan,
  rules: readonly (CompiledRule | WindowedRule)[],
  store: ItemStore,
  watermarks: Item | undefined,
  oldestOf: OldestOf,
  isFirst = false,
): Promise<void> {
  const said = readBegins(plan, watermarks);
  const found = await Promise.all(
    rules.map(async (rule): Promise<Begin | undefined> => {
      const oldest = isWindowed(rule) ? oldestOf(rule) : undefined;
      if (oldest === undefined || (said[rule.index] !== undefined && !isFirst)) return undefined;
      const before = said[rule.index] === undefined ? await newestRead(store, rule.plan.sources) : undefined;
      return { oldest, before, isFirst };
    }),
  );
  let current = watermarks;
  for (let next = sayBegins(plan, current, found); next !== undefined; next = sayBegins(plan, current, found)) {
    const [conflict] = await store.put([next]);
    current = conflict === undefined ? next : (conflict.current ?? (await store.get([watermarkKey]))[0]);
  }
  setBegins(rules, readBegins(plan, current));
}

/** Of a rule whose begin nobody has said, no window is known to have all of its events. */
export function setBegins(
  rules: readonly (CompiledRule | WindowedRule)[],
  begins: readonly (EpochMillis | undefined)[],
): void {
  for (const rule of rules) if (isWindowed(rule)) rule.begin.at = begins[rule.index] ?? endOfTime;
}

async function newestRead(store: ItemStore, streams: readonly string[]): Promise<EpochMillis | undefined> {
  const items = await Promise.all(streams.map((stream) => store.query(shardRecordKey(stream, '').pk)));
  const newest = items.flat().flatMap((item) => readShardRecord(item).record.newest ?? []);
  return newest.length === 0 ? undefined : (Math.max(...newest) as EpochMillis);
}
