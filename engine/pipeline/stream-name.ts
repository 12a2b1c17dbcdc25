/** The streams that a rule reads, and the one that it makes. */
import { isSeq } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { checkResourceName } from './name.ts';
import { rangeOf, written } from './yaml-node.ts';

/** A stream's name at the place where a rule says it. */
export interface StreamName {
  readonly name: string;
  readonly range: SourceRange;
}

export function readFrom(report: FaultReport, entry: Entry): StreamName[] {
  const items = isSeq(entry.value) ? entry.value.items : [entry.value];
  if (items.length === 0)
    report.error('rule.from.empty', entry.range, "'from' names no stream", {
      allowed: 'a stream or a list of streams',
    });
  const streams: StreamName[] = [];
  for (const item of items) {
    const name = written(item);
    const range = item && name !== undefined ? rangeOf(item) : entry.range;
    if (name === undefined)
      report.error('rule.from.value', range, "'from' names no stream", { allowed: 'a stream or a list of streams' });
    else if (streams.some((stream) => stream.name === name))
      report.error('rule.from.twice', range, `'${name}' stands twice in 'from'`, { allowed: 'each stream once' });
    else streams.push({ name, range });
  }
  return streams;
}

export function readInto(report: FaultReport, entry: Entry): StreamName | undefined {
  const name = written(entry.value);
  if (name === undefined) {
    report.error('rule.into.value', entry.range, "'into' names no stream", {
      allowed: 'a name for the derived stream',
    });
    return undefined;
  }
  checkResourceName(report, { name, code: entry.code, range: entry.range });
  return { name, range: entry.range };
}
