/** A stream's `schema`: inline in the pipeline file, or a file beside it. */
import { isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { schemaFaults } from './json-schema.ts';
import { readYaml } from './yaml-document.ts';
import { rangeOf } from './yaml-node.ts';

/** Gives the text of a file that is named relative to the pipeline file; undefined where it cannot be read. */
export type Files = (relativePath: string) => string | undefined;

export function readSchema(report: FaultReport, entry: Entry, files: Files): object | undefined {
  if (isMap(entry.value)) return checkedSchema(report, entry.value, report);
  const path = isScalar(entry.value) ? entry.value.value : undefined;
  if (typeof path !== 'string') {
    report.error('stream.schema.value', entry.range, "'schema' is neither a file nor a JSON Schema", {
      allowed: 'the path of a JSON Schema file, relative to the pipeline file, or the schema itself',
    });
    return undefined;
  }
  const text = files(path);
  if (text === undefined) {
    report.error('stream.schema.no-file', entry.range, `the schema file '${path}' cannot be read`, {
      allowed: 'the path of a JSON Schema file, relative to the pipeline file',
    });
    return undefined;
  }
  // YAML holds JSON, and its reader knows the place of everything.
  const file = readYaml(text, path);
  if (file.report.faults.length > 0) report.faults.push(...file.report.faults);
  return file.root && file.report.faults.length === 0 ? checkedSchema(file.report, file.root, report) : undefined;
}

function checkedSchema(file: FaultReport, root: YAMLMap.Parsed, report: FaultReport): object | undefined {
  const schema: unknown = root.toJSON();
  if (typeof schema !== 'object' || schema === null) return undefined;
  const faults = schemaFaults(schema);
  for (const { message, path } of faults)
    file.error('stream.schema.invalid', file.source.inFirstLine(placeOf(root, path)), message);
  if (file !== report) report.faults.push(...file.faults);
  return faults.length === 0 ? schema : undefined;
}

/** The key at the end of a path, or the item of a list, as far as the path leads. */
function placeOf(root: ParsedNode, path: readonly string[]): SourceRange {
  let node = root;
  let range = rangeOf(root);
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.source === part) : undefined;
    const next = isSeq(node) ? node.items[Number(part)] : pair?.value;
    const place = pair?.key ?? next;
    if (!place) break;
    range = rangeOf(place);
    if (!next) break;
    node = next;
  }
  return range;
}
