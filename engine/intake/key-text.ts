import { plain } from '../aggregate/value.ts';

/** A partition key as producers send it: text as it is, anything else as JSON. */
export function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  const shown = plain(key);
  return typeof shown === 'string' ? shown : JSON.stringify(shown);
}
