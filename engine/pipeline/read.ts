/**
 * Reads a pipeline file. All faults of the file are found at once, each at its line and column; what the language has but
 * Weir cannot run yet is refused there with a code that ends in `.not-yet`, never ignored.
 */
import type { Fault } from '../fault.ts';
import type { PipelineDefinition } from './definition.ts';
import { type Entry, type FieldTable, mapEntries, readFields } from './fields.ts';
import type { FaultReport } from './fault-report.ts';
import { checkLinks } from './links.ts';
import { checkResourceName } from './name.ts';
import { readParams } from './params.ts';
import { readRules } from './rule.ts';
import type { Files } from './schema.ts';
import { paramType } from './scope.ts';
import { readStreams } from './stream.ts';
import { readTables } from './table.ts';
import { readTimezone } from './timezone.ts';
import { readYaml, type YamlFile } from './yaml-document.ts';
import { written } from './yaml-node.ts';

export const fields = {
  pipeline: { example: 'pipeline: retail' },
  timezone: 'optional',
  params: 'optional',
  streams: { example: 'streams: { orders: { partitionKey: event.customerId } }' },
  tables: 'optional',
  rules: { example: 'rules: { … }, a map of rules by name' },
} as const satisfies FieldTable;

export interface ReadOptions {
  /** Values in place of the file's own, as text, from the command line or the deployment. */
  readonly params?: Readonly<Record<string, string>>;
  /** Gives the text of a schema or CSV file; without it such a file is a fault. */
  readonly files?: Files;
}

export interface PipelineReading {
  /** Present where no fault is an error. */
  readonly definition?: PipelineDefinition;
  /** In the order of the file. */
  readonly faults: readonly Fault[];
}

/** Reads and checks the text of a pipeline file. Never throws, whatever the text. */
export function readPipeline(
  text: string,
  { params = {}, files = () => undefined }: ReadOptions = {},
): PipelineReading {
  const file = readYaml(text.replace(/^\uFEFF/, ''));
  const definition = file.root && readRoot(file.report, mapEntries(file.root, 'pipeline'), params, files);
  const faults = inOrder(withoutUnread(file));
  const isValid = faults.every(({ severity }) => severity !== 'error');
  return { ...(definition && isValid && { definition }), faults };
}

function readRoot(
  report: FaultReport,
  entries: readonly Entry[],
  overrides: Readonly<Record<string, string>>,
  files: Files,
): PipelineDefinition | undefined {
  const whole = entries[0]?.key ?? { start: 0, end: 0 };
  const given = readFields(report, entries, whole, { code: 'pipeline', what: 'a pipeline file' }, fields);
  const name = given.pipeline && readName(report, given.pipeline);
  const timezone = given.timezone ? readTimezone(report, given.timezone) : 'UTC';
  const params = readParams(report, given.params, overrides, whole);
  const paramTypes = new Map([...params].map(([param, value]) => [param, paramType(value)]));
  const streams = given.streams ? readStreams(report, given.streams, paramTypes, files) : [];
  const tables = given.tables ? readTables(report, given.tables, params, files) : [];
  const context = {
    params: paramTypes,
    tables: new Map(tables.map((table) => [table.name, table.shape])),
    timezone: timezone ?? 'UTC',
  };
  const rules = given.rules ? readRules(report, given.rules, context) : [];
  checkLinks(report, streams, tables, rules);
  if (name === undefined || timezone === undefined) return undefined;
  return {
    name,
    timezone,
    params: Object.fromEntries(params),
    streams: streams.flatMap(({ definition }) => definition ?? []),
    tables: tables.flatMap(({ definition }) => definition ?? []),
    rules: rules.flatMap(({ definition }) => definition ?? []),
  };
}

function readName(report: FaultReport, entry: Entry): string | undefined {
  const name = written(entry.value) ?? '';
  return checkResourceName(report, { ...entry, name, code: 'pipeline.name' }) ? name : undefined;
}

/** From a line on that could not be read, and of what is said to be missing, nothing is known. */
function withoutUnread({ report, unreadFrom = Number.POSITIVE_INFINITY }: YamlFile): Fault[] {
  return report.faults.filter(({ code, place, file }) => {
    if (code.startsWith('yaml.') || file !== undefined || unreadFrom === Number.POSITIVE_INFINITY) return true;
    return place.line < unreadFrom && !/\.(?:missing|no-result|unknown-stream|empty|none)$/.test(code);
  });
}

function inOrder(faults: readonly Fault[]): Fault[] {
  return [...faults].sort((one, other) => {
    if ((one.file ?? '') !== (other.file ?? '')) return (one.file ?? '') < (other.file ?? '') ? -1 : 1;
    return one.place.line - other.place.line || one.place.column - other.place.column;
  });
}
