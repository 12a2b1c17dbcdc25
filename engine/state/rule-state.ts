/**
 * The keyed state of one rule and key: its panes, which of its windows are true, and the records of its alerts. It is
 * the same in every mode; where panes come from and go to is not its business.
 */
import { Episodes } from '../alert/episodes.ts';
import { partitionKeyOf } from '../alert/identity.ts';
import type { AlertContent, AlertRecord } from '../alert/alert.ts';
import { type EpochMillis, endOfTime, largest } from '../time.ts';
import { encodeGroups, judge, windowContent, type WindowBounds, type WindowedRule } from './compiled-rule.ts';
import type { KeyWindows } from './key-windows.ts';
import { emptyPane, type Pane } from './pane.ts';
import { frozenAt } from './rule-windows.ts';
import type { Touch } from './touch.ts';

/** What should stand under a name; undefined: nothing. */
export interface Desired {
  /** A window's, or an episode's. */
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
  readonly windows: KeyWindows;
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
  /** Names of windows that changed since the last `take`. */
  readonly #touched = new Set<EpochMillis>();

  constructor(rule: WindowedRule, groups: readonly unknown[]) {
    this.rule = rule;
    this.groups = groups;
    this.windows = rule.form.open(rule, this.panes);
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
    const pane = emptyPane(this.rule, start);
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
    const inOrder = this.windows.add(pane, touch);
    const { stored } = pane;
    if (stored !== undefined) {
      stored.open.applied = touch.event.sequenceNumber;
      if (this.rule.grows) stored.open.entries.push(touch);
      else if (stored.open.aggregation !== pane.aggregation) stored.open.aggregation?.add(touch);
    }
    if (!evaluate) return;
    if (inOrder && this.episodes !== undefined) this.episodes.append(touch.event.t, this.#isTrueAt(touch.event.t));
    else this.recheck(touch.event.t, pane.start);
  }

  /** Finds again which windows that hold an event time are true. */
  recheck(t: EpochMillis, paneStart: EpochMillis): void {
    const { form } = this.rule;
    if (this.episodes === undefined) this.windows.changed(t, paneStart, this.#touched);
    else this.evaluate(form.firstChanged(t), form.pastChanged(t));
  }

  /** Finds again what an event means that the pane held already: whoever put it may have died before the alerts agreed. */
  revisit(t: EpochMillis, paneStart: EpochMillis): void {
    if (this.episodes === undefined) {
      this.windows.changed(t, paneStart, this.#touched);
      return;
    }
    this.deriveFrom(this.rule.form.firstChanged(t));
  }

  /** Finds the episodes again from a window on, and says of all from there on what should stand. */
  deriveFrom(name: EpochMillis): void {
    this.episodes?.derive(name);
    this.episodes?.touch((name - this.rule.plan.cooldown) as EpochMillis, endOfTime);
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
    const names = this.windows.names(from, to);
    this.episodes?.replace(
      from,
      to,
      names.filter((name) => this.#isTrueAt(name)),
    );
  }

  #isTrueAt(name: EpochMillis): boolean {
    const { rule, windows } = this;
    if (rule.plan.having === undefined) return windows.has(name);
    const results = windows.results(name);
    return results !== undefined && judge(rule, this.groups, results, windows.bounds(name));
  }

  /** Says finally what the windows of a pane are that a watermark has passed. */
  finish(pane: Pane, watermark: EpochMillis): void {
    const { form, plan } = this.rule;
    if (form.overlaps !== undefined) {
      const until = (watermark - plan.allowedLateness) as EpochMillis;
      const names = form.overlaps.endingIn(pane.start, largest([pane.told, pane.born]), until);
      this.tell(names.filter((name) => !this.windows.isTold(name)));
      pane.told = until;
      pane.closed = form.overlaps.nextEnd(pane.start, until) === undefined;
      return;
    }
    pane.closed = true;
    if (this.episodes === undefined) this.#touched.add(pane.start);
    else this.evaluate(pane.start, pane.end);
  }

  /** Says finally what some windows are, by their names in order. */
  tell(names: readonly EpochMillis[]): void {
    const [first] = names;
    const last = names.at(-1);
    if (first === undefined || last === undefined) return;
    for (const name of names) {
      if (this.episodes === undefined) this.#touched.add(name);
      else this.episodes.replace(name, (name + 1) as EpochMillis, this.#isTrueAt(name) ? [name] : []);
    }
    this.episodes?.derive(first);
    this.episodes?.touch(first, last);
  }

  /** When the next final result of a pane is due; undefined where none is. */
  dueAt(pane: Pane): EpochMillis | undefined {
    const { form, plan } = this.rule;
    if (plan.emit !== 'final' || pane.closed) return undefined;
    const end =
      form.overlaps === undefined ? pane.end : form.overlaps.nextEnd(pane.start, largest([pane.told, pane.born]));
    return end === undefined ? undefined : ((end + plan.allowedLateness) as EpochMillis);
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
    const desired: Desired[] = [];
    for (const { name, standing, first, last } of this.episodes?.take() ?? []) {
      const extent = { start: this.windows.bounds(first).start, end: this.windows.bounds(last).end };
      desired.push({ name, content: standing ? this.#content(last, extent) : undefined });
    }
    if (this.episodes === undefined) {
      for (const name of this.#touched) {
        const content = this.#isTrueAt(name) ? this.#content(name, this.windows.bounds(name)) : undefined;
        desired.push({ name, content });
      }
    }
    this.#touched.clear();
    return desired;
  }

  #content(name: EpochMillis, extent: WindowBounds): AlertContent | undefined {
    const { rule, groups, windows } = this;
    const results = windows.results(name);
    if (results === undefined) return undefined;
    const bounds = windows.bounds(name);
    const at = rule.plan.emit === 'final' ? bounds.end : windows.newest(name);
    return windowContent(rule, groups, results, { bounds, extent, at, evidence: windows.evidence(name) });
  }

  /** Drops what no event that is still accepted can change or needs; true where nothing is left. */
  forget(watermark: EpochMillis): boolean {
    const frozen = frozenAt(this.rule, watermark);
    const { plan } = this.rule;
    for (const [start, pane] of this.panes) {
      if (
        !this.rule.form.isForgotten(pane, frozen) ||
        (plan.emit === 'final' && !pane.closed && pane.stored === undefined)
      )
        continue;
      this.panes.delete(start);
      this.#last = undefined;
      if (this.episodes === undefined) for (const names of [this.records, this.unread]) names.delete(start);
    }
    this.windows.forget(frozen);
    if (this.episodes !== undefined) {
      this.episodes.forget(frozen);
      const known = new Set(this.episodes.all.map(({ name }) => name));
      for (const names of [this.records, this.unread])
        for (const name of names.keys()) if (!known.has(name)) names.delete(name);
    }
    return this.panes.size === 0;
  }
}
