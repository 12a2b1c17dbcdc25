/** What a test expects of events: those that rules make, and those that are late or invalid. */
import { type Entry, entriesOf, readFields } from '../pipeline/fields.ts';
import { type Context, reportUnknownName } from './context.ts';
import { defined, type ExpectedEvent, type ExpectedRejection } from './definition.ts';
import { readInstant } from './instant.ts';
import { readRuleName, readRuleWith } from './rule-name.ts';
import { readList, readMap, readWord } from './value.ts';

export const eventFields = {
  stream: 'optional',
  rule: 'optional',
  id: 'optional',
  at: 'optional',
  value: 'optional',
} as const;

export const rejectionFields = { stream: 'optional', rule: 'optional', reason: 'optional', event: 'optional' } as const;

export function readExpectedEvents(context: Context, entry: Entry, about?: readonly string[]): ExpectedEvent[] {
  const { report, pipeline } = context;
  const example = 'a list of events, for example [] or [{ stream: my-stream, value: { total: 5 } }]';
  const made = [...new Set(pipeline.rules.flatMap(({ into }) => into ?? []))];
  return (readList(report, entry, example) ?? []).flatMap((item) => {
    const entries = entriesOf(report, item, item.code, 'a map of fields, for example { stream: my-stream }');
    if (entries === undefined) return [];
    const level = { code: 'test.event', what: 'an expected event' };
    const given = readFields(report, entries, item.key, level, eventFields);
    if (entries.length === 0) {
      report.error('test.event.empty', item.key, 'this fits any event', {
        allowed: 'one field or more, for example: stream',
      });
    }
    return [
      {
        place: report.source.place(item.key),
        ...defined({
          stream: given.stream && readStream(context, given.stream, made),
          rule: given.rule && readRuleWith(context, given.rule, 'into', about),
          id: given.id && readWord(report, given.id, 'a text'),
          at: given.at && readInstant(context, given.at),
          value: given.value && readMap(report, given.value, 'a map of names to values'),
        }),
      },
    ];
  });
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
    const streams = pipeline.streams.map(({ name }) => name);
    const stream = given.stream && readStream(context, given.stream, streams);
    const rule = given.rule && readRuleName(context, given.rule);
    return [
      {
        place: report.source.place(item.key),
        ...defined({ stream, rule, reason: text(given.reason), event: text(given.event) }),
      },
    ];
  });
}

function readStream(context: Context, entry: Entry, known: readonly string[]): string | undefined {
  const name = readWord(context.report, entry, 'the name of a stream');
  if (name !== undefined && !known.includes(name)) {
    const given = { code: `${entry.code}.unknown`, what: 'stream', name, range: entry.range };
    reportUnknownName(context, given, known);
  }
  return name;
}
