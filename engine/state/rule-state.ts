/**
 * The keyed state of one rule and key: its panes, which of its windows are true, and the records of its alerts. It is
 * the same in every mode; where panes come from and go to is not its business.
 */
import { Episodes } from '../alert/episodes.ts';
import { partitionKeyOf } from '../alert/identity.ts';
import type { AlertContent, AlertRecord } from '../alert/alert.ts';
import { beginningOfTime, type EpochMillis, endOfTime, type Millis } from '../time.ts';
import { Aggregation } from './aggregation.ts';
import { encodeGroups, judge, windowContent, type WindowBounds, type WindowedRule } from './compiled-rule.ts';
import type { Touch } from './touch.ts';
import { countHeld } from './key-limits.ts';
import type { Pane } from './pane.ts';
import { frozenAt, windowOf } from './rule-windows.ts';
import { SlidingLog } from './sliding-log.ts';

/** What should stand under a name; undefined: nothing. */
export interface Desired {
  /** A window's start, or an episode's name. */
  readonly name: EpochMillis;
  readonly content: AlertContent | undefined;
}

/** An alert's record with the version of its item. */
export interface Recorded {
  readonly record: AlertRecord | undefined;
  readonly version: number;
}

export class RuleState {
  readonly rule: WindowedRule;
  readonly groups: readonly unknown[];
  readonly panes = new Map<EpochMillis, Pane>();
  readonly log: SlidingLog | undefined;
  /** Absent where each window is an alert of its own. */
  readonly episodes: Episodes | undefined;
  /** Alerts whose records are known, by name. */
  readonly records = new Map<EpochMillis, Recorded>();
  /** Alerts whose records stand in the table and are not known, by name. */
  readonly unread = new Set<EpochMillis>();
  /** Where state comes from a table and windows join: all panes that begin from here on are in memory, */
  loadedFrom: EpochMillis = endOfTime;
  /** and all windows that are named from here on are judged. */
  judgedFrom: EpochMillis = endOfTime;
  #partitionKey: string | undefined;
  /** The pane that was asked for last: most events go where the one before went. */
  #last: Pane | undefined;
  /** Starts of windows that changed since the last `take`. */
  readonly #touched = new Set<EpochMillis>();

  constructor(rule: WindowedRule, groups: readonly unknown[]) {
    this.rule = rule;
    this.groups = groups;
    this.log = rule.slide === undefined ? undefined : new SlidingLog(rule.slide, () => rule.createAccumulators());
    this.episodes = rule.joins ? new Episodes(rule.plan.cooldown) : undefined;
  }

  /** The partition key of the key's items, in both tables. */
  get partitionKey(): string {
    this.#partitionKey ??= partitionKeyOf(this.rule.plan, encodeGroups(this.groups));
    return this.#partitionKey;
  }

  pane(start: EpochMillis): Pane {
    const known = this.find(start);
    if (known !== undefined) return known;
    const { rule } = this;
    const pane: Pane = { start, end: rule.grid.end(start), held: new Map(), closed: false, noted: false };
    if (rule.slide === undefined) pane.aggregation = new Aggregation(rule);
    this.panes.set(start, pane);
    this.#last = pane;
    return pane;
  }

  /** The pane that begins then, where there is one. */
  find(start: EpochMillis): Pane | undefined {
    if (this.#last?.start !== start) this.#last = this.panes.get(start);
    return this.#last;
  }

  /** Adds an event; with `evaluate`, finds which windows are true now. */
  add(pane: Pane, touch: Touch, evaluate: boolean): void {
    const inOrder = this.put(pane, touch);
    const { stored } = pane;
    if (stored !== undefined) {
      stored.open.applied = touch.event.sequenceNumber;
      if (this.rule.grows) stored.open.entries.push(touch);
      else if (stored.open.aggregation !== pane.aggregation) stored.open.aggregation?.add(touch);
    }
    if (!evaluate) return;
    if (inOrder && this.log !== undefined && this.episodes !== undefined)
      this.episodes.append(touch.event.t, this.#isTrueAt(touch.event.t));
    else this.recheck(touch.event.t, pane.start);
  }

  /** Adds an event to what the pane holds in memory; true where it is the newest of its log. */
  put(pane: Pane, touch: Touch): boolean {
    pane.aggregation?.add(touch);
    if (this.log === undefined) return false;
    countHeld(this.rule, pane, touch);
    return this.log.add(touch);
  }

  /** Finds again which windows that hold an event time are true. */
  recheck(t: EpochMillis, paneStart: EpochMillis): void {
    if (this.log === undefined) {
      this.#touched.add(paneStart);
      if (this.episodes === undefined) return;
      this.evaluate(paneStart, (paneStart + 1) as EpochMillis);
    } else this.evaluate(t, this.#reach(t));
  }

  /** Finds again what an event means that the pane held already: whoever put it may have died before the alerts agreed. */
  revisit(t: EpochMillis, paneStart: EpochMillis): void {
    if (this.episodes === undefined) {
      this.#touched.add(paneStart);
      return;
    }
    const from = this.log === undefined ? paneStart : t;
    this.episodes.derive(from);
    this.episodes.touch((from - this.rule.plan.cooldown) as EpochMillis, endOfTime);
  }

  /** Judges the windows named by a time from an instant on that were not judged yet. */
  judgeFrom(from: EpochMillis): void {
    if (from >= this.judgedFrom) return;
    this.learn(from, this.judgedFrom);
    this.judgedFrom = from;
  }

  /** Finds which windows named by a time in [from, to) are true, and the episodes with them. */
  evaluate(from: EpochMillis, to: EpochMillis): void {
    const { episodes } = this;
    if (episodes === undefined) return;
    this.learn(from, to);
    episodes.derive(from);
    episodes.touch(from, (to - 1) as EpochMillis);
  }

  /** Finds which windows named by a time in [from, to) are true; the episodes are left as they are. */
  learn(from: EpochMillis, to: EpochMillis): void {
    const times =
      this.log?.times(from, to) ??
      [...this.panes.keys()].filter((start) => start >= from && start < to).sort((a, b) => a - b);
    this.episodes?.replace(
      from,
      to,
      times.filter((time) => this.#isTrueAt(time)),
    );
  }

  /** One past the last instant whose window can hold an event time. */
  #reach(t: EpochMillis): EpochMillis {
    return (t + (this.rule.slide ?? (1 as Millis))) as EpochMillis;
  }

  #isTrueAt(time: EpochMillis): boolean {
    if (!this.rule.plan.hasHaving && this.log === undefined)
      return (this.panes.get(time)?.aggregation?.newest ?? beginningOfTime) > beginningOfTime;
    const results = this.#resultsAt(time);
    return results !== undefined && judge(this.rule, this.groups, results, windowOf(this.rule, time));
  }

  #resultsAt(time: EpochMillis): readonly unknown[] | undefined {
    if (this.log !== undefined) return this.log.resultsAt(time);
    const aggregation = this.panes.get(time)?.aggregation;
    return aggregation === undefined || aggregation.newest === Number.NEGATIVE_INFINITY
      ? undefined
      : aggregation.results();
  }

  /** Marks a window as one to emit finally. */
  finish(pane: Pane): void {
    pane.closed = true;
    if (this.log === undefined) this.recheck(pane.start, pane.start);
    else this.evaluate(pane.start, pane.end);
  }

  /** Notes in the panes of true windows that their alerts may have records, before any has. */
  note(): void {
    if (this.episodes !== undefined) return;
    for (const start of this.#touched) {
      const pane = this.panes.get(start);
      if (pane === undefined || pane.noted || !this.#isTrueAt(start)) continue;
      pane.noted = true;
      if (pane.stored !== undefined) pane.stored.dirty = true;
    }
  }

  /** What should stand, of all that changed since the last call. */
  take(): Desired[] {
    if (this.episodes !== undefined) {
      this.#touched.clear();
      return this.episodes.take().map((episode) => ({
        name: episode.name,
        content: episode.standing
          ? this.#content(episode.last, {
              start: windowOf(this.rule, episode.first).start,
              end: windowOf(this.rule, episode.last).end,
            })
          : undefined,
      }));
    }
    const desired = [...this.#touched].map((start) => ({
      name: start,
      content: this.#isTrueAt(start) ? this.#content(start, windowOf(this.rule, start)) : undefined,
    }));
    this.#touched.clear();
    return desired;
  }

  #content(time: EpochMillis, extent: WindowBounds): AlertContent | undefined {
    const results = this.#resultsAt(time);
    if (results === undefined) return undefined;
    const { rule, groups } = this;
    const bounds = windowOf(this.rule, time);
    const pane = this.panes.get(time);
    const at = rule.plan.emit === 'final' ? bounds.end : (pane?.aggregation?.newest ?? time);
    const evidence =
      this.log === undefined
        ? (pane?.aggregation?.evidence.touches ?? [])
        : this.log.evidence(time, rule.plan.evidence);
    return windowContent(rule, groups, results, { bounds, extent, at, evidence });
  }

  /** Drops what no event that is still accepted can change or needs; true where nothing is left. */
  forget(watermark: EpochMillis): boolean {
    const frozen = frozenAt(this.rule, watermark);
    const { plan } = this.rule;
    for (const [start, pane] of this.panes) {
      if (
        (this.log === undefined ? start : pane.end) >= frozen ||
        (plan.emit === 'final' && !pane.closed && pane.stored === undefined)
      )
        continue;
      this.panes.delete(start);
      this.#last = undefined;
      if (this.episodes === undefined) for (const names of [this.records, this.unread]) names.delete(start);
    }
    this.log?.forget(frozen);
    if (this.episodes !== undefined) {
      this.episodes.forget(frozen);
      const known = new Set(this.episodes.all.map(({ name }) => name));
      for (const names of [this.records, this.unread])
        for (const name of names.keys()) if (!known.has(name)) names.delete(name);
    }
    return this.panes.size === 0;
  }
}
