/** Texts with expressions in them: `Order {{ event.orderId }} leaves the UK`. */
import type { Checked, Expression, ExpressionFault, Scope, Text } from './expression.ts';
import { parseExpression } from './parse.ts';

/**
 * Cuts a text into literal parts and `{{ expression }}`; ranges of faults and nodes count from the start of the whole
 * text. Braces inside a quoted text of an expression belong to it.
 */
export function parseText(source: string, scope: Scope): Checked<Text> {
  const parts: (string | Expression)[] = [];
  const faults: ExpressionFault[] = [];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('{{', at);
    const literal = source.slice(at, open < 0 ? source.length : open);
    const stray = literal.indexOf('}}');
    if (stray >= 0) {
      const range = { start: at + stray, end: at + stray + 2 };
      faults.push({ code: 'syntax', message: "'}}' closes nothing.", allowed: '{{ before the expression', range });
    }
    if (literal !== '') parts.push(literal);
    if (open < 0) break;
    const close = closing(source, open + 2);
    if (close === undefined) {
      const range = { start: open, end: source.length };
      faults.push({ code: 'syntax', message: "'{{' is not closed.", allowed: '}} after the expression', range });
      break;
    }
    // Blanks in place of what stands before it keep the ranges those of the whole text.
    const checked = parseExpression(' '.repeat(open + 2) + source.slice(open + 2, close), scope);
    if (checked.ok) parts.push({ ...checked.value, source: source.slice(open + 2, close).trim() });
    else faults.push(...checked.faults.map((fault) => inText(fault, source, open + 2, close)));
    at = close + 2;
  }
  return faults.length === 0 ? { ok: true, value: { source, parts } } : { ok: false, faults };
}

/** A fault of one expression, its rewriting that of the whole text. */
function inText(fault: ExpressionFault, source: string, start: number, end: number): ExpressionFault {
  const range = { start: Math.max(fault.range.start, start), end: Math.max(fault.range.end, start) };
  if (fault.rewritten === undefined) return { ...fault, range };
  return { ...fault, range, rewritten: source.slice(0, start) + fault.rewritten.slice(start) + source.slice(end) };
}

/** Where the `}}` stands that closes an expression: outside of its quotes, and not the end of its own maps. */
function closing(source: string, start: number): number | undefined {
  let quote: string | undefined;
  let braces = 0;
  for (let i = start; i < source.length; i++) {
    const character = source[i];
    if (quote !== undefined) {
      if (character === '\\') i++;
      else if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') braces++;
    else if (character === '}' && braces > 0) braces--;
    else if (character === '}' && source[i + 1] === '}') return i;
  }
  return undefined;
}
