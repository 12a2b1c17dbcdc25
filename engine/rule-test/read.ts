/**
 * Reads a test file beside its pipeline. All faults are found at once, each at its line and column, as those of a
 * pipeline file are.
 */
import type { Fault } from '../fault.ts';
import type { PipelineDefinition } from '../pipeline/definition.ts';
import { type Entry, entriesOf, mapEntries, readFields } from '../pipeline/fields.ts';
import { readYaml } from '../pipeline/yaml-document.ts';
import { written } from '../pipeline/yaml-node.ts';
import type { EpochMillis } from '../time.ts';
import type { Context } from './context.ts';
import type { RuleTest, TestCase } from './definition.ts';
import { readExpectedAlerts } from './expectation.ts';
import { readExpectedEvents, readExpectedRejections } from './expected-events.ts';
import { readRuleName } from './rule-name.ts';
import { readDate } from './instant.ts';
import { readSteps } from './steps.ts';
import { readTestTables } from './tables.ts';
import { readFlag, readList, readWord } from './value.ts';

export const fileFields = {
  start: { example: 'start: 2026-03-02T09:00:00Z' },
  tables: 'optional',
  cases: { example: 'cases: [ … ], a list of cases' },
} as const;

export const caseFields = {
  name: { example: 'name: three orders in a day open one alert' },
  rules: 'optional',
  steps: { example: 'steps: [{ at: 0s, orders: { id: e1 } }]' },
  expect: { example: 'expect: [], where nothing must stand at the end' },
  expectEvents: 'optional',
  expectLate: 'optional',
  expectInvalid: 'optional',
  flush: 'optional',
} as const;

export interface TestReading {
  /** Present where no fault is an error. */
  readonly test?: RuleTest;
  /** In the order of the file. */
  readonly faults: readonly Fault[];
}

/** Reads and checks the text of a test file. Never throws, whatever the text. */
export function readRuleTest(text: string, pipeline: PipelineDefinition): TestReading {
  const { report, root, unreadFrom = Number.POSITIVE_INFINITY } = readYaml(text.replace(/^\uFEFF/, ''));
  const test = root && readRoot(mapEntries(root, 'test'), { report, pipeline, start: 0 as EpochMillis });
  const faults = report.faults
    // Behind what cannot be read nothing is known, and of what is missing neither.
    .filter(
      ({ code, place }) =>
        unreadFrom === Number.POSITIVE_INFINITY ||
        code.startsWith('yaml.') ||
        (place.line < unreadFrom && !code.endsWith('.missing')),
    )
    .map((fault) =>
      /^yaml\.(?:empty|not-a-map)$/.test(fault.code) ? { ...fault, allowed: "a map with 'start' and 'cases'" } : fault,
    )
    .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  const isValid = faults.every(({ severity }) => severity !== 'error');
  return { ...(test && isValid && { test }), faults };
}

function readRoot(entries: readonly Entry[], without: Context): RuleTest | undefined {
  const { report } = without;
  const whole = entries[0]?.key ?? { start: 0, end: 0 };
  const given = readFields(report, entries, whole, { code: 'test', what: 'a test file' }, fileFields);
  const start = given.start && readDate(report, given.start, written(given.start.value) ?? '');
  const context = { ...without, ...(start !== undefined && { start }) };
  const tables = given.tables && readTestTables(context, given.tables);
  const items = given.cases && readList(report, given.cases, 'a list of cases, each with a name, steps and expect');
  if (given.cases && items?.length === 0) {
    report.error('test.cases.empty', given.cases.range, "'cases' has nothing in it", { allowed: 'one case or more' });
  }
  const names = new Set<string>();
  const cases = (items ?? []).flatMap((item) => readCase(context, item, names) ?? []);
  return start === undefined ? undefined : { start, ...(tables && { tables }), cases };
}

function readCase(context: Context, item: Entry, names: Set<string>): TestCase | undefined {
  const { report } = context;
  const entries = entriesOf(report, item, 'test.case', "a map with 'name', 'steps' and 'expect'");
  if (entries === undefined) return undefined;
  const given = readFields(report, entries, item.key, { code: 'test.case', what: 'a case' }, caseFields);
  const name = given.name && readWord(report, given.name, 'a text that says what must be');
  if (given.name && name !== undefined && names.has(name)) {
    report.error('test.case.name.twice', given.name.range, 'this is the name of another case', {
      allowed: 'each name once',
    });
  }
  if (name !== undefined) names.add(name);
  const rules = given.rules && readRules(context, given.rules);
  const steps = given.steps && readSteps(context, given.steps, rules);
  const expect = given.expect && readExpectedAlerts(context, given.expect, rules);
  const expectEvents = given.expectEvents && readExpectedEvents(context, given.expectEvents, rules);
  const expectLate = given.expectLate && readExpectedRejections(context, given.expectLate);
  const expectInvalid = given.expectInvalid && readExpectedRejections(context, given.expectInvalid);
  const flush = given.flush ? readFlag(report, given.flush) : true;
  if (given.name === undefined || name === undefined || !steps || !expect || flush === undefined) return undefined;
  return {
    name,
    place: report.source.place(given.name.range),
    ...(rules && { rules }),
    steps,
    expect,
    ...(expectEvents && { expectEvents }),
    ...(expectLate && { expectLate }),
    ...(expectInvalid && { expectInvalid }),
    flush,
  };
}

function readRules(context: Context, entry: Entry): string[] {
  const items = readList(context.report, entry, 'a list of names of rules');
  if (items?.length === 0) {
    context.report.error('test.case.rules.empty', entry.range, "'rules' has nothing in it", {
      allowed: "names of rules; without 'rules' the case is about all of them",
    });
  }
  return (items ?? []).flatMap((item) => readRuleName(context, item) ?? []);
}
