/** Which form a rule's windows have. */
import type { WindowPlan } from '../plan/plan.ts';
import type { Millis } from '../time.ts';
import { calendarGrid, longestPeriod } from '../window/calendar-grid.ts';
import { paneGrid } from '../window/pane-grid.ts';
import type { WindowForm } from './key-windows.ts';
import { cumulativeForm, hoppingForm } from './overlapping-forms.ts';
import { singlePaneForm } from './single-pane-windows.ts';
import { slidingForm } from './sliding-windows.ts';

const instant = 1 as Millis;

export function windowForm(window: WindowPlan, cooldown: Millis): WindowForm {
  switch (window.kind) {
    case 'tumbling':
      return singlePaneForm(paneGrid(window, cooldown), window.size);
    case 'hopping':
      return hoppingForm(paneGrid(window, cooldown), window.size, window.every);
    case 'calendar': {
      const periods = calendarGrid(window.unit, window.timezone);
      const longest = longestPeriod[window.unit];
      return window.every === undefined
        ? singlePaneForm(periods, longest)
        : cumulativeForm(paneGrid(window, cooldown), periods, longest);
    }
    case 'sliding':
      return slidingForm(paneGrid(window, cooldown), window.size, window.size);
    case 'instant':
      return slidingForm(paneGrid({ kind: 'sliding', size: cooldown }, cooldown), instant, 0 as Millis);
  }
}
