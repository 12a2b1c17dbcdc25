/**
 * Processes batches of one stream's records, so that every event counts once however often its record comes: read the
 * shard's record, evaluate, fold in memory, one conditional put per dirty pane, reconcile alerts, and only then say in
 * the shard's record how far it has come. docs/guarantees.md says what each step prevents.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import type { InputRecord, Rejection } from '../intake/input-record.ts';
import { loggedReason } from '../intake/faults.ts';
import { Intake, type KeyedTouch } from '../intake/intake.ts';
import type { Compiled } from '../plan/program.ts';
import { takeMissing } from '../plan/runtime.ts';
import { type CompiledRule, compiledRules, type WindowedRule } from '../state/compiled-rule.ts';
import { KeyedStates } from '../state/keyed-states.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import { admissionOf } from './admission.ts';
import { AlertStore, type Told } from './alert-store.ts';
import { deadLetterLines, deadLettersName } from './dead-letters.ts';
import { BatchFold } from './batch-fold.ts';
import type { Ports } from './ports.ts';
import { learnBegins } from './rule-begins.ts';
import { readShardRecord, shardRecordItem, shardRecordKey, type StoredShardRecord } from './shard-record.ts';
import { settleOwned } from './settle-owned.ts';
import { settleShared } from './settle-shared.ts';
import { statelessMatches } from './stateless-matches.ts';
import { readWatermarks, watermarkKey } from './watermarks.ts';

/** What a batch did, as one log line says it. */
export interface BatchReport {
  readonly stream: string;
  readonly shard: string;
  readonly records: number;
  /** Records that an earlier delivery had finished. */
  readonly repeated: number;
  readonly matched: number;
  readonly alerts: number;
  readonly amended: number;
  readonly withdrawn: number;
  readonly late: number;
  readonly invalid: number;
  readonly missingTexts: number;
  readonly predicateFailures: number;
  /** The newest reason for which an event was rejected, without any value that it holds. */
  readonly reason?: string;
}

/** A key beyond this many in memory empties the memory: it is read again as needed. */
const mostStates = 200_000;

interface ShardMemory {
  readonly states: KeyedStates;
  /** What we wrote last into the shard's record as its owner; empty while nothing was. */
  owner: string;
  /** No pane that begins later was written by anybody before us. */
  horizon: EpochMillis;
  /** Touches to come until what is forgotten is dropped. */
  untilSweep: number;
}

export class StreamProcessor {
  readonly #stream: string;
  readonly #rules: readonly (CompiledRule | WindowedRule)[];
  readonly #compiled: Compiled;
  readonly #intake: Intake;
  readonly #ports: Ports;
  readonly #alerts: AlertStore;
  /** Names this process among all that ever ran. */
  readonly #process: string;
  readonly #memories = new Map<string, ShardMemory>();
  #batches = 0;

  constructor(compiled: Compiled, stream: string, ports: Ports, process: string) {
    this.#compiled = compiled;
    this.#stream = stream;
    this.#rules = compiledRules(compiled);
    this.#intake = new Intake(compiled);
    this.#ports = ports;
    this.#alerts = new AlertStore(ports, compiled.plan.pipeline);
    this.#process = process;
  }

  /** Processes records of one shard, in order. Throws where a service fails: the whole batch must come again. */
  async process(shard: string, records: readonly InputRecord[]): Promise<BatchReport> {
    try {
      return await this.#processBatch(shard, records);
    } catch (cause) {
      // What was folded may not have been put: only the table knows.
      this.#memories.delete(shard);
      throw cause;
    }
  }

  async #processBatch(shard: string, records: readonly InputRecord[]): Promise<BatchReport> {
    const { state } = this.#ports;
    const [recordItem, watermarkItem] = await this.#readFirst(shard);
    const stored = recordItem === undefined ? undefined : readShardRecord(recordItem);
    const memory = await this.#memory(shard, stored);
    const watermarks = readWatermarks(this.#compiled.plan, watermarkItem);
    const fresh =
      stored === undefined
        ? records
        : records.filter(({ sequenceNumber }) => compareSequenceNumbers(sequenceNumber, stored.record.finished) > 0);
    const intake = this.#intake;
    intake.clear();
    let newest = stored?.record.newest ?? beginningOfTime;
    let { eventAt } = stored?.record ?? {};
    let oldest: EpochMillis | undefined;
    for (const record of fresh) {
      const t = intake.read(record);
      if (t === undefined) continue;
      if (oldest === undefined || t < oldest) oldest = t;
      if (t > newest) newest = t;
      eventAt = this.#ports.now();
    }
    await learnBegins(this.#compiled.plan, this.#rules, state, watermarkItem, { stream: this.#stream, oldest });
    const rejections: Rejection[] = [...intake.rejections];
    const stateless = statelessMatches(this.#rules, intake.matches);
    const touches: KeyedTouch[] = [...intake.touches, ...stateless.touches];

    const fold = new BatchFold({
      rules: this.#rules,
      states: memory.states,
      store: state,
      writer: `${this.#stream}/${shard}`,
      shard: `${this.#stream}/${shard}`,
      admission: admissionOf(`${this.#stream}/${shard}`, watermarks),
      horizon: memory.horizon,
      now: this.#ports.now(),
      letter: (late) => this.#deadLetter('late', shard, late),
    });
    await fold.apply(touches);
    rejections.push(...fold.rejections);
    const { owned, shared } = fold;
    const { told: toldOwned, lost, unread } = await settleOwned(this.#alerts, owned, stateless.wanted);
    const told = [toldOwned, await settleShared(this.#alerts, state, [...shared, ...lost, ...unread])];

    await this.#deadLetter('invalid', shard, intake.rejections);
    const alone = await this.#finish(shard, memory, stored, fresh.at(-1)?.sequenceNumber, {
      newest,
      eventAt,
    });
    // Somebody else has read on from here, so what memory says of owned keys may have been old when it was told.
    if (!alone) told.push(await settleShared(this.#alerts, state, owned));
    if (!alone || lost.length > 0 || fold.isDoubtful) this.#memories.delete(shard);
    // Another stream's process writes these panes too.
    for (const { state: used, rule } of shared)
      if (rule.plan.writer === 'key' && !rule.plan.cacheable) memory.states.drop(used);
    this.#sweep(memory, watermarks, touches.length);
    const lastRejection = rejections.at(-1);
    return {
      stream: this.#stream,
      shard,
      records: records.length,
      repeated: records.length - fresh.length,
      matched: intake.touches.length + intake.matches.length,
      alerts: total(told, 'opened'),
      amended: total(told, 'amended'),
      withdrawn: total(told, 'withdrawn'),
      late: rejections.filter(({ kind }) => kind === 'late').length,
      invalid: rejections.filter(({ kind }) => kind === 'invalid').length,
      missingTexts: takeMissing(),
      predicateFailures: intake.counters.predicateFailures.reduce((sum, n) => sum + n, 0),
      ...(lastRejection !== undefined && { reason: loggedReason(lastRejection) }),
    };
  }

  async #readFirst(shard: string) {
    const key = shardRecordKey(this.#stream, shard);
    const items = await this.#ports.state.get([key, watermarkKey]);
    return [items.find(({ pk }) => pk === key.pk), items.find(({ pk }) => pk === watermarkKey.pk)] as const;
  }

  /** The memory of a shard, emptied where another process has written since. */
  async #memory(shard: string, stored: StoredShardRecord | undefined): Promise<ShardMemory> {
    const known = this.#memories.get(shard);
    if (known !== undefined && known.owner === stored?.record.owner && known.states.size < mostStates) return known;
    const all = await this.#ports.state.query(shardRecordKey(this.#stream, shard).pk);
    const newest = all.flatMap((item) => {
      const { record } = readShardRecord(item);
      return [record.newest ?? beginningOfTime, record.redriven ?? beginningOfTime];
    });
    // Panes of a batch that died before it wrote the record can lie beyond: its events come again, and meet them then.
    const horizon = Math.max(beginningOfTime, ...newest) as EpochMillis;
    const fresh: ShardMemory = { states: new KeyedStates(this.#rules), owner: '', horizon, untilSweep: 0 };
    this.#memories.set(shard, fresh);
    return fresh;
  }

  /** Drops what is forgotten, at a cost that does not grow with the keys per batch. */
  #sweep(memory: ShardMemory, watermarks: readonly EpochMillis[], touches: number): void {
    memory.untilSweep -= touches;
    if (memory.untilSweep > 0) return;
    memory.states.forget(watermarks);
    memory.untilSweep = memory.states.size;
  }

  async #deadLetter(prefix: Rejection['kind'], shard: string, letters: readonly Rejection[]): Promise<void> {
    if (letters.length === 0) return;
    await this.#ports.deadLetter(
      prefix,
      `${this.#stream}/${shard}/${deadLettersName(letters)}`,
      deadLetterLines(letters),
    );
  }

  /**
   * Records that all up to a sequence number is finished, unless somebody has come further. False where somebody else
   * has recorded anything since we began.
   */
  async #finish(
    shard: string,
    memory: ShardMemory,
    stored: StoredShardRecord | undefined,
    finished: string | undefined,
    { newest, eventAt }: { readonly newest: EpochMillis; readonly eventAt: EpochMillis | undefined },
  ): Promise<boolean> {
    if (finished === undefined) return true;
    const owner = `${this.#process}/${++this.#batches}`;
    const record = {
      finished,
      readAt: this.#ports.now(),
      owner,
      ...(newest !== beginningOfTime && { newest }),
      ...(eventAt !== undefined && { eventAt }),
      ...(stored?.record.redriven !== undefined && { redriven: stored.record.redriven }),
    };
    const [conflict] = await this.#ports.state.put([
      shardRecordItem(this.#stream, shard, record, (stored?.version ?? 0) + 1),
    ]);
    if (conflict === undefined) {
      memory.owner = owner;
      return true;
    }
    const current = conflict.current && readShardRecord(conflict.current);
    if (current === undefined || compareSequenceNumbers(current.record.finished, finished) < 0) {
      await this.#finish(shard, memory, current, finished, {
        newest: Math.max(newest, current?.record.newest ?? beginningOfTime) as EpochMillis,
        eventAt: latest(eventAt, current?.record.eventAt),
      });
    }
    return false;
  }
}

function latest(a: EpochMillis | undefined, b: EpochMillis | undefined): EpochMillis | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function total(told: readonly Told[], what: keyof Told): number {
  return told.reduce((sum, one) => sum + one[what], 0);
}
