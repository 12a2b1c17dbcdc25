import type { Fault } from '../../../engine/fault.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';

/** A pipeline around the lines of one rule. Its own lines are 1 to 8; the rule's begin at line 9. */
export function pipelineWith(rule: string): string {
  const lines = rule.replace(/^\n|\n *$/g, '').split('\n');
  const indent = /^ */.exec(lines[0] ?? '')?.[0].length ?? 0;
  const body = lines.map((line) => (line === '' ? '' : `    ${line.slice(indent)}`));
  return `${head}${body.join('\n')}\n`;
}

const head = `pipeline: p
params: { limit: 500 }
streams:
  orders:
    partitionKey: event.customerId
    eventId: event.id
rules:
  r:
`;

/** A fault as `line:column-endColumn code`, short enough to compare. */
export function brief({ code, place }: Fault): string {
  const end = place.endLine === place.line ? `${place.endColumn}` : `${place.endLine}:${place.endColumn}`;
  return `${place.line}:${place.column}-${end} ${code}`;
}

export function faultsOf(text: string): readonly Fault[] {
  return readPipeline(text).faults;
}

export function briefly(text: string): string[] {
  return faultsOf(text).map(brief);
}
