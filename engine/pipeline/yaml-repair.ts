/**
 * The line that the user most likely meant where YAML cannot read the one that stands there. A proposal is only made if
 * YAML can then read it: the reader tries it. With the line repaired it reads on, so that all faults come at once.
 */
import { quotedFlowMap } from './flow-map.ts';
import { singleQuoted } from './quoting.ts';

const keyAndValue = /^(\s*(?:- )*(?:[\w.-]+|"[^"]*"|'[^']*')\s*:\s+)(\S.*?)\s*$/;

/**
 * Lines to try in place of a line that YAML cannot read, the likeliest first. `neighbours` are the lines around it that
 * are not empty.
 */
export function repairs(line: string, neighbours: readonly string[]): string[] {
  const found = [line.replace(/^[ \t]+/, (indent) => indent.replaceAll('\t', '  '))];
  for (const neighbour of neighbours) found.push((/^ */.exec(neighbour)?.[0] ?? '') + line.trimStart());
  const flowMap = quotedFlowMap(line);
  if (flowMap !== undefined) found.push(flowMap);
  if (line.split('{').length > line.split('}').length) found.push(`${line} }`);
  const value = keyAndValue.exec(line);
  if (value) found.push(...quotedValues(value[1] ?? '', value[2] ?? ''));
  const glued = /^(\s*(?:- )*[\w-]+):(\S.*)$/.exec(line);
  if (glued) found.push(`${glued[1]}: ${glued[2]}`);
  found.push(line.replace(/^(\s*)- /, '$1'));
  const noColon = /^(\s*)([A-Za-z][\w-]*) (\S.*)$/.exec(line);
  if (noColon) found.push(`${noColon[1]}${noColon[2]}: ${noColon[3]}`);
  return found.filter((candidate) => candidate !== line);
}

/** The line with its whole value in single quotes; undefined where it has no `key: value`. */
export function quotedLine(line: string): string | undefined {
  const value = keyAndValue.exec(line);
  return value ? (value[1] ?? '') + singleQuoted(value[2] ?? '') : undefined;
}

function quotedValues(key: string, value: string): string[] {
  const found: string[] = [];
  // A quote that was opened and never closed.
  if (/^"[^"]*$/.test(value)) found.push(`${key}${value}"`);
  if (/^'[^']*$/.test(value)) found.push(`${key}${value}'`);
  // An escape that double quotes do not have.
  if (/^".*"$/.test(value)) found.push(key + singleQuoted(value.slice(1, -1).replaceAll('\\"', '"')));
  // An apostrophe in single quotes.
  if (/^'.*'$/.test(value)) found.push(key + singleQuoted(value.slice(1, -1)));
  const [, before, comment] = /^(.*?\S)(\s+#.*)$/.exec(value) ?? [];
  if (before !== undefined && comment !== undefined) found.push(key + singleQuoted(before) + comment);
  found.push(key + singleQuoted(value));
  return found;
}

/** Where each character of the repaired line stands in the line as it was. */
export function repairedColumns(repaired: string, original: string): number[] {
  const columns: number[] = [];
  let at = 0;
  for (const char of repaired.split('')) {
    // A tab that became two spaces has no like; what follows it falls into step again at the first equal character.
    if (char !== original[at] && original[at] === '\t' && char !== ' ') while (original[at] === '\t') at += 1;
    columns.push(Math.min(at, Math.max(0, original.length - 1)));
    if (char === original[at]) at += 1;
  }
  columns.push(original.length);
  return columns;
}
