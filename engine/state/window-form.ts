/** Which form a rule's windows have. */
import type { RulePlan, WindowPlan } from '../plan/plan.ts';
import type { Millis } from '../time.ts';
import { calendarGrid, longestPeriod } from '../window/calendar-grid.ts';
import { paneGrid } from '../window/pane-grid.ts';
import { beforeForm } from './before-windows.ts';
import { sessionChain, untilChain } from './chain-log.ts';
import { chainForm } from './chain-windows.ts';
import { joinForm } from './join-windows.ts';
import type { WindowForm } from './key-windows.ts';
import { cumulativeForm, hoppingForm } from './overlapping-forms.ts';
import { finalSequenceForm } from './match-closings.ts';
import { finalJoinForm } from './pair-closings.ts';
import { sequenceForm } from './sequence-windows.ts';
import { singlePaneForm } from './single-pane-windows.ts';
import { slidingForm } from './sliding-windows.ts';

const instant = 1 as Millis;

export interface WindowedPlan extends Pick<RulePlan, 'cooldown' | 'emit' | 'accumulators'> {
  readonly window: WindowPlan;
}

export function windowForm({ window, cooldown, emit, accumulators }: WindowedPlan): WindowForm {
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
      return slidingForm(paneGrid(window, cooldown), { size: window.size, shown: window.size });
    case 'before':
      return beforeForm(paneGrid(window, cooldown), window.size);
    case 'session':
      return chainForm(paneGrid(window, cooldown), sessionChain(window.gap, window.max), emit);
    case 'until':
      return chainForm(
        paneGrid(window, cooldown),
        untilChain(window.max, accumulators.length, window.shows ?? 'newest'),
        emit,
      );
    case 'sequence':
      return (emit === 'final' ? finalSequenceForm : sequenceForm)(paneGrid(window, cooldown), window);
    case 'join':
      return (emit === 'final' ? finalJoinForm : joinForm)(paneGrid(window, cooldown), window);
    case 'last': {
      const { count: most, within } = window;
      return slidingForm(paneGrid(window, cooldown), { size: within, shown: within, most });
    }
    case 'instant':
      return slidingForm(paneGrid({ kind: 'sliding', size: cooldown }, cooldown), {
        size: instant,
        shown: 0 as Millis,
      });
  }
}
