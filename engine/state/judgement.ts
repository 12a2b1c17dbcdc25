/** Which windows of a key a rule is true of, and what their alerts say. */
import { compareOrder } from '../aggregate/order.ts';
import type { AlertContent } from '../alert/alert.ts';
import type { EpochMillis } from '../time.ts';
import { type AlertName, eventAlertName } from './alert-name.ts';
import { judge, windowContent, type WindowBounds, type WindowedRule } from './compiled-rule.ts';
import type { KeyWindows } from './key-windows.ts';
import type { Touch } from './touch.ts';

/** What should stand under a name; undefined: nothing. */
export interface Desired {
  /** A window's, or an episode's, or an event's. */
  readonly name: AlertName;
  readonly content: AlertContent | undefined;
}

export class Judgement {
  readonly #rule: WindowedRule;
  readonly #groups: readonly unknown[];
  readonly #windows: KeyWindows;

  constructor(rule: WindowedRule, groups: readonly unknown[], windows: KeyWindows) {
    this.#rule = rule;
    this.#groups = groups;
    this.#windows = windows;
  }

  /** Whether a window is true; one that is of events, whether it is of any of them. */
  isTrueAt(name: EpochMillis): boolean {
    const windows = this.#windows;
    if (this.#rule.plan.having === undefined) return windows.has(name);
    const results = windows.results(name);
    if (results === undefined) return false;
    const bounds = windows.bounds(name);
    const subjects = windows.subjects?.(name);
    if (subjects === undefined) return judge(this.#rule, this.#groups, results, bounds);
    return subjects.some((subject) => judge(this.#rule, this.#groups, results, bounds, subject));
  }

  /** The alerts of the events of one time, each by itself; events that two records bring under one id are one. */
  ofEvents(t: EpochMillis): Desired[] {
    const windows = this.#windows;
    const desired = new Map<AlertName, AlertContent | undefined>();
    for (const subject of windows.subjects?.(t) ?? []) {
      const name = eventAlertName(subject.event);
      if (desired.get(name) !== undefined) continue;
      desired.set(name, this.#isTrueOf(t, subject) ? this.#contentOf(t, windows.bounds(t), subject) : undefined);
    }
    return [...desired].map(([name, content]) => ({ name, content }));
  }

  /** What the alert of a true window says; of one that is of several events, for the last that it is true of. */
  content(name: EpochMillis, extent: WindowBounds): AlertContent | undefined {
    const subject = this.#windows
      .subjects?.(name)
      .filter((one) => this.#isTrueOf(name, one))
      .reduce((last, one) => (compareOrder(last.event, one.event) < 0 ? one : last));
    return this.#contentOf(name, extent, subject);
  }

  #isTrueOf(name: EpochMillis, subject: Touch): boolean {
    const results = this.#windows.results(name);
    return results !== undefined && judge(this.#rule, this.#groups, results, this.#windows.bounds(name), subject);
  }

  #contentOf(name: EpochMillis, extent: WindowBounds, subject: Touch | undefined): AlertContent | undefined {
    const rule = this.#rule;
    const windows = this.#windows;
    const results = windows.results(name);
    if (results === undefined) return undefined;
    const bounds = windows.bounds(name);
    const at = rule.plan.emit === 'final' ? bounds.end : windows.newest(name);
    const evidence = windows.evidence(name, subject);
    return windowContent(rule, this.#groups, results, { bounds, extent, at, evidence, subject });
  }
}
