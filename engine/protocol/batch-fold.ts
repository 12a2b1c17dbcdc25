/**
 * Folds the touches of one batch into panes and puts them. A put that loses to another writer is not merged by hand:
 * the key's state is read again and the batch folded into it again, where what is already there is skipped.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import type { Rejection } from '../intake/input-record.ts';
import type { KeyedTouch } from '../intake/receiver.ts';
import { type CompiledRule, isWindowed, type WindowedRule } from '../state/compiled-rule.ts';
import type { KeyedStates } from '../state/keyed-states.ts';
import { isNew, type Pane } from '../state/pane.ts';
import type { RuleState } from '../state/rule-state.ts';
import { firstJoined, reachBack } from '../state/rule-windows.ts';
import { isOfResult } from '../state/touch.ts';
import { type EpochMillis, endOfTime } from '../time.ts';
import type { Admission } from './admission.ts';
import type { ItemStore } from './item.ts';
import { loadPanes, loadPanesFrom, type PaneRequest } from './load-panes.ts';
import { dirtyPanes, isOwned, type PanePut, putDone, restorePane } from './pane-store.ts';

/** The share of an invocation's time that is kept for what was begun: little is begun later than its last fifth. */
export const reserve = 0.25;

/** Rounds of losing to others before the batch is given back to be delivered again. */
const mostRounds = 20;

/** What a batch does to one key of one rule. */
export interface Change {
  readonly rule: WindowedRule;
  readonly groups: readonly unknown[];
  state: RuleState;
  /** Of the batch, in order; cut where there was no time for the rest. */
  readonly touches: KeyedTouch[];
  /** True where events were there already: whoever put them may still be about to tell what it derived. */
  repeats: boolean;
}

export interface BatchContext {
  readonly rules: readonly (CompiledRule | WindowedRule)[];
  readonly states: KeyedStates;
  readonly store: ItemStore;
  /** Whose panes they are where a key has several: `<stream>/<shardId>`. */
  readonly writer: string;
  /** The shard whose progress is recorded in the panes; absent where events are put back. */
  readonly shard?: string;
  readonly admission: Admission;
  /** Panes that begin later were written by nobody before this process. */
  readonly horizon: EpochMillis;
  readonly now: EpochMillis;
  /** The share of the invocation's time that is left, from 1 to 0. */
  timeLeft(): number;
  /** Keeps events that were rejected before the panes are put: once a pane's progress covers them, they look like repeats. */
  letter(rejections: readonly Rejection[]): Promise<void>;
}

export class BatchFold {
  readonly #context: BatchContext;
  readonly #rejections = new Map<KeyedTouch, Rejection>();
  #lettered = 0;
  /** True where somebody else wrote panes of keys that this shard owns: the memory of the shard is not to be trusted. */
  isDoubtful = false;
  /** The lowest sequence number of what was left, for want of time. */
  unfinished: string | undefined;

  constructor(context: BatchContext) {
    this.#context = context;
  }

  get rejections(): Rejection[] {
    return [...this.#rejections.values()];
  }

  /** Why an event was not added; undefined where it was, or was there. */
  rejection(keyed: KeyedTouch): Rejection | undefined {
    return this.#rejections.get(keyed);
  }

  /** What touches do to keys, by the key's first. */
  changes(touches: readonly KeyedTouch[]): Change[] {
    const { rules, states } = this.#context;
    const changes = new Map<RuleState, Change>();
    for (const keyed of touches) {
      const rule = rules[keyed.rule];
      if (!isWindowed(rule)) continue;
      const state = states.state(rule, keyed.groups);
      const change = changes.get(state);
      if (change === undefined)
        changes.set(state, { rule, groups: state.groups, state, touches: [keyed], repeats: false });
      else change.touches.push(keyed);
    }
    return [...changes.values()];
  }

  /** Folds changes and puts what they change, as far as there is time; answers those that are put, for their alerts. */
  async apply(changes: readonly Change[]): Promise<readonly Change[]> {
    await this.#load(changes, this.#context.horizon);
    const folded: Change[] = [];
    for (const change of changes) {
      // One is always done, so that each delivery gets on.
      if (folded.length > 0 && this.#isLate()) this.#leave(change);
      else folded.push(change);
      if (folded.at(-1) === change) this.#fold(change);
    }
    const left = new Set<Change>();
    let open = folded;
    for (let lostRounds = 0; open.length > 0; ) {
      const { rejections } = this;
      if (rejections.length > this.#lettered) await this.#context.letter(rejections.slice(this.#lettered));
      this.#lettered = rejections.length;
      const { lost, rest } = await this.#put(open);
      if (lost.length > 0 && ++lostRounds === mostRounds)
        throw new Error(
          `other writers changed the same ${lost.length} keys ${mostRounds} times in a row; the batch must come again`,
        );
      open = [...new Set([...lost, ...rest])];
      if (open.length === 0 || !this.#isLate()) continue;
      for (const change of open) {
        left.add(change);
        this.#leave(change);
      }
      break;
    }
    return this.#deciding(folded.filter((change) => !left.has(change)));
  }

  /** Events that were not added decide nothing: the panes of their windows may be deleted, and their alerts stand. */
  #deciding(changes: readonly Change[]): readonly Change[] {
    if (this.#rejections.size === 0) return changes;
    return changes.flatMap((change) => {
      const touches = change.touches.filter((keyed) => !this.#rejections.has(keyed));
      return touches.length === 0 ? [] : [{ ...change, touches }];
    });
  }

  #isLate(): boolean {
    return this.#context.timeLeft() < reserve;
  }

  /** Leaves a key to the next delivery, from its first event on: what memory says of it is not put. */
  #leave({ state, touches }: Change): void {
    this.#context.states.drop(state);
    const [first] = touches;
    if (first !== undefined) this.leaveFrom(first.touch.event.sequenceNumber);
  }

  /** Leaves what comes from a sequence number on to the next delivery. */
  leaveFrom(sequenceNumber: string): void {
    if (this.unfinished === undefined || compareSequenceNumbers(sequenceNumber, this.unfinished) < 0)
      this.unfinished = sequenceNumber;
  }

  async #load(changes: readonly Change[], horizon: EpochMillis): Promise<void> {
    const single = new Map<string, PaneRequest[]>();
    const whole: { readonly state: RuleState; readonly from: EpochMillis }[] = [];
    for (const { state, rule, touches } of changes) {
      if (isOwned(rule) && (rule.joins || rule.form.closesByWindow)) {
        const from = Math.min(...touches.map(({ touch }) => reachBack(rule, touch.event.t))) as EpochMillis;
        if (from < (state.loadedFrom ?? endOfTime)) whole.push({ state, from });
        continue;
      }
      const writer = this.#writer(rule);
      const requests = single.get(writer) ?? [];
      single.set(writer, requests);
      for (const start of new Set(touches.map(({ touch }) => rule.grid.start(touch.event.t)))) {
        if (state.panes.get(start)?.stored !== undefined) continue;
        // A pane that another stream writes too may be there already, however new it is.
        if (start > horizon && !(rule.plan.writer === 'key' && !rule.plan.cacheable)) restorePane(state, start, []);
        else requests.push({ state, start });
      }
    }
    await loadPanesFrom(this.#context.store, whole, horizon);
    for (const [writer, requests] of single) await loadPanes(this.#context.store, requests, writer);
    for (const { state, rule, touches } of changes) {
      if (!isOwned(rule) || !rule.joins) continue;
      state.judgeFrom(Math.min(...touches.map(({ touch }) => firstJoined(rule, touch.event.t))) as EpochMillis);
    }
  }

  #writer({ plan }: WindowedRule): string {
    return plan.writer === 'key' ? '' : this.#context.writer;
  }

  #fold(change: Change): void {
    const { state, rule, touches } = change;
    const { admission, shard } = this.#context;
    const evaluate = isOwned(rule);
    const fresh: { readonly keyed: KeyedTouch; readonly pane: Pane }[] = [];
    let repeated: EpochMillis | undefined;
    for (const keyed of touches) {
      const { t } = keyed.touch.event;
      const start = rule.grid.start(t);
      const pane = state.panes.get(start) ?? restorePane(state, start, []);
      const isRepeat = admission.holds(state, pane, keyed);
      change.repeats ||= isRepeat;
      if (!isRepeat) fresh.push({ keyed, pane });
      else if (evaluate && !rule.joins) state.revisit(t, start);
      else repeated = Math.min(t, repeated ?? t) as EpochMillis;
    }
    if (evaluate && repeated !== undefined) state.revisit(repeated, rule.grid.start(repeated));
    for (const [i, { keyed, pane }] of fresh.entries()) {
      const { touch, record } = keyed;
      // An event out of order costs as much as its window is long: a key of many must not take all the time there is.
      const begun = fresh[i - 1]?.keyed.touch.event.sequenceNumber;
      if (begun !== undefined && begun !== touch.event.sequenceNumber && this.#isLate()) {
        touches.splice(touches.indexOf(keyed));
        this.leaveFrom(touch.event.sequenceNumber);
        break;
      }
      const refusal = admission.refusal(rule, pane, keyed);
      if (refusal !== undefined) {
        this.#rejections.set(keyed, { ...refusal, record, rule: rule.plan.name, event: touch.event.id });
        continue;
      }
      state.add(pane, touch, evaluate);
      if (pane.stored === undefined) continue;
      if (rule.plan.emit === 'final' && rule.form.closesByWindow && isNew(pane.stored))
        pane.born = admission.frontier(rule);
      pane.stored.dirty = true;
      const keepsId = shard === undefined || isOfResult(touch.event);
      if (keepsId && pane.aggregation !== undefined) pane.stored.open.named.push(touch);
    }
    if (evaluate) state.note();
  }

  /** Puts what is dirty; answers the changes that lost to another writer, and those with more to put. */
  async #put(
    changes: readonly Change[],
  ): Promise<{ readonly lost: readonly Change[]; readonly rest: readonly Change[] }> {
    const { store, shard, now, states } = this.#context;
    const puts = new Map<PanePut['item'], { readonly put: PanePut; readonly change: Change }>();
    for (const change of changes)
      for (const put of dirtyPanes(change.state, this.#writer(change.rule), shard, now))
        puts.set(put.item, { put, change });
    if (puts.size === 0) return { lost: [], rest: [] };
    const lost = new Set<Change>();
    for (const { item } of await store.put([...puts.keys()])) {
      const found = puts.get(item);
      if (found !== undefined) lost.add(found.change);
      puts.delete(item);
    }
    for (const { put } of puts.values()) putDone(put);
    if ([...lost].some(({ rule }) => isOwned(rule))) this.isDoubtful = true;
    for (const change of lost) {
      states.drop(change.state);
      change.state = states.state(change.rule, change.groups);
    }
    await this.#load([...lost], endOfTime);
    for (const change of lost) this.#fold(change);
    return { lost: [...lost], rest: [...puts.values()].flatMap(({ put, change }) => (put.rest ? [change] : [])) };
  }
}
