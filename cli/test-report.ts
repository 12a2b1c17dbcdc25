/** The result of rule tests as a person reads it: which cases pass, and of those that fail how near they came. */
import { stripVTControlCharacters } from 'node:util';
import type pc from 'picocolors';
import { canonicalJson, isoTime, type Json } from '../engine/aggregate/value.ts';
import type { AlertRecord } from '../engine/alert/alert.ts';
import { alertMessage } from '../engine/alert/message.ts';
import { durationWords } from '../engine/expression/time-text.ts';
import type { DerivedEvent } from '../engine/run/in-memory-run.ts';
import type { CaseResult, ExplainedFailure } from '../engine/rule-test/case-result.ts';
import type { JsonMap, RuleTest } from '../engine/rule-test/definition.ts';
import { type Difference, expectedJson } from '../engine/rule-test/difference.ts';
import type { Explanation } from '../engine/rule-test/explanation.ts';
import type { Rejected } from '../engine/rule-test/run.ts';

type Colours = ReturnType<typeof pc.createColors>;

export interface ReportContext {
  /** The pipeline's name. */
  readonly pipeline: string;
  readonly test: RuleTest;
  readonly paint: Colours;
}

/** One line where the case passes; below it whatever the user should know. */
export function caseReport(result: CaseResult, context: ReportContext): string {
  const { paint } = context;
  const { testCase, failures } = result;
  const passes = failures.length === 0;
  const explained = new Set(failures.flatMap(({ explanation }) => explanation?.rejected ?? []));
  const notes = result.unmentioned.filter((rejected) => !explained.has(rejected));
  const name = visible(testCase.name);
  return [
    passes ? `  ${paint.green('✓')} ${name}` : `  ${paint.red('✗')} ${paint.bold(name)}`,
    ...failures.flatMap((failure) => indented(failureLines(failure, result, context), 6)),
    ...notes.map((rejected) => `      ${paint.yellow('note')} ${rejectedText(rejected)}`),
  ].join('\n');
}

function failureLines(
  { failure, explanation }: ExplainedFailure,
  { testCase, moments }: CaseResult,
  context: ReportContext,
): string[] {
  const { paint, test } = context;
  const title = (line: number, words: string): string => `${paint.bold(`line ${line}`)}: ${paint.red(words)}`;
  switch (failure.kind) {
    case 'missing-alert': {
      const { expected, nearest } = failure;
      const when = failure.moment === moments - 1 ? 'at the end' : 'at this step';
      const fields = Object.entries(expectedJson(expected)).map(([name, value]) => `  ${name}: ${shown(value, test)}`);
      const heading = title(expected.place.line, `this is expected ${when}, and does not stand`);
      if (nearest === undefined) return [heading, ...fields, ...explanationLines(explanation, context)];
      return [
        heading,
        ...fields,
        'the nearest that stands differs in',
        ...differenceLines(nearest.differences, context),
        'it reads',
        ...messageLines(nearest.found, context),
      ];
    }
    case 'unexpected-alert': {
      const last = failure.moment === moments - 1;
      const when = last ? 'at the end' : 'at this step';
      const line = expectLine(testCase, failure.moment);
      return [title(line, `this stands ${when}, and is not expected`), ...messageLines(failure.alert, context)];
    }
    case 'missing-event': {
      const { expected, nearest } = failure;
      return [
        title(expected.place.line, 'this event is expected, and no rule makes it'),
        ...Object.entries(expectedJson(expected)).map(([name, value]) => `  ${name}: ${shown(value, test)}`),
        ...(nearest === undefined
          ? ['no event that rules make is left to compare it with']
          : [
              'the nearest that a rule makes differs in',
              ...differenceLines(nearest.differences, context),
              'it reads',
              `  ${derivedText(nearest.found)}`,
            ]),
      ];
    }
    case 'unexpected-event':
      return [
        title(testCase.place.line, `${failure.event.rule} makes this event, and it is not expected`),
        `  ${derivedText(failure.event)}`,
      ];
    case 'missing-rejection': {
      const { nearest, as } = failure;
      const { place, ...fields } = failure.expected;
      return [
        title(place.line, `this event is expected to be ${as}, and none is`),
        ...Object.entries(fields).map(([name, value]) => `  ${name}: ${shown(value, test)}`),
        ...(nearest === undefined
          ? []
          : [
              `the nearest that is ${as} differs in`,
              ...differenceLines(nearest.differences, context),
              'it reads',
              `  ${rejectedText(nearest.found)}`,
            ]),
      ];
    }
    case 'unexpected-rejection':
      return [
        title(testCase.place.line, `this event is not expected to be ${failure.rejected.kind}`),
        `  ${rejectedText(failure.rejected)}`,
      ];
  }
}

/** The line of the `expect` that asked. */
function expectLine({ steps, expect }: CaseResult['testCase'], moment: number): number {
  const asked = steps.flatMap((step) => (step.kind === 'expect' ? [step.expect] : []));
  return (asked[moment] ?? expect).place.line;
}

function differenceLines(found: readonly Difference[], { paint, test }: ReportContext): string[] {
  const width = Math.max(...found.map(({ field }) => field.length));
  return found.map(({ field, expected, actual }) => {
    const is = actual === undefined ? 'is not there' : `is ${paint.red(shown(actual, test))}`;
    return `  ${visible(field).padEnd(width)}  expected ${paint.green(shown(expected, test))}, ${is}`;
  });
}

function explanationLines(explanation: Explanation | undefined, context: ReportContext): string[] {
  if (explanation === undefined) return ['nothing that stands is left to compare it with'];
  const { rule, sent, taken, window, where, having, final, predicateFailures, revisions, rejected } = explanation;
  const lines = [`nothing ${revisions.length === 0 ? '' : 'else '}of ${rule} stands`];
  if (taken.length > 0)
    lines.push(`  it took ${taken.length} of ${counted(sent, 'event')}: ${taken.map(visible).join(', ')}`);
  else if (sent === 0) lines.push('  no event was sent to its streams');
  else
    lines.push(`  it took none of ${counted(sent, 'event')}${where === undefined ? '' : `; where: ${visible(where)}`}`);
  lines.push(...rejected.map((one) => `  ${rejectedText(one)}`));
  if (predicateFailures > 0) {
    lines.push(
      `  a predicate of it failed ${counted(predicateFailures, 'time')}, and so did not match: a field is missing or of another type`,
    );
  }
  if (window !== undefined) {
    lines.push(`  the window that comes nearest: ${windowText(window)}`);
    if (having !== undefined) lines.push(`  it needs having: ${visible(having)}`);
    if (final) lines.push('  it speaks of a window once the watermark has passed its end and allowedLateness');
  }
  const gone = new Set(revisions.filter(({ status }) => status === 'withdrawn').map(({ id }) => id));
  const story = revisions.filter(({ id }) => gone.has(id));
  if (story.length > 0) lines.push('  what it said before');
  for (const { revision, status, content } of story) {
    lines.push(
      `    revision ${revision} at ${shown(isoTime(content.at), context.test)}: ${status}: ${visible(content.title)}`,
    );
  }
  return lines;
}

function windowText({ content: { key, window, values } }: AlertRecord): string {
  const span = window === undefined ? [] : [`${isoTime(window.start)} to ${isoTime(window.end)}`];
  return [pairs(key), ...span, pairs(values)].filter((part) => part !== '').join(' · ');
}

function pairs(map: JsonMap): string {
  return Object.entries(map)
    .map(([name, value]) => `${visible(name)} ${visible(canonicalJson(value))}`)
    .join(', ');
}

/** The alert as it comes by email, without its id, which says nothing here. */
function messageLines(alert: AlertRecord, { pipeline, paint }: ReportContext): string[] {
  const text = alertMessage(pipeline, alert).text.replace(/\n\nAlert [0-9a-f]+, revision \d+$/, '');
  return text.split('\n').map((line) => `  ${paint.dim('|')} ${visible(line)}`.trimEnd());
}

function derivedText({ stream, id, at, value }: DerivedEvent): string {
  return `${isoTime(at)}  ${stream} ${visible(id)}  ${pairs(value)}`;
}

function rejectedText({ kind, record, rule, eventId, reason }: Rejected): string {
  const place = rule === undefined ? record.stream : `${record.stream} for ${rule}`;
  return visible(`${kind}: ${eventId === undefined ? 'an event' : eventId} of ${place}: ${reason}`);
}

/** A value as it stands in the file; a time also by its distance from the start. */
function shown(value: Json, { start }: RuleTest): string {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) {
    return `${value} (${durationWords(Date.parse(value) - start)})`;
  }
  return visible(canonicalJson(value));
}

function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => (line === '' ? '' : `${' '.repeat(by)}${line}`));
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** Text out of files and events, without what a terminal would act on. */
function visible(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
