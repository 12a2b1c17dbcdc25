/** Which form a rule's windows have. */
import type { WindowPlan } from '../plan/plan.ts';
import type { Millis } from '../time.ts';
import { paneGrid } from '../window/pane-grid.ts';
import type { WindowForm } from './key-windows.ts';
import { singlePaneForm } from './single-pane-windows.ts';
import { slidingForm } from './sliding-windows.ts';

/** A day on which clocks go back. */
const longestDay = (25 * 3_600_000) as Millis;
const instant = 1 as Millis;

export function windowForm(window: WindowPlan, cooldown: Millis): WindowForm {
  switch (window.kind) {
    case 'tumbling':
      return singlePaneForm(paneGrid(window, cooldown), window.size);
    case 'calendar':
      return singlePaneForm(paneGrid(window, cooldown), longestDay);
    case 'sliding':
      return slidingForm(paneGrid(window, cooldown), window.size, window.size);
    case 'instant':
      return slidingForm(paneGrid({ kind: 'sliding', size: cooldown }, cooldown), instant, 0 as Millis);
  }
}
