/** Which windows of a key a rule is true of, and what their alerts say. */
import { compareOrder } from '../aggregate/order.ts';
import type { AlertContent } from '../alert/alert.ts';
import type { Extents } from '../alert/episodes.ts';
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

/** What is judged: a key's windows. */
interface Judged {
  readonly rule: WindowedRule;
  readonly groups: readonly unknown[];
  readonly windows: KeyWindows;
}

interface Episodic extends Judged {
  /** Up to when it was told what follows from what did not come. */
  readonly told: EpochMillis;
}

/** Where windows lie, for those that are not named by their last instant. */
export function extentsOf({ form: { longest } }: WindowedRule, windows: KeyWindows): Extents | undefined {
  if (longest === 0) return undefined;
  return { longest, last: (name) => (windows.bounds(name).end - 1) as EpochMillis };
}

/** Whether a window is true; one that is of events, whether it is of any of them. */
export function isTrueAt(judged: Judged, name: EpochMillis): boolean {
  const { rule, groups, windows } = judged;
  if (rule.plan.having === undefined) return windows.has(name);
  if (windows.lacks?.(rule.plan.fewest) === true) return false;
  const subjects = windows.subjects?.(name);
  if (subjects !== undefined) return subjects.some((subject) => isTrueOf(judged, name, subject));
  const results = windows.results(name);
  return results !== undefined && judge(rule, groups, results, windows.bounds(name));
}

/** The alerts of the events of one time, each by itself; events that two records bring under one id are one. */
export function alertsOfEvents(judged: Judged, t: EpochMillis): Desired[] {
  const { windows } = judged;
  const desired = new Map<AlertName, AlertContent | undefined>();
  for (const subject of windows.subjects?.(t) ?? []) {
    const name = eventAlertName(subject.event);
    if (desired.get(name) !== undefined || windows.isUndecided?.(subject) === true) continue;
    desired.set(
      name,
      isTrueOf(judged, t, subject) ? contentOf(judged, t, windows.bounds(t, subject), subject) : undefined,
    );
  }
  return [...desired].map(([name, content]) => ({ name, content }));
}

/** What the alert of a true window says; of one that is of several events, for the last that it is true of. */
export function alertContentAt(judged: Judged, name: EpochMillis, extent: WindowBounds): AlertContent | undefined {
  const subject = judged.windows
    .subjects?.(name)
    .filter((one) => isTrueOf(judged, name, one))
    .reduce((last, one) => (compareOrder(last.event, one.event) < 0 ? one : last));
  return contentOf(judged, name, extent, subject);
}

/** What the alert of an episode says: what its last window says, and how far it goes. */
export function episodeContent(judged: Episodic, first: EpochMillis, last: EpochMillis): AlertContent | undefined {
  const { rule, windows } = judged;
  const content = alertContentAt(judged, last, { start: windows.bounds(first).start, end: windows.bounds(last).end });
  if (content === undefined || rule.form.namesOf !== undefined) return content;
  return { ...content, joined: { first, last, ...(windows.schedule !== undefined && { told: judged.told }) } };
}

function isTrueOf({ rule, groups, windows }: Judged, name: EpochMillis, subject: Touch): boolean {
  const results = windows.results(name, subject);
  return results !== undefined && judge(rule, groups, results, windows.bounds(name, subject), subject);
}

function contentOf(
  { rule, groups, windows }: Judged,
  name: EpochMillis,
  extent: WindowBounds,
  subject: Touch | undefined,
): AlertContent | undefined {
  const results = windows.results(name, subject);
  if (results === undefined) return undefined;
  const bounds = windows.bounds(name, subject);
  const showsFirst = rule.window.kind === 'until' && rule.window.shows === 'first';
  const at = rule.plan.emit === 'final' && !showsFirst ? bounds.end : windows.newest(name, subject);
  const evidence = windows.evidence(name, subject);
  return windowContent(rule, groups, results, { bounds, extent, at, evidence, subject });
}
