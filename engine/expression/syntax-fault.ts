/** What is wrong with a text that is no expression, in the user's words. */
import type { ParseError } from '@marcbachmann/cel-js';
import type { ExpressionFault } from './expression.ts';

const replacements: ReadonlyMap<string, string> = new Map([
  ['=', '=='],
  ['&', '&&'],
  ['|', '||'],
  ['and', '&&'],
  ['AND', '&&'],
  ['or', '||'],
  ['OR', '||'],
]);

/** Words of other languages, and how it is said here. */
const phrases: ReadonlyMap<string, string> = new Map([
  ['not', '!(…), as in !(x in list)'],
  ['like', 'x.startsWith("a"), x.contains("a"), x.matches("^a.*z$")'],
  ['is', '=='],
  ['between', 'x >= 1 && x <= 5'],
]);

/** The library's parse error in the user's words, with the line as it should be where the slip is a common one. */
export function syntaxFault(source: string, error: ParseError): ExpressionFault {
  const { start, end } = error.range ?? { start: 0, end: source.length };
  const range = { start, end: Math.min(Math.max(end, start + 1), Math.max(source.length, start)) };
  const rest = source.slice(start);
  const word = /^\w+/.exec(rest)?.[0] ?? rest.slice(0, 1);
  const fault = (message: string, allowed?: string, rewritten?: string): ExpressionFault => ({
    code: 'syntax',
    message,
    range,
    ...(allowed !== undefined && { allowed }),
    ...(rewritten !== undefined && { rewritten }),
  });
  if (error.code === 'reserved_identifier') {
    return {
      ...fault(`The word ${word} is reserved in CEL.`, `event.${word} for a field of the event`),
      code: 'reserved-name',
    };
  }
  if (error.code === 'invalid_macro_argument') {
    return {
      ...fault('The first argument must be a plain name for the item.', 'event.items.exists(item, item.qty > 1)'),
      code: 'wrong-arguments',
    };
  }
  if (error.code === 'limit_exceeded') return fault('The expression is too long or too deeply nested.');
  if (rest.trim() === '') return fault('The expression ends too early.');
  const meant = replacements.get(word);
  if (meant !== undefined && error.code === 'unexpected_character') {
    // `===` is read as `==` and a stray `=`.
    const length = word === '=' && source[start - 1] === '=' ? 0 : word.length;
    const rewritten = source.slice(0, start) + (length === 0 ? '' : meant) + source.slice(start + word.length);
    return fault(`'${length === 0 ? '===' : word}' is not an operator.`, meant, rewritten);
  }
  const phrase = phrases.get(word.toLowerCase());
  if (phrase !== undefined && error.code === 'unexpected_character')
    return fault(`'${word}' is not an operator.`, phrase);
  if (/\bdistinct\s+$/i.test(source.slice(0, start)))
    return fault("'distinct' is not part of the language.", 'countDistinct(x)');
  const length = lengthOfTime(source, start);
  if (length !== undefined) {
    const call = `duration("${length.text}")`;
    const rewritten = source.slice(0, length.start) + call + source.slice(length.start + length.text.length);
    return fault(`'${length.text}' is no number.`, call, rewritten);
  }
  if (word === '`')
    return { ...fault('Names in backquotes are not part of the language.', 'event["order-id"]'), code: 'not-claimed' };
  if (word === '{' && error.code === 'unexpected_character') {
    return { ...fault('Messages are not part of the language.', 'a map: {"field": value}'), code: 'not-claimed' };
  }
  if (error.code === 'expected_token' && source[start - 1] === '.') {
    const before = source.slice(0, start - 1);
    return fault(
      `'${word}' cannot stand after a dot.`,
      `["${word}"] in its place`,
      `${before}["${word}"]${rest.slice(word.length)}`,
    );
  }
  if (error.code === 'unexpected_token' || error.code === 'expected_token' || error.code === 'unexpected_character') {
    return fault(`'${word}' is not expected here.`, expected(error.summary));
  }
  return fault(`${error.summary}.`);
}

/** A duration without its quotes, `1h30m`, of which a unit stands at `start`. */
function lengthOfTime(source: string, start: number): { readonly start: number; readonly text: string } | undefined {
  const digits = /\d+$/.exec(source.slice(0, start));
  const text = digits && /^(?:\d+(?:ms|[dhms]))+(?!\w)/.exec(source.slice(digits.index))?.[0];
  return digits && text ? { start: digits.index, text } : undefined;
}

const tokens: ReadonlyMap<string, string> = new Map([
  ['RPAREN', 'a closing )'],
  ['RBRACKET', 'a closing ]'],
  ['RBRACE', 'a closing }'],
  ['COLON', 'a :'],
  ['IDENTIFIER', 'a name'],
]);

function expected(summary: string): string | undefined {
  return tokens.get(/^Expected (\w+)/.exec(summary)?.[1] ?? '');
}
