/** Names that are the same in every mode, and in whichever order state is found: keys of items, ids of alerts. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { utf8Size } from '../aggregate/json-size.ts';
import { canonicalJson, type Json } from '../aggregate/value.ts';

/** A hash of a text, 20 hexadecimal digits of SHA-256. */
export function shortHash(text: string): string {
  return bytesToHex(sha256(utf8Bytes(text)).subarray(0, 10));
}

/** Names are short and nearly always ASCII: the platform's encoder costs more for them than the hash does. */
function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return utf8ToBytes(text);
    bytes[i] = code;
  }
  return bytes;
}

const longestKey = 1024;

/**
 * The partition key of a rule's items for one group key. The group key stands in it as JSON, so that no two keys are
 * written alike; a key over 1 KB is hashed.
 */
export function partitionKeyOf(
  rule: { readonly name: string; readonly fingerprint: string },
  groups: readonly Json[],
): string {
  const key = canonicalJson(groups);
  return `${rule.name}#${rule.fingerprint}#${utf8Size(key) > longestKey ? shortHash(key) : key}`;
}

/** The id of an alert, from the partition and sort key of its record. */
export function alertId(pk: string, sk: string): string {
  return shortHash(`${pk}#${sk}`);
}

/** The sort key of a stateless alert: its partition key names the event. */
export const statelessName = 'event';
