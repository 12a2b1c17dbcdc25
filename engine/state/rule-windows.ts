/** How far back events still reach. */
import type { EpochMillis } from '../time.ts';
import type { WindowedRule } from './compiled-rule.ts';

/** Before this nothing is changed or needed by an event that is still accepted. */
export function frozenAt({ plan, form }: WindowedRule, watermark: EpochMillis): EpochMillis {
  return (watermark - plan.allowedLateness - plan.cooldown - form.reach) as EpochMillis;
}

/** The first window that has a part in the episode of a window that an event at `t` changes. */
export function firstJoined(rule: WindowedRule, t: EpochMillis): EpochMillis {
  return joinedTo(rule, rule.form.firstChanged(t));
}

/** The first window that may be joined to one. */
export function joinedTo({ form, plan }: WindowedRule, name: EpochMillis): EpochMillis {
  return (name - plan.cooldown - form.longest) as EpochMillis;
}

/** The earliest instant whose events decide over a window that an event at `t` changes, or over its episode. */
export function reachBack(rule: WindowedRule, t: EpochMillis): EpochMillis {
  return rule.form.since(firstJoined(rule, t));
}
