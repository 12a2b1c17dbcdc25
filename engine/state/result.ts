/**
 * A final result of a window as an event of a derived stream. Its id names rule, key and window, so that it is the same
 * whoever tells it and however often; its time is the last instant of the window, or that of its last event.
 */
import type { Json } from '../aggregate/value.ts';
import { alertId } from '../alert/identity.ts';
import type { AlertContent } from '../alert/alert.ts';
import { type AlertName, alertSortKey } from './alert-name.ts';
import type { EpochMillis } from '../time.ts';
import { tellsOfEvents } from '../plan/plan.ts';
import type { WindowedRule } from './compiled-rule.ts';

export interface Result extends Pick<AlertContent, 'key' | 'window' | 'partial' | 'approximate' | 'tooLarge'> {
  readonly rule: string;
  readonly stream: string;
  readonly id: string;
  readonly at: EpochMillis;
  readonly value: AlertContent['values'];
  /** True where its rule is in shadow. */
  readonly isShadow: boolean;
}

/** `pk` is the partition key of the key's items. */
export function resultOf(rule: WindowedRule, pk: string, name: AlertName, content: AlertContent): Result {
  const { key, window, partial, values, at, approximate, tooLarge } = content;
  return {
    rule: rule.plan.name,
    stream: rule.plan.into ?? '',
    id: alertId(pk, alertSortKey(name)),
    at: endsBefore(rule) ? ((at - 1) as EpochMillis) : at,
    key,
    window,
    value: rule.plan.passesOn === true ? passedOn(values) : values,
    partial,
    ...(approximate && { approximate }),
    ...(tooLarge && { tooLarge }),
    isShadow: !rule.plan.live,
  };
}

function passedOn(values: AlertContent['values']): AlertContent['values'] {
  const [event = null] = Object.values(values);
  return event === null || typeof event !== 'object' || isList(event) ? {} : event;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** True where a window does not hold the instant that it ends at; others end with an event, and hold it. */
function endsBefore(rule: WindowedRule): boolean {
  return isToldAtItsEnd(rule) && !tellsOfEvents(rule.window);
}

function isToldAtItsEnd({ form }: WindowedRule): boolean {
  return form.closesByWindow || form.isNamedByPane;
}

/**
 * The watermark of a rule's results, where its windows are frozen up to `frontier` and all results up to there are told:
 * those to come are no older.
 */
export function resultsUpTo(rule: WindowedRule, frontier: EpochMillis): EpochMillis {
  const { window } = rule;
  // At the end of time there is no other.
  if (!Number.isFinite(frontier)) return frontier;
  // An event that is as far from the last as the gap still goes on with it: a session is over an instant after its end.
  if (window.kind === 'session') return (frontier - 1) as EpochMillis;
  if (isToldAtItsEnd(rule)) return frontier;
  // What ends with an event is told when its pane is over; and an event that some windows to come hold is still let in.
  const held = rule.form.lastEnd(frontier, rule.grid.start(frontier)) - frontier;
  return rule.grid.start((frontier - held) as EpochMillis);
}
