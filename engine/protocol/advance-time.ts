/**
 * Advances time, once a minute: moves the rules' watermarks, emits final results of what they have passed, and publishes
 * what a process that died left pending. Watermarks move here alone, so that every delivery of an event is judged by
 * the same one.
 */
import type { StreamPlan } from '../plan/plan.ts';
import type { Compiled } from '../plan/program.ts';
import { compiledRules, isWindowed, type WindowedRule } from '../state/compiled-rule.ts';
import { resultsUpTo } from '../state/result.ts';
import { beginningOfTime, type EpochMillis, largest, type Millis } from '../time.ts';
import { timeOf } from './admission.ts';
import { AlertStore } from './alert-store.ts';
import { closeDuePanes } from './close-due-panes.ts';
import type { Item } from './item.ts';
import { isCrowded, settleMarked } from './merge-marks.ts';
import type { Ports } from './ports.ts';
import { keptForTheRest } from './publishing-time.ts';
import { redriveWriter } from './redrive-admission.ts';
import { type Outlet, putWatermarks, ResultPublisher, type StreamPort } from './result-publisher.ts';
import { setBegins } from './rule-begins.ts';
import { nothingFinished, reachOf, readShardRecord, shardRecordKey } from './shard-record.ts';
import { type ListedShard, restsAtTip, ruleWatermark, type StreamShards } from './shard-watermarks.ts';
import { heldRules, showWatermark, type TimeReport } from './time-report.ts';
import {
  lastInstant,
  raiseWatermarks,
  readBegins,
  readRipeTimes,
  readTimes,
  type RuleTime,
  watermarkKey,
} from './watermarks.ts';

const endless = Number.POSITIVE_INFINITY as Millis;
/** What is pending may take the rest of the time. */
const keptForClosing = 0.7;
/** A record that a process is about to publish is left to it for so long. */
const pendingFor = 60_000;

/** `put` is asked for only where rules have results that go into a stream. */
export interface ShardPort extends Partial<StreamPort> {
  /** The shards of a stream, closed ones too, while Kinesis lists them. */
  shards(stream: string): Promise<readonly ListedShard[]>;
  /** Whether nothing is left to read after a sequence number, or at all. */
  atTip(stream: string, shard: string, after: string | undefined): Promise<boolean>;
}

/**
 * `to` is `end` where no event can come any more, and what was put is in the index: everything closes, as at the end of a backtest. `pause` waits for a few
 * seconds, and answers false when there is no time for more: without it, keys of many writers are settled once.
 * `timeLeft` tells the share of the time, from 1 to 0; without it there is no end to it.
 */
export async function advanceTime(
  compiled: Compiled,
  ports: Ports,
  shardPort: ShardPort,
  now: EpochMillis,
  to?: 'end',
  pause?: () => Promise<boolean>,
  timeLeft?: () => number,
): Promise<TimeReport> {
  const { plan } = compiled;
  const alerts = new AlertStore(ports, plan.pipeline, timeLeft);
  // First, so that no amount of panes to close keeps people waiting for what is ready to be told; but not all the time.
  const byName = new Map(plan.rules.map((rule) => [rule.name, rule]));
  let published = await alerts.publishPending(
    byName,
    (to === 'end' ? ports.now() : ports.now() - pendingFor) as EpochMillis,
    keptForClosing,
  );

  const streams = new Map(
    await Promise.all(
      plan.streams.map(
        async (stream) =>
          [stream.name, await readShards(ports, shardPort, stream, to === 'end' ? undefined : now)] as const,
      ),
    ),
  );
  const ofResults = plan.streams.filter(({ resultsOf }) => resultsOf !== undefined);
  const raised = plan.rules.map(({ sources }) => {
    // Results come until what they follow from has ended.
    const held = to === 'end' ? sources.filter((name) => ofResults.some((stream) => stream.name === name)) : sources;
    return held.length === 0
      ? lastInstant
      : ruleWatermark(
          held.flatMap((stream) => streams.get(stream) ?? []),
          now,
        );
  });
  const writers = plan.rules.map(({ writer, sources }) =>
    writer === 'key' ? 0 : sources.reduce((sum, stream) => sum + (streams.get(stream)?.listed.length ?? 0), 0),
  );
  const newest = plan.rules.map(({ sources }) =>
    largest([
      ports.now(),
      ...sources.flatMap((stream) => [...(streams.get(stream)?.records.values() ?? [])].map(reachOf)),
    ]),
  );
  const { times, ripe, begins } = await publishWatermarks(compiled, ports, raised, writers, newest);
  const timeToTell = (rule: WindowedRule): RuleTime =>
    timeOf(rule, rule.plan.into === undefined || to === 'end' ? times : ripe);

  const report = { closed: 0, alerts: 0, merged: 0 };
  const rules = compiledRules(compiled).filter(isWindowed);
  setBegins(rules, begins);
  const crowded = rules.some((rule) => isCrowded(rule, writers[rule.index] ?? 0));
  const hasTime = (): boolean => timeLeft === undefined || timeLeft() > keptForTheRest;
  const streamPort: StreamPort = {
    put: async (stream, records) => {
      if (shardPort.put === undefined) throw new Error(`there is no way to put results into ${stream}`);
      await shardPort.put(stream, records);
    },
  };
  const read = new Set(plan.rules.flatMap(({ sources }) => sources));
  const outletOf = (rule: WindowedRule): Outlet =>
    rule.plan.into === undefined ? alerts : new ResultPublisher(rule, streamPort, read.has(rule.plan.into));
  const complete = new Map<number, EpochMillis>();
  let unsaid: readonly StreamPlan[] = ofResults;
  let closing = rules
    .filter((rule) => rule.delay !== undefined && timeToTell(rule).watermark !== beginningOfTime)
    .map((rule) => ({
      rule,
      pages: closeDuePanes(rule, ports, outletOf(rule), writersOf(rule, streams), timeToTell(rule)),
    }));
  // Where time is short for a page of each, each minute begins with another rule.
  const first = closing.length === 0 ? 0 : Math.floor(now / 60_000) % closing.length;
  closing = [...closing.slice(first), ...closing.slice(0, first)];
  // Rules take turns, page by page, so that none with a backlog keeps the others, or marked keys, waiting.
  for (let more = true; more; ) {
    const open: typeof closing = [];
    for (const one of closing) {
      const next = hasTime() ? await one.pages.next() : undefined;
      if (next?.done === true) {
        if (next.value) complete.set(one.rule.index, resultsUntil(one.rule, timeToTell(one.rule)));
        continue;
      }
      report.closed += next?.value.closed ?? 0;
      report.alerts += next?.value.alerts ?? 0;
      open.push(one);
    }
    closing = open;
    unsaid = await putWatermarks(streamPort, unsaid, streams, complete);
    // Keys that were marked are settled also when there are fewer writers by now.
    for (const rule of rules.filter(({ plan: { writer, emit } }) => writer === 'shard' && emit !== 'final')) {
      const done = await settleMarked(rule, ports, alerts);
      report.merged += done.merged;
      report.alerts += done.opened;
    }
    if (closing.length > 0) more = hasTime();
    else more = crowded && to === undefined && (await pause?.()) === true;
  }
  // Digests do not wait for the end of their periods: nothing comes any more that could be left to them.
  if (to === 'end') published += await alerts.publishPending(byName, lastInstant);
  return {
    watermarks: Object.fromEntries(
      plan.rules.map(({ name }, i) => [name, showWatermark(times[i]?.watermark ?? beginningOfTime)]),
    ),
    heldBy: to === 'end' ? {} : heldRules(plan.rules, streams, now),
    ...report,
    published,
  };
}

/** Up to where a rule's results are told once all that is due then is. */
function resultsUntil(rule: WindowedRule, { watermark, frontier }: RuleTime): EpochMillis {
  return watermark >= lastInstant ? lastInstant : resultsUpTo(rule, frontier);
}

/** What is known of a stream's shards; without `now` nothing is asked of Kinesis but which there are. */
async function readShards(
  ports: Ports,
  shardPort: ShardPort,
  { name: stream, outOfOrderness, resultsOf, ...plan }: StreamPlan,
  now: EpochMillis | undefined,
): Promise<StreamShards> {
  // Where no result comes, one may still be due.
  const idleAfter = resultsOf === undefined ? plan.idleAfter : endless;
  const listed = await shardPort.shards(stream);
  const records = new Map(
    (await ports.state.query(shardRecordKey(stream, '').pk)).map((item) => [item.sk, readShardRecord(item).record]),
  );
  const atTip = new Set<string>();
  await Promise.all(
    listed.map(async (shard) => {
      const record = records.get(shard.id);
      if (now === undefined || !restsAtTip(shard, record, idleAfter, now)) return;
      const finished = record?.finished === nothingFinished ? undefined : record?.finished;
      if (await shardPort.atTip(stream, shard.id, finished)) atTip.add(shard.id);
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
  newest: readonly EpochMillis[],
): Promise<{
  readonly times: RuleTime[];
  readonly ripe: RuleTime[];
  readonly begins: (EpochMillis | undefined)[];
}> {
  const { plan } = compiled;
  const said = (item: Item | undefined) => ({
    times: readTimes(plan, item),
    ripe: readRipeTimes(plan, item),
    begins: readBegins(plan, item),
  });
  let [current] = await ports.state.get([watermarkKey]);
  for (;;) {
    const next = raiseWatermarks(plan, current, raised, writers, newest, ports.now());
    if (next === undefined) return said(current);
    const [conflict] = await ports.state.put([next]);
    if (conflict === undefined) return said(next);
    current = conflict.current;
  }
}
