/**
 * Runs a pipeline in memory, event by event, with nothing between an event and what it means: the rule test and the
 * backtest, and what the deployed functions must agree with. State is forgotten as the watermark allows.
 */
import {
  alertContent,
  isWindowed,
  compiledRules,
  keyOf,
  evidenceOf,
  type CompiledRule,
  type WindowedRule,
} from '../state/compiled-rule.ts';
import type { AlertContent } from '../alert/alert.ts';
import { alertId, partitionKeyOf, statelessName } from '../alert/identity.ts';
import { type AlertRecord, reconcile } from '../alert/alert.ts';
import type { InputRecord, Rejection } from '../intake/input-record.ts';
import { Intake } from '../intake/intake.ts';
import { isLate, lateReason } from '../intake/lateness.ts';
import type { Match, Receiver } from '../intake/receiver.ts';
import { resultRecord } from '../intake/result-record.ts';
import { ruleOrder } from './rule-order.ts';
import { ShardIds } from './shard-ids.ts';
import type { Compiled } from '../plan/program.ts';
import { type AlertName, alertSortKey } from '../state/alert-name.ts';
import { fullReason } from '../state/key-limits.ts';
import { KeyedStates } from '../state/keyed-states.ts';
import type { Pane } from '../state/pane.ts';
import { type Result, resultOf, resultsUpTo } from '../state/result.ts';
import type { RuleState } from '../state/rule-state.ts';
import type { EventReference, Touch } from '../state/touch.ts';
import { beginningOfTime, type EpochMillis, endOfTime } from '../time.ts';
import { DuePanes } from './due-panes.ts';
import { ShardClocks } from './shard-clocks.ts';

/** An event that a rule made for a derived stream; of a rule with a window, a result with its key and window. */
export interface DerivedEvent extends Pick<Result, 'rule' | 'stream' | 'id' | 'at' | 'value'> {
  readonly result?: Pick<Result, 'key' | 'window'>;
}

export interface RunListener {
  /** An alert was opened, amended or withdrawn. */
  alert(record: AlertRecord): void;
  rejected(rejection: Rejection): void;
  /** A result for readers outside was opened, amended or withdrawn. Absent where nobody looks, as are those below. */
  revised?(record: AlertRecord, stream: string): void;
  derived?(event: DerivedEvent): void;
}

/** Panes are swept when so many events have touched them since the last time, more where there are many. */
const sweepEvery = 10_000;

export class InMemoryRun implements Receiver {
  readonly #rules: readonly (CompiledRule | WindowedRule)[];
  readonly #intake: Intake;
  readonly #states: KeyedStates;
  readonly #clocks: ShardClocks;
  readonly #due: DuePanes[];
  /** Positions of the rules, each after those whose results it reads. */
  readonly #order: readonly number[];
  /** By position, those whose results go into a stream. */
  readonly #makers: readonly (WindowedRule | undefined)[];
  #results = 0;
  readonly #listener: RunListener;
  /** Stateless alerts by id: a producer's retry is the same alert. */
  readonly #stateless = new Set<string>();
  #touchesUntilSweep = sweepEvery;

  constructor(compiled: Compiled, listener: RunListener) {
    this.#rules = compiledRules(compiled);
    const recentIds = new ShardIds(compiled.plan);
    this.#intake = new Intake(compiled, this, (shard) => recentIds.of(shard));
    this.#states = new KeyedStates(this.#rules);
    this.#clocks = new ShardClocks(compiled.plan);
    this.#due = this.#rules.map(() => new DuePanes());
    this.#order = ruleOrder(compiled.plan);
    this.#makers = this.#rules.map((rule) => (isWindowed(rule) && rule.plan.into !== undefined ? rule : undefined));
    this.#listener = listener;
  }

  /** Per rule: how often a predicate failed, and so did not match. */
  get predicateFailures(): readonly number[] {
    return this.#intake.predicateFailures;
  }

  /** Events that were not counted, because another record had brought their id. */
  get repeats(): number {
    return this.#intake.repeats;
  }

  process(record: InputRecord): void {
    const intake = this.#intake;
    const t = intake.read(record);
    if (t !== undefined && this.#clocks.observe(record.stream, record.shard, t, intake.lastArrival)) this.#fire();
  }

  /** Moves every watermark to an instant, as if no earlier event could come. */
  advance(to: EpochMillis): void {
    this.#clocks.advance(to);
    this.#fire();
  }

  /** No event can come any more: everything closes. */
  end(): void {
    this.advance(endOfTime);
  }

  match({ rule: index, groups, said, touch, record }: Match): void {
    const rule = this.#rules[index];
    if (rule === undefined) return;
    if (isWindowed(rule)) {
      this.#add(rule, groups, { ...touch, args: [said] }, record);
      return;
    }
    const id = alertId(partitionKeyOf(rule.plan, [touch.event.stream, touch.event.id]), statelessName);
    if (this.#stateless.has(id)) return;
    this.#stateless.add(id);
    const content = alertContent(said, {
      key: keyOf(rule, groups),
      window: undefined,
      events: rule.plan.evidence === 0 ? [] : evidenceOf([touch]),
      at: touch.event.t,
    });
    const opened = reconcile(
      { rule: rule.plan.name, id, live: rule.plan.live, cooldown: rule.plan.cooldown },
      undefined,
      content,
    );
    if (opened !== undefined) this.#listener.alert(opened);
  }

  touch(index: number, groups: readonly unknown[], touch: Touch, record: InputRecord): void {
    const rule = this.#rules[index];
    if (isWindowed(rule)) this.#add(rule, groups, touch, record);
  }

  derived(rule: number, { stream, id, t: at }: EventReference, value: DerivedEvent['value']): void {
    this.#listener.derived?.({ rule: this.#rules[rule]?.plan.name ?? '', stream, id, at, value });
  }

  rejected(rejection: Rejection): void {
    this.#listener.rejected(rejection);
  }

  #add(rule: WindowedRule, groups: readonly unknown[], touch: Touch, record: InputRecord): void {
    const start = rule.grid.start(touch.event.t);
    const watermark = this.#clocks.watermarks[rule.index] ?? beginningOfTime;
    const frontier = (watermark - rule.plan.allowedLateness) as EpochMillis;
    const event = touch.event.id;
    if (isLate(rule, touch.event.t, start, frontier)) {
      const reason = lateReason(rule, watermark, frontier);
      this.#listener.rejected({ kind: 'late', record, rule: rule.plan.name, event, reason });
      return;
    }
    const state = this.#states.state(rule, groups);
    const known = state.get(start);
    const pane = known ?? state.pane(start);
    const full = fullReason(rule, pane, touch);
    if (full !== undefined) {
      this.#listener.rejected({ kind: 'invalid', record, rule: rule.plan.name, event, reason: full });
      return;
    }
    const final = rule.plan.emit === 'final';
    if (known === undefined && final) pane.born = frontier;
    state.add(pane, touch, !final);
    if (!final) this.#settle(state);
    if (rule.delay !== undefined) this.#await(state, pane, touch.event.t);
    this.#touchesUntilSweep--;
  }

  /** Closes what the watermarks have passed, and forgets what nothing can change. */
  #fire(): void {
    for (const index of this.#order) {
      const due = this.#due[index];
      const watermark = this.#clocks.watermarks[index] ?? beginningOfTime;
      if (due !== undefined && watermark >= due.next)
        for (const { state, pane } of due.take(watermark)) {
          state.finish(pane, watermark);
          this.#settle(state);
          this.#await(state, pane);
        }
      const maker = this.#makers[index];
      if (maker?.plan.into === undefined) continue;
      const upTo = resultsUpTo(maker, (watermark - maker.plan.allowedLateness) as EpochMillis);
      this.#clocks.complete(index, maker.plan.into, upTo);
    }
    if (this.#touchesUntilSweep > 0) return;
    this.#states.forget(this.#clocks.watermarks);
    this.#touchesUntilSweep = Math.max(sweepEvery, 4 * this.#states.size);
  }

  #await(state: RuleState, pane: Pane, t: EpochMillis = beginningOfTime): void {
    const { index, plan, grows, delay = 0 } = state.rule;
    const due = this.#due[index];
    if (due === undefined) return;
    const awaited = due.awaited(pane);
    // When a final result is due changes with time alone; in a log also with events that are older than the next.
    if (plan.emit === 'final' && awaited !== undefined && (!grows || t + delay >= awaited)) return;
    const at = state.dueAt(pane);
    if (at !== undefined) due.add(at, { state, pane });
  }

  /** Reads a final result as the rules do that read its stream; it is told once. */
  #derive(state: RuleState, name: AlertName, content: AlertContent): void {
    if (state.records.has(name)) return;
    state.records.set(name, { record: undefined, version: 1 });
    const result = resultOf(state.rule, state.partitionKey, name, content);
    const { stream, at, key, window } = result;
    this.#listener.derived?.({ ...result, result: { key, window } });
    const event = resultRecord(result);
    this.#intake.read({ stream, shard: '', sequenceNumber: String(++this.#results), arrival: at, event });
  }

  #settle(state: RuleState): void {
    const { rule } = state;
    const { revisesInto } = rule.plan;
    for (const { name, content } of state.take()) {
      if (rule.plan.into !== undefined) {
        if (content !== undefined) this.#derive(state, name, content);
        continue;
      }
      const recorded = state.recorded(name);
      if (recorded === undefined && content === undefined) continue;
      const id = recorded?.id ?? alertId(state.partitionKey, alertSortKey(name));
      const next = reconcile(
        {
          rule: rule.plan.name,
          id,
          live: rule.plan.live,
          cooldown: rule.plan.cooldown,
          ...(revisesInto !== undefined && { isResult: true }),
        },
        recorded,
        content,
      );
      if (next === undefined) continue;
      // Whoever listens has been told: what is pending here never waits.
      const record = next.pending === undefined ? next : { ...next, pending: undefined };
      state.records.set(name, { record, version: next.revision + 1 });
      if (revisesInto === undefined) this.#listener.alert(next);
      else this.#listener.revised?.(next, revisesInto);
    }
  }
}
