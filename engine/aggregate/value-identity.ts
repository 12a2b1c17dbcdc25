/** What tells a value from others, as a short text. */
import { shortHash } from '../alert/identity.ts';
import { jsonSize } from './json-size.ts';
import { canonicalJson, encodeValue } from './value.ts';

/** Bytes as JSON. A longer text is hashed. */
const longestIdentity = 26;

/** `1` and `"1"` differ, 1 and 1.0 do not; lists and maps are told apart by what they hold. */
export function valueIdentity(value: unknown): string {
  const text = typeof value === 'string' ? `t${value}` : `j${canonicalJson(encodeValue(value))}`;
  const isShort = text.length < longestIdentity && jsonSize(text) <= longestIdentity;
  return isShort ? text : `#${shortHash(text)}`;
}
