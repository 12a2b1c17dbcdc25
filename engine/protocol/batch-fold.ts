/**
 * Folds the touches of one batch into panes and puts them. A put that loses to another writer is not merged by hand:
 * the key's state is read again and the batch folded into it again, where what is already there is skipped.
 */
import type { Rejection } from '../intake/input-record.ts';
import type { KeyedTouch } from '../intake/intake.ts';
import { isLate, lateReason } from '../intake/lateness.ts';
import { type CompiledRule, isWindowed, type WindowedRule } from '../state/compiled-rule.ts';
import type { KeyedStates } from '../state/keyed-states.ts';
import type { RuleState } from '../state/rule-state.ts';
import { beginningOfTime, type EpochMillis, endOfTime } from '../time.ts';
import type { ItemStore } from './item.ts';
import { dirtyPanes, holds, loadPanes, type PanePut, type PaneRequest, panesNeeded, putDone, restorePane } from './pane-store.ts';

/** Rounds of losing to others before the batch is given back to be delivered again. */
const mostRounds = 20;

/** What a batch does to one key of one rule. */
export interface Change {
  readonly rule: WindowedRule;
  readonly groups: readonly unknown[];
  state: RuleState;
  readonly touches: KeyedTouch[];
}

export interface BatchContext {
  readonly rules: readonly (CompiledRule | WindowedRule)[];
  readonly states: KeyedStates;
  readonly store: ItemStore;
  /** `<stream>/<shardId>`. */
  readonly shard: string;
  /** Panes that begin later were written by nobody before this process. */
  readonly horizon: EpochMillis;
  /** The published watermarks, by the rule's position. */
  readonly watermarks: readonly EpochMillis[];
  readonly now: EpochMillis;
}

export class BatchFold {
  readonly #context: BatchContext;
  readonly #changes = new Map<RuleState, Change>();
  readonly #rejections = new Map<KeyedTouch, Rejection>();

  constructor(context: BatchContext) {
    this.#context = context;
  }

  get rejections(): Rejection[] {
    return [...this.#rejections.values()];
  }

  /** What the batch touched, keys that this shard owns and keys that other shards write too. */
  changed(writer: 'key' | 'shard'): Change[] {
    return [...this.#changes.values()].filter(({ rule }) => rule.plan.writer === writer);
  }

  async apply(touches: readonly KeyedTouch[]): Promise<void> {
    const { rules, states } = this.#context;
    for (const keyed of touches) {
      const rule = rules[keyed.rule];
      if (!isWindowed(rule)) continue;
      const state = states.state(rule, keyed.groups);
      const change = this.#changes.get(state);
      if (change === undefined) this.#changes.set(state, { rule, groups: state.groups, state, touches: [keyed] });
      else change.touches.push(keyed);
    }
    let open = [...this.#changes.values()];
    await this.#load(open, this.#context.horizon);
    for (const change of open) this.#fold(change);
    for (let round = 0; open.length > 0; round++) {
      if (round === mostRounds) throw new Error(`other writers changed the same ${open.length} keys ${mostRounds} times in a row; the batch must come again`);
      open = await this.#put(open);
    }
  }

  async #load(changes: readonly Change[], horizon: EpochMillis): Promise<void> {
    const byWriter = { key: new Map<string, PaneRequest[]>(), shard: new Map<string, PaneRequest[]>() };
    const loaded = new Set<Change>();
    for (const change of changes) {
      const { state, rule } = change;
      const asked = new Set<EpochMillis>();
      for (const { touch } of change.touches) {
        for (const start of panesNeeded(rule, touch.event.t)) {
          if (asked.has(start) || state.panes.get(start)?.stored !== undefined) continue;
          asked.add(start);
          if (start > horizon) restorePane(state, start, []);
          else {
            const writer = this.#writer(rule);
            const requests = byWriter[rule.plan.writer].get(writer) ?? [];
            requests.push({ state, start });
            byWriter[rule.plan.writer].set(writer, requests);
            loaded.add(change);
          }
        }
      }
    }
    for (const requests of Object.values(byWriter)) for (const [writer, list] of requests) await loadPanes(this.#context.store, list, writer);
    for (const { state, rule, touches } of loaded) {
      if (rule.plan.writer === 'shard') continue;
      for (const { touch } of touches) {
        const t = rule.slide === undefined ? rule.grid.start(touch.event.t) : touch.event.t;
        state.learn((t - rule.plan.cooldown) as EpochMillis, (t + (rule.slide ?? rule.plan.cooldown + 1)) as EpochMillis);
      }
    }
  }

  #writer({ plan }: WindowedRule): string {
    return plan.writer === 'key' ? '' : this.#context.shard;
  }

  #fold({ state, rule, touches }: Change): void {
    const { shard, watermarks } = this.#context;
    const watermark = watermarks[rule.index] ?? beginningOfTime;
    const evaluate = rule.plan.writer === 'key' && rule.plan.emit !== 'final';
    for (const keyed of touches) {
      const { touch } = keyed;
      const { t, sequenceNumber } = touch.event;
      const start = rule.grid.start(t);
      const pane = state.pane(start);
      if (holds(pane, shard, sequenceNumber)) {
        // Whoever put it may have died before the alerts agreed with it.
        if (evaluate) state.recheck(t, start);
      } else if (pane.closed || isLate(rule, t, start, watermark)) {
        this.#rejections.set(keyed, { kind: 'late', record: keyed.record, rule: rule.plan.name, reason: lateReason(rule, watermark) });
      } else {
        state.add(pane, touch, evaluate);
        if (pane.stored !== undefined) pane.stored.dirty = true;
      }
    }
    if (evaluate) state.note();
  }

  /** Puts what is dirty; answers the changes that are not all put yet. */
  async #put(changes: readonly Change[]): Promise<Change[]> {
    const { store, shard, now, states } = this.#context;
    const puts = new Map<PanePut['item'], { readonly put: PanePut; readonly change: Change }>();
    for (const change of changes) for (const put of dirtyPanes(change.state, this.#writer(change.rule), shard, now)) puts.set(put.item, { put, change });
    if (puts.size === 0) return [];
    const lost = new Set<Change>();
    for (const { item } of await store.put([...puts.keys()])) {
      const found = puts.get(item);
      if (found !== undefined) lost.add(found.change);
      puts.delete(item);
    }
    for (const { put } of puts.values()) putDone(put);
    for (const change of lost) {
      states.drop(change.state);
      this.#changes.delete(change.state);
      change.state = states.state(change.rule, change.groups);
      this.#changes.set(change.state, change);
    }
    await this.#load([...lost], endOfTime);
    for (const change of lost) this.#fold(change);
    return [...new Set([...lost, ...[...puts.values()].flatMap(({ put, change }) => (put.rest ? [change] : []))])];
  }
}
