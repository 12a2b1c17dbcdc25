/**
 * Advances time, once a minute: moves the rules' watermarks, emits final results of what they have passed, and publishes
 * what a process that died left pending. Watermarks move here alone, so that every delivery of an event is judged by
 * the same one.
 */
import type { Compiled } from '../plan/program.ts';
import { compiledRules, isWindowed } from '../state/compiled-rule.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import { AlertStore } from './alert-store.ts';
import { closeDuePanes } from './close-due-panes.ts';
import type { Item } from './item.ts';
import type { Ports } from './ports.ts';
import { redriveWriter } from './redrive-admission.ts';
import { setBegins } from './rule-begins.ts';
import { readShardRecord, type ShardRecord, shardRecordKey } from './shard-record.ts';
import { lastInstant, raiseWatermarks, readBegins, readWatermarks, watermarkKey } from './watermarks.ts';

/** A shard is idle when no valid event was read from it for so long and nothing is left to read. */
const idleAfter = 60_000;
/** A record that a process is about to publish is left to it for so long. */
const pendingFor = 60_000;

export interface ShardPort {
  /** The ids of a stream's shards, closed ones too, while Kinesis lists them. */
  shards(stream: string): Promise<readonly string[]>;
  /** Whether nothing is left to read after a sequence number, or at all. */
  atTip(stream: string, shard: string, after: string | undefined): Promise<boolean>;
}

export interface TimeReport {
  readonly watermarks: { readonly [rule: string]: string };
  readonly closed: number;
  readonly alerts: number;
  readonly published: number;
}

interface Shard {
  readonly id: string;
  readonly record: ShardRecord | undefined;
  /** False where Kinesis has forgotten the shard: nothing of it is left to read. */
  readonly listed: boolean;
}

/** `to` is `end` where no event can come any more: everything closes, as at the end of a backtest. */
export async function advanceTime(
  compiled: Compiled,
  ports: Ports,
  shardPort: ShardPort,
  now: EpochMillis,
  to?: 'end',
): Promise<TimeReport> {
  const { plan } = compiled;
  const alerts = new AlertStore(ports, plan.pipeline);
  // First, so that no amount of panes to close keeps people waiting for what is ready to be told.
  const published = await alerts.publishPending(
    new Map(plan.rules.map((rule) => [rule.name, rule])),
    (to === 'end' ? ports.now() : ports.now() - pendingFor) as EpochMillis,
  );

  const shards = new Map(
    await Promise.all(plan.streams.map(async ({ name }) => [name, await readShards(ports, shardPort, name)] as const)),
  );
  const idle = to === 'end' ? new Set<Shard>() : await idleShards(shards, shardPort, now);
  const raised = plan.rules.map(({ sources }) => {
    if (to === 'end') return lastInstant;
    const outOfOrderness = (stream: string): number =>
      plan.streams.find(({ name }) => name === stream)?.outOfOrderness ?? 0;
    const all = sources.flatMap((stream) =>
      (shards.get(stream) ?? []).map((shard) => ({ shard, outOfOrderness: outOfOrderness(stream) })),
    );
    const active = all.filter(({ shard }) => !idle.has(shard));
    if (active.length > 0)
      return Math.min(
        ...active.map(({ shard, outOfOrderness }) => (shard.record?.newest ?? beginningOfTime) - outOfOrderness),
      ) as EpochMillis;
    if (!all.some(({ shard }) => shard.record !== undefined)) return beginningOfTime;
    return (now - idleAfter - Math.max(...sources.map(outOfOrderness))) as EpochMillis;
  });
  const { watermarks, begins } = await publishWatermarks(compiled, ports, raised);

  const report = { closed: 0, alerts: 0 };
  const rules = compiledRules(compiled);
  setBegins(rules, begins);
  for (const rule of rules) {
    const watermark = watermarks[rule.index] ?? beginningOfTime;
    if (!isWindowed(rule) || rule.plan.emit !== 'final' || watermark === beginningOfTime) continue;
    const writers =
      rule.plan.writer === 'key'
        ? ['']
        : [
            redriveWriter,
            ...rule.plan.sources.flatMap((stream) => (shards.get(stream) ?? []).map(({ id }) => `${stream}/${id}`)),
          ];
    const done = await closeDuePanes(rule, ports, alerts, writers, watermark);
    report.closed += done.closed;
    report.alerts += done.alerts;
  }
  return {
    watermarks: Object.fromEntries(plan.rules.map(({ name }, i) => [name, show(watermarks[i] ?? beginningOfTime)])),
    ...report,
    published,
  };
}

/** The shards that Kinesis lists, and those that it has forgotten but whose panes may still be open. */
async function readShards(ports: Ports, shardPort: ShardPort, stream: string): Promise<Shard[]> {
  const listed = await shardPort.shards(stream);
  const records = new Map(
    (await ports.state.query(shardRecordKey(stream, '').pk)).map((item) => [item.sk, readShardRecord(item).record]),
  );
  return [...new Set([...listed, ...records.keys()])].map((id) => ({
    id,
    record: records.get(id),
    listed: listed.includes(id),
  }));
}

async function idleShards(
  shards: ReadonlyMap<string, readonly Shard[]>,
  shardPort: ShardPort,
  now: EpochMillis,
): Promise<Set<Shard>> {
  const idle = new Set<Shard>();
  for (const [stream, all] of shards) {
    await Promise.all(
      all.map(async (shard) => {
        const { record, listed } = shard;
        // Kinesis refuses to say anything of a shard that it has forgotten.
        const silent = now - (record?.eventAt ?? beginningOfTime) > idleAfter;
        if (!listed || (silent && (await shardPort.atTip(stream, shard.id, record?.finished)))) idle.add(shard);
      }),
    );
  }
  return idle;
}

/** Raises the published watermarks; answers what they are now. */
async function publishWatermarks(
  compiled: Compiled,
  ports: Ports,
  raised: readonly EpochMillis[],
): Promise<{ readonly watermarks: EpochMillis[]; readonly begins: (EpochMillis | undefined)[] }> {
  const { plan } = compiled;
  const said = (item: Item | undefined) => ({ watermarks: readWatermarks(plan, item), begins: readBegins(plan, item) });
  let [current] = await ports.state.get([watermarkKey]);
  for (;;) {
    const next = raiseWatermarks(plan, current, raised);
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
