/** `timezone`: where days and hours are those of a place. */
import { nearestName } from '../expression/nearest-name.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { written } from './yaml-node.ts';

/** An IANA name (https://www.iana.org/time-zones) that this machine knows. */
export function readTimezone(report: FaultReport, entry: Entry): string | undefined {
  const zone = written(entry.value);
  if (zone !== undefined && isTimezone(zone)) return zone;
  const known = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const meant = zone !== undefined ? nearestName(zone.replaceAll(' ', '_'), known) : undefined;
  report.error(
    `${entry.code}.unknown`,
    entry.range,
    `'${zone ?? ''}' is no time zone${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
    {
      allowed: "an IANA name such as 'Europe/London', or 'UTC'",
      rewritten: meant && report.source.withReplaced(entry.range, meant),
    },
  );
  return undefined;
}

function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}
