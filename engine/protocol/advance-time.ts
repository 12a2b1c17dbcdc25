/**
 * Advances time, once a minute: moves the rules' watermarks, emits final results of what they have passed, and publishes
 * what a process that died left pending. Watermarks move here alone, so that every delivery of an event is judged by
 * the same one.
 */
import type { StreamPlan } from '../plan/plan.ts';
import type { Compiled } from '../plan/program.ts';
import { compiledRules, isWindowed, type WindowedRule } from '../state/compiled-rule.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import { AlertStore } from './alert-store.ts';
import { closeDuePanes } from './close-due-panes.ts';
import type { Item } from './item.ts';
import { isCrowded, settleMarked } from './merge-marks.ts';
import type { Ports } from './ports.ts';
import { redriveWriter } from './redrive-admission.ts';
import { setBegins } from './rule-begins.ts';
import { readShardRecord, shardRecordKey } from './shard-record.ts';
import { type ListedShard, restsAtTip, ruleWatermark, type StreamShards } from './shard-watermarks.ts';
import { lastInstant, raiseWatermarks, readBegins, readWatermarks, watermarkKey } from './watermarks.ts';

/** A record that a process is about to publish is left to it for so long. */
const pendingFor = 60_000;

export interface ShardPort {
  /** The shards of a stream, closed ones too, while Kinesis lists them. */
  shards(stream: string): Promise<readonly ListedShard[]>;
  /** Whether nothing is left to read after a sequence number, or at all. */
  atTip(stream: string, shard: string, after: string | undefined): Promise<boolean>;
}

export interface TimeReport {
  readonly watermarks: { readonly [rule: string]: string };
  readonly closed: number;
  readonly alerts: number;
  readonly published: number;
  /** Keys of many writers that were settled. */
  readonly merged: number;
}

/**
 * `to` is `end` where no event can come any more: everything closes, as at the end of a backtest. `pause` waits for a few
 * seconds, and answers false when there is no time for more: without it, keys of many writers are settled once.
 */
export async function advanceTime(
  compiled: Compiled,
  ports: Ports,
  shardPort: ShardPort,
  now: EpochMillis,
  to?: 'end',
  pause?: () => Promise<boolean>,
): Promise<TimeReport> {
  const { plan } = compiled;
  const alerts = new AlertStore(ports, plan.pipeline);
  // First, so that no amount of panes to close keeps people waiting for what is ready to be told.
  const byName = new Map(plan.rules.map((rule) => [rule.name, rule]));
  let published = await alerts.publishPending(
    byName,
    (to === 'end' ? ports.now() : ports.now() - pendingFor) as EpochMillis,
  );

  const streams = new Map(
    await Promise.all(
      plan.streams.map(
        async (stream) =>
          [stream.name, await readShards(ports, shardPort, stream, to === 'end' ? undefined : now)] as const,
      ),
    ),
  );
  const raised = plan.rules.map(({ sources }) =>
    to === 'end'
      ? lastInstant
      : ruleWatermark(
          sources.flatMap((stream) => streams.get(stream) ?? []),
          now,
        ),
  );
  const writers = plan.rules.map(({ writer, sources }) =>
    writer === 'key' ? 0 : sources.reduce((sum, stream) => sum + (streams.get(stream)?.listed.length ?? 0), 0),
  );
  const { watermarks, begins } = await publishWatermarks(compiled, ports, raised, writers);

  const report = { closed: 0, alerts: 0, merged: 0 };
  const rules = compiledRules(compiled).filter(isWindowed);
  setBegins(rules, begins);
  for (const rule of rules) {
    const watermark = watermarks[rule.index] ?? beginningOfTime;
    if (rule.plan.emit !== 'final' || watermark === beginningOfTime) continue;
    const done = await closeDuePanes(rule, ports, alerts, writersOf(rule, streams), watermark);
    report.closed += done.closed;
    report.alerts += done.alerts;
  }
  const crowded = rules.some((rule) => isCrowded(rule, writers[rule.index] ?? 0));
  do {
    // Keys that were marked are settled also when there are fewer writers by now.
    for (const rule of rules.filter(({ plan: { writer, emit } }) => writer === 'shard' && emit !== 'final')) {
      const done = await settleMarked(rule, ports, alerts);
      report.merged += done.merged;
      report.alerts += done.opened;
    }
  } while (crowded && to === undefined && (await pause?.()) === true);
  // Digests do not wait for the end of their periods: nothing comes any more that could be left to them.
  if (to === 'end') published += await alerts.publishPending(byName, lastInstant);
  return {
    watermarks: Object.fromEntries(plan.rules.map(({ name }, i) => [name, show(watermarks[i] ?? beginningOfTime)])),
    ...report,
    published,
  };
}

/** What is known of a stream's shards; without `now` nothing is asked of Kinesis but which there are. */
async function readShards(
  ports: Ports,
  shardPort: ShardPort,
  { name: stream, outOfOrderness, idleAfter }: StreamPlan,
  now: EpochMillis | undefined,
): Promise<StreamShards> {
  const listed = await shardPort.shards(stream);
  const records = new Map(
    (await ports.state.query(shardRecordKey(stream, '').pk)).map((item) => [item.sk, readShardRecord(item).record]),
  );
  const atTip = new Set<string>();
  await Promise.all(
    listed.map(async (shard) => {
      const record = records.get(shard.id);
      if (now === undefined || !restsAtTip(shard, record, idleAfter, now)) return;
      if (await shardPort.atTip(stream, shard.id, record?.finished)) atTip.add(shard.id);
    }),
  );
  return { outOfOrderness, idleAfter, listed, records, atTip };
}

/**
 * Who may have written panes of a rule: also shards that Kinesis has forgotten, whose panes may still be open, and who
 * puts dead letters back.
 */
function writersOf({ plan }: WindowedRule, streams: ReadonlyMap<string, StreamShards>): readonly string[] {
  if (plan.writer === 'key') return [''];
  const shards = plan.sources.flatMap((stream) => {
    const { listed = [], records = new Map<string, unknown>() } = streams.get(stream) ?? {};
    return [...new Set([...listed.map(({ id }) => id), ...records.keys()])].map((id) => `${stream}/${id}`);
  });
  return [redriveWriter, ...shards];
}

/** Raises the published watermarks; answers what they are now. */
async function publishWatermarks(
  compiled: Compiled,
  ports: Ports,
  raised: readonly EpochMillis[],
  writers: readonly number[],
): Promise<{ readonly watermarks: EpochMillis[]; readonly begins: (EpochMillis | undefined)[] }> {
  const { plan } = compiled;
  const said = (item: Item | undefined) => ({ watermarks: readWatermarks(plan, item), begins: readBegins(plan, item) });
  let [current] = await ports.state.get([watermarkKey]);
  for (;;) {
    const next = raiseWatermarks(plan, current, raised, writers);
    if (next === undefined) return said(current);
    const [conflict] = await ports.state.put([next]);
    if (conflict === undefined) return said(next);
    current = conflict.current;
  }
}

function show(watermark: EpochMillis): string {
  if (watermark === beginningOfTime) return 'none';
  return watermark >= lastInstant ? 'end' : new Date(watermark).toISOString();
}
