/** `window`: which events are looked at together. */
import { isMap } from 'yaml';
import type { Scope } from '../expression/expression.ts';
import { readCalendarWindow } from './calendar-window.ts';
import type { WindowDefinition } from './definition.ts';
import { readDuration } from './duration.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf, type Fields, readFields } from './fields.ts';
import { listed } from './listed.ts';
import {
  readHoppingWindow,
  readLastWindow,
  readSessionWindow,
  readTumblingWindow,
  readUntilWindow,
  sizes,
} from './window-sizes.ts';

const parts = ['offset', 'every', 'max', 'timezone', 'within'] as const;
type Part = (typeof parts)[number];

const formNames = ['tumbling', 'hopping', 'sliding', 'before', 'session', 'calendar', 'last', 'until'] as const;
type FormName = (typeof formNames)[number];

interface Form {
  readonly example: string;
  readonly takes: readonly Part[];
  readonly needs?: Part;
}

const forms: Readonly<Record<FormName, Form>> = {
  tumbling: { example: 'tumbling: 1h', takes: ['offset'] },
  hopping: { example: 'hopping: 1h, every: 5m', takes: ['every'], needs: 'every' },
  sliding: { example: 'sliding: 24h', takes: [] },
  before: { example: 'before: 365d', takes: [] },
  session: { example: 'session: 30m, max: 12h', takes: ['max'] },
  calendar: { example: 'calendar: day', takes: ['timezone', 'every'] },
  last: { example: 'last: 5, within: 1d', takes: ['within'], needs: 'within' },
  until: { example: 'until: event.expires, max: 7d', takes: ['max'], needs: 'max' },
};

export const fields = {
  tumbling: 'optional',
  hopping: 'optional',
  sliding: 'optional',
  before: 'optional',
  session: 'optional',
  calendar: 'optional',
  last: 'optional',
  until: 'optional',
  offset: 'optional',
  every: 'optional',
  max: 'optional',
  timezone: 'optional',
  within: 'optional',
} as const;

type WindowFields = Fields<typeof fields>;

const examples = `one of ${listed(Object.values(forms).map(({ example }) => example))}`;

export interface WindowReading {
  readonly definition?: WindowDefinition;
  /** The form, known even where its sizes are at fault. */
  readonly kind?: FormName;
  /** True for `before`, whose `having` sees the event itself. */
  readonly seesEvent: boolean;
}

/** `scope` is what the end of an `until` may name. */
export function readWindow(report: FaultReport, entry: Entry, timezone: string, scope: Scope): WindowReading {
  const entries = entriesOf(report, entry, 'rule.window', examples) ?? [];
  const seesEvent = entries.some(({ name }) => name === 'before');
  const given = readFields(report, entries, entry.key, { code: 'rule.window', what: 'a window' }, fields);
  const [kind, second] = formNames.filter((name) => given[name] !== undefined);
  const named = kind && given[kind];
  if (second !== undefined)
    report.error(
      'rule.window.several',
      given[second]?.key ?? entry.key,
      `A window is '${kind}' or '${second}', not both`,
      { allowed: examples },
    );
  if (isMap(entry.value) && kind === undefined && entries.every(({ name }) => parts.some((part) => part === name))) {
    report.error('rule.window.no-kind', entry.key, 'the window does not say of which kind it is', {
      allowed: examples,
    });
  }
  if (second !== undefined || kind === undefined || named === undefined) return { seesEvent };
  const fits = checkParts(report, given, kind, named);
  const definition = definitionOf(report, given, kind, named, timezone, scope);
  return { seesEvent, kind, ...(fits && definition && { definition }) };
}

/** Reports parts that belong to other forms, and one that is missing. */
function checkParts(report: FaultReport, given: WindowFields, kind: FormName, named: Entry): boolean {
  const { takes, needs, example } = forms[kind];
  for (const part of parts) {
    const field = given[part];
    if (field === undefined || takes.includes(part)) continue;
    const owners = formNames.filter((name) => forms[name].takes.includes(part));
    report.error(
      `rule.window.${part}.unused`,
      field.key,
      `'${part}' belongs to a ${listed(owners)} window, and this one is '${kind}'`,
      takes.length === 0 ? { allowed: `'${kind}' alone` } : { allowed: `${listed(takes, 'and')} beside '${kind}'` },
    );
  }
  if (needs === undefined || given[needs] !== undefined) return true;
  report.error(`rule.window.${needs}.missing`, named.key, `a window with '${kind}' needs '${needs}'`, {
    allowed: `for example: ${example}`,
  });
  return false;
}

function definitionOf(
  report: FaultReport,
  given: WindowFields,
  kind: FormName,
  named: Entry,
  timezone: string,
  scope: Scope,
): WindowDefinition | undefined {
  switch (kind) {
    case 'tumbling':
      return readTumblingWindow(report, named, given);
    case 'hopping':
      return readHoppingWindow(report, named, given);
    case 'calendar':
      return readCalendarWindow(report, named, given, timezone);
    case 'session':
      return readSessionWindow(report, named, given);
    case 'last':
      return readLastWindow(report, named, given);
    case 'until':
      return readUntilWindow(report, named, given, scope);
    case 'sliding':
    case 'before': {
      const size = readDuration(report, named, sizes);
      return size === undefined ? undefined : { kind, size };
    }
  }
}
