/** Maps of names to expressions or texts: `groupBy`, `aggregate`, `select`, `labels`. */
import { isMap, isScalar } from 'yaml';
import type { FaultReport } from './fault-report.ts';
import { type Entry, entriesOf } from './fields.ts';
import { quotedFlowMap } from './flow-map.ts';
import { isTextScalar } from './yaml-node.ts';

/**
 * The entries of such a map. Where a flow map lost part of an expression at a comma that is reported, and the entry
 * comes back without a value: its name counts, its expression cannot be read.
 */
export function namedEntries(report: FaultReport, entry: Entry, what: string): Entry[] | undefined {
  if (isTextScalar(entry.value)) {
    reportBare(report, entry, entry.value.value, what);
    return undefined;
  }
  const entries = entriesOf(report, entry, entry.code, what);
  if (entries === undefined) return undefined;
  if (entries.length === 0) {
    report.error(`${entry.code}.empty`, entry.range, `'${entry.name}' has nothing in it`, { allowed: what });
  }
  return isMap(entry.value) && entry.value.flow === true ? rejoined(report, entry, entries) : entries;
}

/** `groupBy: event.customerId`: an expression without a name. */
function reportBare(report: FaultReport, { name, code, range }: Entry, given: string, what: string): void {
  const field = /^event(?:\.\w+)*\.(\w+)$/.exec(given)?.[1];
  report.error(`${code}.not-a-map`, range, `'${name}' needs a name for the value '${given}'`, {
    allowed: what,
    rewritten: field === undefined ? undefined : report.source.withReplaced(range, `{ ${field}: ${given} }`),
  });
}

/** True for the entries that `namedEntries` reported. */
export function isSplit(entry: Entry): boolean {
  return entry.code.endsWith('.split');
}

function rejoined(report: FaultReport, entry: Entry, entries: readonly Entry[]): Entry[] {
  const whole: Entry[] = [];
  for (const [index, part] of entries.entries()) {
    const before = whole.at(-1);
    const lost = part.value === null || (isScalar(part.value) && part.value.value === null);
    if (!lost || before === undefined || /^\w+$/.test(part.name)) {
      whole.push(part);
      continue;
    }
    // The last of the parts that YAML made of one expression reports them all.
    const next = entries[index + 1];
    const start = before.range.start;
    whole[whole.length - 1] = { ...before, code: `${entry.code}.split`, range: { start, end: part.key.end } };
    if (next !== undefined && next.value === null && !/^\w+$/.test(next.name)) continue;
    reportSplit(report, whole.at(-1) ?? part);
  }
  return whole;
}

function reportSplit(report: FaultReport, { name, range }: Entry): void {
  const { source } = report;
  const line = source.line(source.lineAt(range.start));
  report.error(
    'yaml.expression-split',
    range,
    `YAML cuts the expression of '${name}' at its comma and reads two keys`,
    {
      allowed: 'one expression a line, or the expression in single quotes',
      rewritten: source.withReplaced(range, '') === undefined ? undefined : quotedFlowMap(line),
    },
  );
}
