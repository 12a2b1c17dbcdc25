/**
 * Where rules begin, in event time, said once for each rule and fingerprint: at the newest event that was read before it
 * on any of its streams; where none was, at the oldest of the first events that come to it, in a batch or put back. It
 * is said before they are put anywhere. A window that begins earlier may lack events that came before the rule.
 */
import type { Plan } from '../plan/plan.ts';
import { type CompiledRule, isWindowed, type WindowedRule } from '../state/compiled-rule.ts';
import { endOfTime, type EpochMillis } from '../time.ts';
import type { Item, ItemStore } from './item.ts';
import { readShardRecord, shardRecordKey } from './shard-record.ts';
import { readBegins, sayBegins, watermarkKey } from './watermarks.ts';

/** The oldest event that comes to a rule now; undefined where none does. */
export type OldestOf = (rule: WindowedRule) => EpochMillis | undefined;

/** Tells rules where they begin, and everybody where it has not been said. */
export async function learnBegins(
  plan: Plan,
  rules: readonly (CompiledRule | WindowedRule)[],
  store: ItemStore,
  watermarks: Item | undefined,
  oldestOf: OldestOf,
): Promise<void> {
  let begins = readBegins(plan, watermarks);
  const oldest = rules.map((rule) => (isWindowed(rule) ? oldestOf(rule) : undefined));
  const isNew = ({ index }: CompiledRule): boolean => begins[index] === undefined && oldest[index] !== undefined;
  if (rules.some(isNew)) {
    const said = await Promise.all(
      rules.map(async (rule) =>
        isNew(rule) ? ((await newestRead(store, rule.plan.sources)) ?? oldest[rule.index]) : undefined,
      ),
    );
    // The shards of a stream begin at the same time: whoever finds that another has said it leaves it at that.
    for (let current = watermarks; rules.some(isNew); ) {
      const next = sayBegins(plan, current, said);
      const [conflict] = await store.put([next]);
      if (conflict !== undefined) current = conflict.current ?? (await store.get([watermarkKey]))[0];
      begins = readBegins(plan, conflict === undefined ? next : current);
    }
  }
  setBegins(rules, begins);
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
