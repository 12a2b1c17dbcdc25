/** What a test expects of alerts: those that stand at a moment. */
import { severities } from '../pipeline/definition.ts';
import { readChoice } from '../pipeline/choice.ts';
import { type Entry, entriesOf, readFields } from '../pipeline/fields.ts';
import type { EpochMillis } from '../time.ts';
import type { Context } from './context.ts';
import { defined, type ExpectedAlert, type ExpectedAlerts } from './definition.ts';
import { readInstant } from './instant.ts';
import { readRuleWith } from './rule-name.ts';
import { readList, readMap, readWhole, readWord } from './value.ts';

export const alertFields = {
  rule: 'optional',
  status: 'optional',
  revision: 'optional',
  severity: 'optional',
  title: 'optional',
  description: 'optional',
  labels: 'optional',
  key: 'optional',
  values: 'optional',
  window: 'optional',
  at: 'optional',
  events: 'optional',
} as const;

export const windowFields = { start: 'optional', end: 'optional' } as const;

export const statuses = ['open', 'amended', 'withdrawn'] as const;

/** `about`: the rules whose alerts the case looks at. */
export function readExpectedAlerts(context: Context, entry: Entry, about?: readonly string[]): ExpectedAlerts {
  const { report } = context;
  const items = readList(
    report,
    entry,
    'a list of alerts, for example [] or [{ rule: my-rule, key: { customer: c1 } }]',
  );
  const alerts = (items ?? []).flatMap((item) => readExpectedAlert(context, item, about) ?? []);
  return { place: report.source.place(entry.key), alerts };
}

function readExpectedAlert(context: Context, item: Entry, about?: readonly string[]): ExpectedAlert | undefined {
  const { report } = context;
  const entries = entriesOf(report, item, item.code, 'a map of fields, for example { rule: my-rule }');
  if (entries === undefined) return undefined;
  const given = readFields(report, entries, item.key, { code: 'test.alert', what: 'an expected alert' }, alertFields);
  if (entries.length === 0) {
    report.error('test.alert.empty', item.key, 'this fits any alert', {
      allowed: 'one field or more, for example: rule',
    });
  }
  const text = (entry: Entry | undefined) => entry && readWord(report, entry, 'a text');
  const map = (entry: Entry | undefined) => entry && readMap(report, entry, 'a map of names to values');
  const events = given.events && readList(report, given.events, 'a list of ids of events, oldest first');
  return {
    place: report.source.place(item.key),
    ...defined({
      rule: given.rule && readRuleWith(context, given.rule, 'alert', about),
      status: given.status && readChoice(report, given.status, statuses),
      revision: given.revision && readWhole(report, given.revision),
      severity: given.severity && readChoice(report, given.severity, severities),
      title: text(given.title),
      description: text(given.description),
      labels: map(given.labels),
      key: map(given.key),
      values: map(given.values),
      window: given.window && readWindow(context, given.window),
      at: given.at && readInstant(context, given.at),
      events: events?.flatMap((event) => readWord(report, event, 'ids of events') ?? []),
    }),
  };
}

function readWindow(context: Context, entry: Entry): { start?: EpochMillis; end?: EpochMillis } | undefined {
  const entries = entriesOf(context.report, entry, entry.code, "a map with 'start' and 'end'");
  if (entries === undefined) return undefined;
  const level = { code: 'test.alert.window', what: 'a window' };
  const given = readFields(context.report, entries, entry.key, level, windowFields);
  return defined({
    start: given.start && readInstant(context, given.start),
    end: given.end && readInstant(context, given.end),
  });
}
