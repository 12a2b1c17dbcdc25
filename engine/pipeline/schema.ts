/** A stream's `schema`: inline in the pipeline file, or a file beside it. */
import { isMap, isScalar, type ParsedNode, type YAMLMap } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';
import type { FaultReport } from './fault-report.ts';
import { type Entry, rangeOf } from './fields.ts';
import { schemaFaults } from './json-schema.ts';
import { readYaml } from './yaml-document.ts';

/** Gives the text of a file that is named relative to the pipeline file; undefined where it cannot be read. */
export type Files = (relativePath: string) => string | undefined;

export function readSchema(report: FaultReport, entry: Entry, files: Files): object | undefined {
  if (isMap(entry.value)) return checkedSchema(report, entry.value, report, entry.range);
  const path = isScalar(entry.value) ? entry.value.value : undefined;
  if (typeof path !== 'string') {
    report.error('stream.schema.value', entry.range, "'schema' is neither a file nor a JSON Schema", { allowed: 'the path of a JSON Schema file, relative to the pipeline file, or the schema itself' });
    return undefined;
  }
  const text = files(path);
  if (text === undefined) {
    report.error('stream.schema.no-file', entry.range, `the schema file '${path}' cannot be read`, { allowed: 'the path of a JSON Schema file, relative to the pipeline file' });
    return undefined;
  }
  // YAML holds JSON, and its reader knows the place of everything.
  const file = readYaml(text, path);
  if (file.report.faults.length > 0) report.faults.push(...file.report.faults);
  return file.root && file.report.faults.length === 0 ? checkedSchema(file.report, file.root, report, entry.range) : undefined;
}

function checkedSchema(file: FaultReport, root: YAMLMap, report: FaultReport, range: SourceRange): object | undefined {
  const schema: unknown = root.toJSON();
  if (typeof schema !== 'object' || schema === null) return undefined;
  const faults = schemaFaults(schema);
  for (const { message, path } of faults) file.error('stream.schema.invalid', placeOf(root, path) ?? range, message);
  if (file !== report) report.faults.push(...file.faults);
  return faults.length === 0 ? schema : undefined;
}

/** The key at the end of a path; a list's item; or how far the path leads. */
function placeOf(root: YAMLMap, path: readonly string[]): SourceRange | undefined {
  const parent = path.length > 1 ? root.getIn(path.slice(0, -1), true) : root;
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1)) : undefined;
  const node = (pair?.key ?? root.getIn(path, true) ?? root) as ParsedNode; // The reader gives every node its range.
  return node.range ? firstPart(rangeOf(node)) : undefined;
}

function firstPart(range: SourceRange): SourceRange {
  return { start: range.start, end: Math.min(range.end, range.start + 40) };
}
