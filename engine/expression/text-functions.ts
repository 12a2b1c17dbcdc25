/**
 * CEL's functions of texts. Positions count characters (code points), not UTF-16 units: `"😀a".indexOf("a")` is 1.
 */
import { longestText } from './arithmetic.ts';
import { spend, stepsOfText } from './steps.ts';
import { isList } from './values.ts';

const surrogate = /[\ud800-\udfff]/;

/** The text's characters where they are not its UTF-16 units; else the text itself, which indexes alike. */
function characters(text: string): string | readonly string[] {
  return surrogate.test(text) ? Array.from(text) : text;
}

function slice(text: string | readonly string[], start: number, end: number): string {
  return typeof text === 'string' ? text.slice(start, end) : text.slice(start, end).join('');
}

/** The number of characters before a UTF-16 position; −1 stays −1. */
function position(text: string, unit: number): number {
  return unit < 0 || !surrogate.test(text) ? unit : Array.from(text.slice(0, unit)).length;
}

/** True where `value` is a whole number from 0 to `last`. */
function within(value: unknown, last: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= last;
}

/** True where both are texts and the step budget pays for looking at them. */
function searchable(text: unknown, part: unknown): text is string {
  return typeof text === 'string' && typeof part === 'string' && spend(stepsOfText(text));
}

export function contains(text: unknown, part: unknown): boolean | undefined {
  return searchable(text, part) ? text.includes(String(part)) : undefined;
}

export function startsWith(text: unknown, part: unknown): boolean | undefined {
  return searchable(text, part) ? text.startsWith(String(part)) : undefined;
}

export function endsWith(text: unknown, part: unknown): boolean | undefined {
  return searchable(text, part) ? text.endsWith(String(part)) : undefined;
}

function mapped(text: unknown, change: (text: string) => string): string | undefined {
  return typeof text === 'string' && spend(stepsOfText(text)) ? change(text) : undefined;
}

/** A to Z become a to z; other letters stay. */
export function lowerAscii(text: unknown): string | undefined {
  return mapped(text, (given) => given.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()));
}

/** a to z become A to Z; other letters stay. */
export function upperAscii(text: unknown): string | undefined {
  return mapped(text, (given) => given.replace(/[a-z]+/g, (letters) => letters.toUpperCase()));
}

/** Unicode's white space; JavaScript's own trim takes U+FEFF for it and not U+0085. */
const whiteSpace = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export function trim(text: unknown): string | undefined {
  return mapped(text, (given) => {
    let start = 0;
    let end = given.length;
    while (start < end && whiteSpace.test(given.charAt(start))) start++;
    while (end > start && whiteSpace.test(given.charAt(end - 1))) end--;
    return given.slice(start, end);
  });
}

/** From `start` to before `end`; a position outside the text is a failure. */
export function substring(text: unknown, start: unknown, ...rest: readonly unknown[]): string | undefined {
  if (typeof text !== 'string' || !spend(stepsOfText(text))) return undefined;
  const all = characters(text);
  const end = rest.length === 0 ? all.length : rest[0];
  return within(end, all.length) && within(start, end) ? slice(all, start, end) : undefined;
}

/** The character at a position, "" just after the last one. */
export function charAt(text: unknown, at: unknown): string | undefined {
  if (typeof text !== 'string' || !spend(stepsOfText(text))) return undefined;
  const all = characters(text);
  return within(at, all.length) ? slice(all, at, at + 1) : undefined;
}

/** Where `part` first stands, at `from` or after it; −1 where it does not. */
export function indexOf(text: unknown, part: unknown, ...from: readonly unknown[]): number | undefined {
  if (!searchable(text, part)) return undefined;
  const all = characters(text);
  const start = from.length === 0 ? 0 : from[0];
  if (!within(start, all.length)) return undefined;
  return position(text, text.indexOf(String(part), slice(all, 0, start).length));
}

/** Where `part` last stands, at `from` or before it; −1 where it does not. */
export function lastIndexOf(text: unknown, part: unknown, ...from: readonly unknown[]): number | undefined {
  if (!searchable(text, part)) return undefined;
  const all = characters(text);
  const start = from.length === 0 ? all.length : from[0];
  if (!within(start, all.length)) return undefined;
  return position(text, text.lastIndexOf(String(part), slice(all, 0, start).length));
}

/** Every `old` becomes `new`, or the first `limit` of them. */
export function replace(text: unknown, old: unknown, by: unknown, ...limits: readonly unknown[]): string | undefined {
  if (!searchable(text, old) || typeof old !== 'string' || typeof by !== 'string') return undefined;
  const pieces = split(
    text,
    old,
    ...limits.map((limit) => (typeof limit === 'number' && limit >= 0 ? limit + 1 : limit)),
  );
  if (pieces === undefined) return undefined;
  if (old === '' && limits.length === 0) return join(['', ...pieces, ''], by);
  return join(pieces, by);
}

/** The pieces between separators, at most `limit` of them; "" cuts into characters. */
export function split(text: unknown, separator: unknown, ...limits: readonly unknown[]): readonly string[] | undefined {
  if (!searchable(text, separator) || typeof separator !== 'string') return undefined;
  const limit = limits.length === 0 ? -1 : limits[0];
  if (typeof limit !== 'number' || !Number.isInteger(limit)) return undefined;
  if (limit === 0) return [];
  const pieces = separator === '' ? Array.from(text) : text.split(separator);
  if (!spend(pieces.length)) return undefined;
  if (limit < 0 || pieces.length <= limit) return pieces;
  return [...pieces.slice(0, limit - 1), pieces.slice(limit - 1).join(separator)];
}

/** A list of texts as one, with a separator in between. */
export function join(list: unknown, ...separators: readonly unknown[]): string | undefined {
  const separator = separators.length === 0 ? '' : separators[0];
  if (!isList(list) || typeof separator !== 'string' || !spend(list.length)) return undefined;
  let length = separator.length * list.length;
  for (const item of list) {
    if (typeof item !== 'string') return undefined;
    length += item.length;
  }
  return length <= longestText ? list.join(separator) : undefined;
}
