/** Which window a time names, and how far back events still reach. */
import type { EpochMillis } from '../time.ts';
import type { WindowBounds, WindowedRule } from './compiled-rule.ts';

/** A day on which clocks go back. */
const longestDay = 25 * 3_600_000;

/** The window that a time names: it ends there where windows slide, else it starts there. */
export function windowOf({ slide, grid, window }: WindowedRule, time: EpochMillis): WindowBounds {
  if (slide === undefined) return { start: time, end: grid.end(time) };
  return { start: (window.kind === 'instant' ? time : time - slide) as EpochMillis, end: time };
}

/** Before this nothing is changed or needed by an event that is still accepted. */
export function frozenAt({ plan, slide, window }: WindowedRule, watermark: EpochMillis): EpochMillis {
  const reach = slide !== undefined ? 2 * slide : window.kind === 'tumbling' ? window.size : longestDay;
  return (watermark - plan.allowedLateness - plan.cooldown - reach) as EpochMillis;
}

/** The earliest instant whose events decide over a window that an event at `t` changes, or over its episode. */
export function reachBack({ grid, plan, slide }: WindowedRule, t: EpochMillis): EpochMillis {
  return (slide === undefined ? grid.start(t) - plan.cooldown : t - plan.cooldown - slide) as EpochMillis;
}
