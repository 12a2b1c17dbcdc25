/** The streams that a rule or a table reads, and the one that a rule makes. */
import { isSeq } from 'yaml';
import type { SourceRange } from '../expression/expression.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { checkResourceName } from './name.ts';
import { rangeOf, written } from './yaml-node.ts';

/** A stream's name at the place where it is said. */
export interface StreamName {
  readonly name: string;
  readonly range: SourceRange;
}

/** `code` begins those of its faults. */
export function readFrom(report: FaultReport, entry: Entry, code = 'rule.from'): StreamName[] {
  const items = isSeq(entry.value) ? entry.value.items : [entry.value];
  if (items.length === 0)
    report.error(`${code}.empty`, entry.range, "'from' names no stream", {
      allowed: 'a stream or a list of streams',
    });
  const streams: StreamName[] = [];
  for (const item of items) {
    const name = written(item);
    const range = item && name !== undefined ? rangeOf(item) : entry.range;
    if (name === undefined)
      report.error(`${code}.value`, range, "'from' names no stream", { allowed: 'a stream or a list of streams' });
    else if (streams.some((stream) => stream.name === name))
      report.error(`${code}.twice`, range, `'${name}' stands twice in 'from'`, { allowed: 'each stream once' });
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
