/**
 * A flow map of expressions as its writer meant it. YAML cuts `{ n: sum(event.total, event.x == "GB") }` at every comma
 * and bracket; a person sees that the comma is inside parentheses.
 */
import { singleQuoted } from './quoting.ts';

/** The flow map at the end of a line with each value that YAML would cut in single quotes; undefined if there is none. */
export function quotedFlowMap(line: string): string | undefined {
  const start = /(?:^|:\s+|-\s+)(\{)/d.exec(line)?.indices?.[1]?.[0];
  const end = line.lastIndexOf('}');
  if (start === undefined || end <= start) return undefined;
  const parts = separated(line.slice(start + 1, end));
  const entries = parts.map((part) => /^\s*([\w-]+):\s+(\S.*?)\s*$/s.exec(part));
  if (entries.some((entry) => entry === null)) return undefined;
  const quoted = entries.map((entry) => `${entry?.[1]}: ${quotedIfCut(entry?.[2] ?? '')}`);
  return `${line.slice(0, start)}{ ${quoted.join(', ')} }${line.slice(end + 1)}`;
}

/** Text cut at the commas that stand in no bracket and in no quotes. */
function separated(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) depth -= 1;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function quotedIfCut(value: string): string {
  if (/^'(?:[^']|'')*'$/.test(value) || /^"(?:[^"\\]|\\.)*"$/.test(value)) return value;
  return /[[\]{},"']|: | #|^[!&*|>%@`?-]/.test(value) ? singleQuoted(value) : value;
}
