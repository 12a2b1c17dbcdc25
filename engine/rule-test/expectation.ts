/** What a test expects: alerts that stand, events that are late or invalid. */
import { severities } from '../pipeline/definition.ts';
import { readChoice } from '../pipeline/choice.ts';
import { type Entry, entriesOf, readFields } from '../pipeline/fields.ts';
import type { EpochMillis } from '../time.ts';
import { type Context, reportUnknownName } from './context.ts';
import type { ExpectedAlert, ExpectedAlerts, ExpectedRejection } from './definition.ts';
import { readInstant } from './instant.ts';
import { readList, readMap, readWhole, readWord } from './value.ts';

const alertFields = {
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

const windowFields = { start: 'optional', end: 'optional' } as const;

const rejectionFields = { stream: 'optional', rule: 'optional', reason: 'optional', event: 'optional' } as const;

const statuses = ['open', 'amended', 'withdrawn'] as const;

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
      rule: given.rule && readAlertRule(context, given.rule, about),
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

/** A rule that can have alerts, and that the case looks at. */
function readAlertRule(context: Context, entry: Entry, about: readonly string[] | undefined): string | undefined {
  const name = readRuleName(context, entry);
  if (name === undefined) return undefined;
  const { report } = context;
  if (context.pipeline.rules.find((rule) => rule.name === name)?.alert === undefined) {
    report.error(`${entry.code}.no-alert`, entry.range, `the rule '${name}' makes events, not alerts`, {
      allowed: 'a rule with an alert',
    });
  } else if (about?.includes(name) === false) {
    report.error(`${entry.code}.left-out`, entry.range, `the rule '${name}' is not among the case's 'rules'`, {
      allowed: `'rules' with ${name} in it, or no 'rules' for all of them`,
    });
  }
  return name;
}

/** The name of a rule; undefined, with a fault, where the pipeline has none of this name. */
export function readRuleName(context: Context, entry: Entry): string | undefined {
  const { report, pipeline } = context;
  const name = readWord(report, entry, 'the name of a rule');
  if (name === undefined) return undefined;
  const rule = pipeline.rules.find((one) => one.name === name);
  if (rule === undefined) {
    const known = pipeline.rules.map((one) => one.name);
    reportUnknownName(context, { code: `${entry.code}.unknown-rule`, what: 'rule', name, range: entry.range }, known);
    return undefined;
  }
  if (rule.mode === 'off') {
    report.error(`${entry.code}.off`, entry.range, `the rule '${name}' is off: it never runs`, {
      allowed: "a rule whose mode is 'live' or 'shadow'",
    });
  }
  return name;
}

export function readExpectedRejections(context: Context, entry: Entry): ExpectedRejection[] {
  const { report, pipeline } = context;
  const example = `a list of rejected events, for example [] or [{ event: e1, reason: "part of the reason" }]`;
  return (readList(report, entry, example) ?? []).flatMap((item) => {
    const entries = entriesOf(report, item, item.code, 'a map of fields, for example { event: e1 }');
    if (entries === undefined) return [];
    const level = { code: 'test.rejection', what: 'a rejected event' };
    const given = readFields(report, entries, item.key, level, rejectionFields);
    const text = (field: Entry | undefined) => field && readWord(report, field, 'a text');
    const stream = text(given.stream);
    const streams = pipeline.streams.map(({ name }) => name);
    if (given.stream && stream !== undefined && !streams.includes(stream)) {
      const { range } = given.stream;
      reportUnknownName(
        context,
        { code: 'test.rejection.stream.unknown', what: 'stream', name: stream, range },
        streams,
      );
    }
    const rule = given.rule && readRuleName(context, given.rule);
    return [
      {
        place: report.source.place(item.key),
        ...defined({ stream, rule, reason: text(given.reason), event: text(given.event) }),
      },
    ];
  });
}

/** The fields of an object that have a value. */
function defined<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  // Nothing but undefined is left out, and that is what the type says.
  // eslint-disable-next-line no-restricted-syntax
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
