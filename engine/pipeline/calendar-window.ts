/** `calendar`: hours, days, weeks and months of a place. */
import { nearestName } from '../expression/nearest-name.ts';
import type { Millis } from '../time.ts';
import type { CalendarUnit, WindowDefinition } from './definition.ts';
import { formatDuration, readDuration } from './duration.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { listed } from './listed.ts';
import { readTimezone } from './timezone.ts';
import { mostPanes, sizes } from './window-sizes.ts';
import { written } from './yaml-node.ts';

const hour = 3_600_000;

/** How long a unit is at least, and at most, where clocks do not change. */
const lengths: Readonly<Record<CalendarUnit, readonly [shortest: number, longest: number]>> = {
  hour: [hour, hour],
  day: [24 * hour, 24 * hour],
  week: [168 * hour, 168 * hour],
  month: [28 * 24 * hour, 31 * 24 * hour],
};

export const calendarUnits: readonly CalendarUnit[] = ['hour', 'day', 'week', 'month'];

export function readCalendarWindow(
  report: FaultReport,
  calendar: Entry,
  { timezone: zone, every: step }: { readonly timezone?: Entry; readonly every?: Entry },
  otherwise: string,
): WindowDefinition | undefined {
  const given = written(calendar.value);
  const unit = calendarUnits.find((one) => one === given);
  const timezone = zone ? readTimezone(report, zone) : otherwise;
  if (unit === undefined) {
    const meant = given === undefined ? undefined : (otherWords[given] ?? nearestName(given, calendarUnits));
    report.error(`${calendar.code}.value`, calendar.range, `'${given ?? ''}' is no calendar unit`, {
      allowed: listed(calendarUnits),
      rewritten: meant && report.source.withReplaced(calendar.range, meant),
    });
    return undefined;
  }
  const every = step && readEvery(report, step, unit);
  if (timezone === undefined || (step && every === undefined)) return undefined;
  return { kind: 'calendar', unit, timezone, ...(every !== undefined && { every }) };
}

const otherWords: Readonly<Record<string, CalendarUnit>> = { daily: 'day' };

function readEvery(report: FaultReport, entry: Entry, unit: CalendarUnit): Millis | undefined {
  const every = readDuration(report, entry, sizes);
  if (every === undefined) return undefined;
  const [shortest, longest] = lengths[unit];
  const least = roundedUp(longest / mostPanes);
  if (every >= least && every <= shortest) return every;
  const given = written(entry.value) ?? '';
  const problem =
    every < least
      ? `a ${unit} has more than ${mostPanes} steps of ${given}`
      : `'every' is ${given}, and a ${unit} can be over before`;
  report.error(`${entry.code}.out-of-range`, entry.range, problem, {
    // Branding.
    allowed: `${formatDuration(least as Millis)} to ${formatDuration(shortest as Millis)}`,
  });
  return undefined;
}

/** To whole minutes, below one to whole seconds. */
function roundedUp(millis: number): number {
  const unit = millis > 60_000 ? 60_000 : 1_000;
  return Math.ceil(millis / unit) * unit;
}
