/**
 * Processes batches of one stream's records, so that every event counts once however often its record comes: read the
 * shard's record, evaluate, fold in memory, one conditional put per dirty pane, reconcile alerts, and only then say in
 * the shard's record how far it has come. docs/guarantees.md says what each step prevents.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import type { InputRecord } from '../intake/input-record.ts';
import { Intake } from '../intake/intake.ts';
import { Collected } from '../intake/receiver.ts';
import { movingTimes } from '../intake/result-record.ts';
import type { Compiled } from '../plan/program.ts';
import { takeMissing } from '../plan/runtime.ts';
import { type CompiledRule, compiledRules, type WindowedRule } from '../state/compiled-rule.ts';
import { KeyedStates } from '../state/keyed-states.ts';
import { type EpochMillis, largest, smallest } from '../time.ts';
import { admissionOf } from './admission.ts';
import { AlertStore, type Told } from './alert-store.ts';
import { BatchFold, type Change, reserve } from './batch-fold.ts';
import { type BatchReport, batchReport, failuresByRule } from './batch-report.ts';
import { batchSlices } from './batch-slices.ts';
import { keepLetters } from './dead-letters.ts';
import { LoadedTables } from './loaded-tables.ts';
import { isOwned } from './pane-store.ts';
import type { Ports } from './ports.ts';
import { learnBegins } from './rule-begins.ts';
import {
  nothingFinished,
  reachOf,
  readShardRecord,
  readShardRecords,
  shardRecordKey,
  type ShardRecord,
  type StoredShardRecord,
} from './shard-record.ts';
import { ShardIdLog } from './shard-id-log.ts';
import { isByRedrive } from './shard-memories.ts';
import { beginShard, recordProgress } from './shard-progress.ts';
import { type IdsPlace, idsRemembered } from './stored-ids.ts';
import { settleOwned } from './settle-owned.ts';
import { isCrowded, markKeys } from './merge-marks.ts';
import { settleShared, unsettled } from './settle-shared.ts';
import { statelessMatches } from './stateless-matches.ts';
import { readTimes, readWatermarks, readWriters, watermarkKey } from './watermarks.ts';

/** A key beyond this many in memory empties the memory: it is read again as needed. */
const mostStates = 200_000;

interface ShardMemory {
  readonly states: KeyedStates;
  /** What we wrote last into the shard's record as its owner; empty while nothing was. */
  owner: string;
  /** No pane that begins later was written by anybody before us. */
  horizon: EpochMillis;
  /** The records of the stream's shards when the memory began. */
  readonly shards: ReadonlyMap<string, ShardRecord>;
  /** Undefined until a record is read whose stream remembers ids, and after a batch that was not finished. */
  ids?: ShardIdLog | undefined;
  /** Touches to come until what is forgotten is dropped. */
  untilSweep: number;
}

export class StreamProcessor {
  readonly #stream: string;
  readonly #rules: readonly (CompiledRule | WindowedRule)[];
  readonly #compiled: Compiled;
  readonly #ports: Ports;
  readonly #alerts: AlertStore;
  /** Names this process among all that ever ran. */
  readonly #process: string;
  /** Undefined where the stream's ids are not remembered. */
  readonly #ids: Omit<IdsPlace, 'shard'> | undefined;
  readonly #memories = new Map<string, ShardMemory>();
  #batches = 0;

  constructor(compiled: Compiled, stream: string, ports: Ports, process: string) {
    this.#compiled = compiled;
    this.#stream = stream;
    this.#rules = compiledRules(compiled);
    this.#ports = ports;
    this.#alerts = new AlertStore(ports, compiled.plan.pipeline);
    this.#process = process;
    this.#ids = idsRemembered(compiled.plan, stream);
  }

  /**
   * Processes records of one shard, in order, as far as there is time: `timeLeft` tells the share of it, from 1 to 0.
   * Throws where a service fails: the whole batch must come again.
   */
  async process(
    shard: string,
    records: readonly InputRecord[],
    timeLeft: () => number = () => 1,
  ): Promise<BatchReport> {
    try {
      return await this.#processBatch(shard, records, timeLeft);
    } catch (cause) {
      // What was folded may not have been put: only the table knows.
      this.#memories.delete(shard);
      throw cause;
    }
  }

  async #processBatch(shard: string, records: readonly InputRecord[], timeLeft: () => number): Promise<BatchReport> {
    const { state } = this.#ports;
    const recordKey = shardRecordKey(this.#stream, shard);
    const first = await state.get([recordKey, watermarkKey]);
    const [recordItem, watermarkItem] = [recordKey, watermarkKey].map((key) => first.find(({ pk }) => pk === key.pk));
    const stored = recordItem === undefined ? undefined : readShardRecord(recordItem);
    const memory = await this.#memory(shard, stored);
    const watermarks = readWatermarks(this.#compiled.plan, watermarkItem);
    const writers = readWriters(this.#compiled.plan, watermarkItem);
    const before = stored?.record.finished ?? nothingFinished;
    const fresh = records.filter(({ sequenceNumber }) => compareSequenceNumbers(sequenceNumber, before) > 0);

    const found = new Collected();
    const known = { record: stored?.record, records: memory.shards };
    const began = { arrival: fresh[0]?.arrival, now: this.#ports.now() };
    memory.ids ??= this.#ids && (await ShardIdLog.open(state, { ...this.#ids, shard }, known, began));
    if (stored === undefined) {
      // Whoever puts letters back from now on finds a record to write; what was put back before is read after this.
      await beginShard(state, this.#stream, shard, { ...began, owner: this.#nextOwner() });
      this.#memories.delete(shard);
      return this.#processBatch(shard, records, timeLeft);
    }
    const tables = await LoadedTables.read(this.#compiled, state, fresh);
    const intake = new Intake(this.#compiled, found, () => memory.ids, tables);
    const times = fresh.map((record) => intake.read(record));
    const oldestOf = ({ plan }: WindowedRule) => (plan.sources.includes(this.#stream) ? smallest(times) : undefined);
    await learnBegins(this.#compiled.plan, this.#rules, state, watermarkItem, oldestOf, !stored.record.eventAt);
    const stateless = statelessMatches(this.#rules, found.matches);
    const touches = [...found.touches, ...stateless.touches];

    const fold = new BatchFold({
      rules: this.#rules,
      states: memory.states,
      store: state,
      writer: `${this.#stream}/${shard}`,
      shard: `${this.#stream}/${shard}`,
      admission: admissionOf(`${this.#stream}/${shard}`, readTimes(this.#compiled.plan, watermarkItem)),
      horizon: memory.horizon,
      now: this.#ports.now(),
      timeLeft,
      letter: (rejected) => keepLetters(this.#compiled, this.#ports, `${this.#stream}/${shard}`, rejected, tables),
    });
    const told: Told[] = [];
    const owned: Change[] = [];
    let lostAny = false;
    const changes = fold.changes(touches);
    for (const slice of batchSlices(changes, stateless.wanted)) {
      if (timeLeft() < reserve) {
        fold.leaveFrom(slice.first);
        break;
      }
      const done = await fold.apply(slice.changes);
      const ours = done.filter(({ rule }) => isOwned(rule));
      const others = done.filter(({ rule }) => !isOwned(rule));
      const { told: alerted, lost, unread } = await settleOwned(this.#alerts, ours, slice.stateless);
      const crowded = others.filter(({ rule }) => isCrowded(rule, writers[rule.index] ?? 0));
      const unmarked = await markKeys(state, this.#ports.now(), crowded.map(unsettled));
      const ourselves = [...others.filter((one) => !crowded.includes(one)), ...lost, ...unread].map(unsettled);
      told.push(alerted, await settleShared(this.#alerts, state, [...ourselves, ...unmarked]));
      owned.push(...ours);
      lostAny ||= lost.length > 0;
    }
    const { unfinished } = fold;
    const at = fresh.findIndex(({ sequenceNumber }) => sequenceNumber === unfinished);
    const finished = at === -1 ? fresh : fresh.slice(0, at);
    const finishedTimes = times.slice(0, finished.length);
    const done = new Set(finished);
    const invalid = found.rejections.filter(({ record }) => done.has(record));

    await Promise.all([
      keepLetters(this.#compiled, this.#ports, `${this.#stream}/${shard}`, invalid, tables),
      memory.ids?.keep(state, finished.at(-1)?.sequenceNumber, this.#ports.now()),
      tables?.keep(this.#ports.now(), unfinished),
    ]);
    // What was read beyond comes again: it is asked about as if it had never come.
    if (unfinished !== undefined) memory.ids = undefined;
    const progress = {
      finished: finished.at(-1)?.sequenceNumber,
      newest: largest(movingTimes(this.#compiled.plan, finished, finishedTimes)),
      reach: largest(times),
      eventAt: finishedTimes.some((t) => t !== undefined) ? this.#ports.now() : undefined,
    };
    const by = { readAt: this.#ports.now(), owner: this.#nextOwner() };
    const { written, other } = await recordProgress(state, this.#stream, shard, stored, progress, by);
    if (written) memory.owner = by.owner;
    // Somebody else has read on from here, so what memory says of owned keys may have been old when it was told.
    if (other !== undefined || lostAny || fold.isDoubtful) this.#memories.delete(shard);
    // What follows from events that were put back meanwhile and from ours is in no pane's name yet.
    if (other !== undefined && isByRedrive(other)) return this.#processBatch(shard, records, timeLeft);
    if (other !== undefined) told.push(await settleShared(this.#alerts, state, owned.map(unsettled)));
    // Another stream's process writes these panes too.
    for (const { state: used, rule } of changes)
      if (rule.plan.writer === 'key' && !rule.plan.cacheable) memory.states.drop(used);
    this.#sweep(memory, watermarks, touches.length);
    return batchReport(
      {
        stream: this.#stream,
        shard,
        records: records.length,
        repeated: records.length - fresh.length,
        resent: intake.repeats,
        matched: found.touches.length + found.matches.length,
        missingTexts: takeMissing(),
        predicateFailures: failuresByRule(this.#compiled.plan, intake.predicateFailures),
      },
      unfinished,
      told,
      [...invalid, ...fold.rejections],
    );
  }

  /** The memory of a shard, emptied where another process has written since. */
  async #memory(shard: string, stored: StoredShardRecord | undefined): Promise<ShardMemory> {
    const known = this.#memories.get(shard);
    if (known !== undefined && known.owner === stored?.record.owner && known.states.size < mostStates) return known;
    const shards = await readShardRecords(this.#ports.state, this.#stream);
    // Panes of a batch that died before it wrote the record can lie beyond: its events come again, and meet them then.
    const horizon = largest([...shards.values()].map(reachOf));
    const fresh: ShardMemory = { states: new KeyedStates(this.#rules), owner: '', horizon, shards, untilSweep: 0 };
    this.#memories.set(shard, fresh);
    return fresh;
  }

  #nextOwner(): string {
    return `${this.#process}/${++this.#batches}`;
  }

  /** Drops what is forgotten, at a cost that does not grow with the keys per batch. */
  #sweep(memory: ShardMemory, watermarks: readonly EpochMillis[], touches: number): void {
    memory.untilSweep -= touches;
    if (memory.untilSweep > 0) return;
    memory.states.forget(watermarks);
    memory.untilSweep = memory.states.size;
  }
}
