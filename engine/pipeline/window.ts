/** `window`: which events are looked at together. */
import { isMap } from 'yaml';
import { nearestName } from '../expression/nearest-name.ts';
import type { Millis } from '../time.ts';
import type { WindowDefinition } from './definition.ts';
import { type DurationBounds, formatDuration, readDuration } from './duration.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, type Fields, readFields, reportNotYet } from './fields.ts';
import { written } from './yaml-node.ts';

export const fields = {
  tumbling: 'optional',
  sliding: 'optional',
  calendar: 'optional',
  offset: 'optional',
  timezone: 'optional',
  hopping: 'not-yet',
  session: 'not-yet',
  before: 'not-yet',
  last: 'not-yet',
  until: 'not-yet',
  every: 'not-yet',
  max: 'not-yet',
  within: 'not-yet',
} as const;

type WindowFields = Fields<typeof fields>;

const forms = "one of 'tumbling: 1h', 'sliding: 24h' and 'calendar: day'";
/** Shorter windows would be a pane for every event; longer ones outlive what Kinesis can replay. */
const sizes: DurationBounds = { atLeast: 1_000 as Millis, atMost: (366 * 86_400_000) as Millis }; // Branding.
export const calendarUnits = ['hour', 'day', 'week', 'month'];

export interface WindowReading {
  readonly definition?: WindowDefinition;
  /** True for `before`, whose `having` sees the event itself. */
  readonly seesEvent: boolean;
}

export function readWindow(report: FaultReport, entry: Entry, timezone: string): WindowReading {
  const entries = entriesOf(report, entry, 'rule.window', forms) ?? [];
  const seesEvent = entries.some(({ name }) => name === 'before');
  const given = readFields(report, entries, entry.key, { code: 'rule.window', what: 'a window' }, fields);
  const kinds = [given.tumbling, given.sliding, given.calendar].filter((kind) => kind !== undefined);
  const [kind, second] = kinds;
  if (second)
    report.error('rule.window.several', second.key, `A window is '${kind?.name}' or '${second.name}', not both`, {
      allowed: forms,
    });
  if (
    isMap(entry.value) &&
    kinds.length === 0 &&
    entries.every(({ name }) => name === 'offset' || name === 'timezone')
  ) {
    report.error('rule.window.no-kind', entry.key, 'the window does not say of which kind it is', { allowed: forms });
  }
  if (second || kind === undefined) return { seesEvent };
  for (const [name, owner] of [
    ['offset', 'tumbling'],
    ['timezone', 'calendar'],
  ] as const) {
    const field = given[name];
    if (field && kind.name !== owner)
      report.error(
        `rule.window.${name}.unused`,
        field.key,
        `'${name}' belongs to a '${owner}' window, and this one is '${kind.name}'`,
      );
  }
  const definition = windowOf(report, given, timezone);
  return { seesEvent, ...(definition && { definition }) };
}

function windowOf(
  report: FaultReport,
  { tumbling, sliding, calendar, ...given }: WindowFields,
  timezone: string,
): WindowDefinition | undefined {
  if (calendar) return calendarWindow(report, calendar, given.timezone, timezone);
  const sized = tumbling ?? sliding;
  const size = sized && readDuration(report, sized, sizes);
  if (size === undefined) return undefined;
  if (sliding) return { kind: 'sliding', size };
  const offset = given.offset
    ? readDuration(report, given.offset, { atLeast: 0 as Millis, atMost: sizes.atMost })
    : (0 as Millis); // Branding.
  if (offset === undefined) return undefined;
  if (offset < size) return { kind: 'tumbling', size, offset };
  report.error(
    'rule.window.offset.out-of-range',
    given.offset?.range ?? { start: 0, end: 0 },
    'the offset is as long as the window or longer',
    { allowed: `less than ${formatDuration(size)}` },
  );
  return undefined;
}

function calendarWindow(
  report: FaultReport,
  calendar: Entry,
  zone: Entry | undefined,
  otherwise: string,
): WindowDefinition | undefined {
  const unit = written(calendar.value);
  const timezone = zone ? readTimezone(report, zone) : otherwise;
  if (unit === 'day') return timezone === undefined ? undefined : { kind: 'calendar', unit, timezone };
  if (unit !== undefined && calendarUnits.includes(unit)) {
    reportNotYet(report, calendar.code, calendar.range, `'calendar: ${unit}'`, "'calendar: day'");
    return undefined;
  }
  const meant = unit !== undefined ? nearestName(unit, calendarUnits) : undefined;
  report.error(`${calendar.code}.value`, calendar.range, `'${unit ?? ''}' is no calendar unit`, {
    allowed: "'day'",
    rewritten: meant && report.source.withReplaced(calendar.range, meant),
  });
  return undefined;
}

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
