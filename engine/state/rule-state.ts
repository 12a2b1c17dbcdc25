/**
 * The keyed state of one rule and key: its panes, which of its windows are true, and the records of its alerts. It is
 * the same in every mode; where panes come from and go to is not its business.
 */
import { Episodes } from '../alert/episodes.ts';
import { partitionKeyOf } from '../alert/identity.ts';
import type { AlertRecord, Recorded } from '../alert/alert.ts';
import { type EpochMillis, endOfTime, largest, smallest } from '../time.ts';
import { type AlertName, eventAlertName, instantOf } from './alert-name.ts';
import { encodeGroups, type WindowedRule } from './compiled-rule.ts';
import { alertContentAt, alertsOfEvents, type Desired, episodeContent, extentsOf, isTrueAt } from './judgement.ts';
import type { KeyWindows } from './key-windows.ts';
import { KeyPanes } from './key-panes.ts';
import { emptyPane, type Pane } from './pane.ts';
import { frozenAt } from './rule-windows.ts';
import type { Touch } from './touch.ts';

const none: readonly Desired[] = [];

/** It is the panes itself, and does not refer to them: of many keys, each object is one more to be fetched from memory. */
export class RuleState extends KeyPanes {
  // In the order in which an event asks for them: those that it always does lie together in memory.
  readonly rule: WindowedRule;
  /** The state of another rule of the same key. */
  next: RuleState | undefined;
  readonly windows: KeyWindows;
  /** Of most keys nothing is told: an empty collection takes more memory than an event. */
  #episodes: Episodes | undefined;
  /** Names of windows that changed since the last `take`. */
  #touched: Set<EpochMillis> | undefined;
  readonly groups: readonly unknown[];
  #partitionKey: string | undefined;
  #records: Map<AlertName, Recorded> | undefined;
  #unread: Set<EpochMillis> | undefined;
  /** Where state comes from a table and windows join: all panes that begin from here on are in memory, */
  loadedFrom: EpochMillis | undefined;
  /** and all windows that are named from here on are judged; undefined: none. */
  judgedFrom: EpochMillis | undefined;

  constructor(rule: WindowedRule, groups: readonly unknown[]) {
    super();
    this.rule = rule;
    this.groups = groups;
    this.windows = rule.form.open(rule, this.panes);
  }

  get panes(): KeyPanes {
    return this;
  }

  /** Absent where each window is an alert of its own. */
  get episodes(): Episodes | undefined {
    const { rule } = this;
    if (rule.joins) this.#episodes ??= new Episodes(rule.plan.cooldown, [], extentsOf(rule, this.windows));
    return this.#episodes;
  }

  /** Alerts whose records are known, by name. */
  get records(): Map<AlertName, Recorded> {
    return (this.#records ??= new Map());
  }

  /** The record of an alert, where it is known. */
  recorded(name: AlertName): AlertRecord | undefined {
    return this.#records?.get(name)?.record;
  }

  /** Windows or episodes with alerts whose records stand in the table and are not known, by name. */
  get unread(): Set<EpochMillis> {
    return (this.#unread ??= new Set());
  }

  /** The partition key of the key's items, in both tables. */
  get partitionKey(): string {
    this.#partitionKey ??= partitionKeyOf(this.rule.plan, encodeGroups(this.groups));
    return this.#partitionKey;
  }

  pane(start: EpochMillis): Pane {
    const known = this.get(start);
    if (known !== undefined) return known;
    const pane = emptyPane(this.rule, start);
    this.put(pane);
    return pane;
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
    const changed = this.windows.takeChanged?.();
    if (changed !== undefined) this.tell(changed);
    else if (inOrder && this.rule.joins) this.#append(touch.event.t);
    else this.recheck(touch.event.t, pane.start);
  }

  #append(t: EpochMillis): void {
    const isTrue = isTrueAt(this, t);
    // Of a key that was never told of there are no episodes to change.
    if (isTrue || this.#episodes !== undefined) this.episodes?.append(t, isTrue);
  }

  /** Finds again which windows that hold an event time are true. */
  recheck(t: EpochMillis, paneStart: EpochMillis): void {
    const { form } = this.rule;
    if (this.rule.joins) this.evaluate(this.windows.firstChanged?.(t) ?? form.firstChanged(t), form.pastChanged(t));
    else this.windows.changed(t, paneStart, (this.#touched ??= new Set()));
  }

  /** Finds again what an event means that the pane held already: whoever put it may have died before the alerts agreed. */
  revisit(t: EpochMillis, paneStart: EpochMillis): void {
    if (this.rule.joins) this.deriveFrom(this.rule.form.firstChanged(t));
    else this.recheck(t, paneStart);
  }

  /** Finds the episodes again from a window on, and says of all from there on what should stand. */
  deriveFrom(name: EpochMillis): void {
    this.episodes?.derive(name);
    this.episodes?.touch((name - this.rule.plan.cooldown) as EpochMillis, endOfTime);
  }

  /** Judges the windows named by a time from an instant on that were not judged yet; what is there already is no change. */
  judgeFrom(from: EpochMillis): void {
    const { judgedFrom = endOfTime } = this;
    if (from >= judgedFrom) return;
    this.learn(from, judgedFrom);
    this.windows.takeChanged?.();
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
      names.filter((name) => isTrueAt(this, name)),
    );
  }

  /** The names of the alerts that a window or an episode may have. */
  alertNames(name: EpochMillis): readonly AlertName[] {
    if (!this.rule.tellsApart) return [name];
    return (this.windows.subjects?.(name) ?? []).map(({ event }) => eventAlertName(event));
  }

  /** Says finally what the windows of a pane are that a watermark has passed. */
  finish(pane: Pane, watermark: EpochMillis): void {
    const { schedule } = this.windows;
    if (schedule !== undefined) {
      const until = (watermark - (this.rule.delay ?? 0)) as EpochMillis;
      const names = schedule.endingIn(pane.start, largest([pane.told, pane.born]), until);
      const untold = names.filter((name) => !this.windows.isTold(name));
      pane.told = until;
      this.tell(untold);
      if (this.rule.plan.emit !== 'final') return;
      pane.closed = pane.end <= until && schedule.nextEnd(pane.start, until) === undefined;
      return;
    }
    pane.closed = true;
    if (this.episodes === undefined) (this.#touched ??= new Set()).add(pane.start);
    else this.evaluate(pane.start, pane.end);
  }

  /** Says what some windows are, each by its name. */
  tell(names: readonly EpochMillis[]): void {
    const first = smallest(names);
    if (first === undefined) return;
    for (const name of names) {
      if (this.episodes === undefined) (this.#touched ??= new Set()).add(name);
      else this.episodes.replace(name, (name + 1) as EpochMillis, isTrueAt(this, name) ? [name] : []);
    }
    this.episodes?.derive(first);
    this.episodes?.touch(first, largest(names));
  }

  /** When the next final result of a pane is due; undefined where none is. */
  dueAt(pane: Pane): EpochMillis | undefined {
    const { delay } = this.rule;
    if (delay === undefined || pane.closed) return undefined;
    const { schedule } = this.windows;
    const end = schedule === undefined ? pane.end : schedule.nextEnd(pane.start, largest([pane.told, pane.born]));
    return end === undefined ? undefined : ((end + delay) as EpochMillis);
  }

  /** Notes in the panes of true windows that their alerts may have records, before any has. */
  note(): void {
    for (const start of this.#touched ?? []) {
      const pane = this.panes.get(start);
      if (pane === undefined || pane.noted || !isTrueAt(this, start)) continue;
      pane.noted = true;
      if (pane.stored !== undefined) pane.stored.dirty = true;
    }
  }

  /** What should stand, of all that changed since the last call. */
  take(): readonly Desired[] {
    if (this.#touched === undefined && this.#episodes?.hasChanged !== true) return none;
    const desired: Desired[] = [];
    for (const { name, standing, first, last } of this.#episodes?.take() ?? []) {
      if (this.rule.tellsApart) {
        desired.push(...alertsOfEvents(this, last));
        continue;
      }
      desired.push({ name, content: standing ? episodeContent(this, first, last) : undefined });
    }
    for (const name of this.#touched ?? []) {
      const said = (): Desired['content'] => alertContentAt(this, name, this.windows.bounds(name));
      if (this.rule.tellsApart) desired.push(...alertsOfEvents(this, name));
      else desired.push({ name, content: isTrueAt(this, name) ? said() : undefined });
    }
    this.#touched = undefined;
    return desired;
  }

  /** Drops what no event that is still accepted can change or needs; true where nothing is left. */
  forget(watermark: EpochMillis): boolean {
    const { plan, form, joins } = this.rule;
    const frozen = frozenAt(this.rule, watermark);
    for (const pane of this.panes.values()) {
      const awaited = plan.emit === 'final' && pane.stored === undefined && this.dueAt(pane) !== undefined;
      if (awaited || !form.isForgotten(pane, frozen)) continue;
      this.panes.delete(pane.start);
    }
    this.windows.forget(frozen);
    this.#episodes?.forget(frozen);
    if (this.#records === undefined && this.#unread === undefined) return this.panes.size === 0;
    const known = joins ? new Set(this.#episodes?.all.map(({ name }) => name)) : undefined;
    const isNeeded = (name: EpochMillis): boolean => known?.has(name) ?? name >= frozen;
    for (const name of this.#records?.keys() ?? []) if (!isNeeded(instantOf(name))) this.#records?.delete(name);
    for (const name of this.#unread ?? []) if (!isNeeded(name)) this.#unread?.delete(name);
    return this.panes.size === 0;
  }
}
