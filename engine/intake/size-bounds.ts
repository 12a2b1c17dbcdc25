/**
 * How large the values are that go into keys and panes: an item that DynamoDB does not take would hold its shard up for
 * ever.
 */
import { jsonSize, widest } from '../aggregate/json-size.ts';
import { plain, plainSize } from '../aggregate/value.ts';
import type { RulePlan } from '../plan/plan.ts';

export interface SizeBounds {
  readonly characters: number;
  /** Of JSON in UTF-8. */
  readonly bytes: number;
}

/** Of one value: three bytes a character, which only control characters exceed. */
export const valueBounds: SizeBounds = { characters: 1000, bytes: 3000 };
/** Of all values that a pane keeps. */
const largestPane = 100_000;
/** Of all values of a key, which each pane and alert of it holds. */
const largestKey = 40_000;

/** How large one value of a rule may be, so that as many as a pane keeps fit into an item. */
export function sizeBounds(rule: RulePlan): SizeBounds {
  return boundsOf(shareOfPane(rule));
}

/** How large one value of its `groupBy` may be. */
export function groupBounds(rule: RulePlan): SizeBounds {
  return boundsOf(Math.min(shareOfPane(rule), Math.floor(largestKey / rule.groupNames.length)));
}

function shareOfPane({ accumulators, window }: RulePlan): number {
  // An alert shows all events of a match, or of a pair.
  const events = window?.kind === 'sequence' ? window.most : window?.kind === 'join' ? 2 : 1;
  const kept = accumulators.reduce((sum, { limit = 1 }) => sum + limit, events);
  return Math.floor(largestPane / kept);
}

function boundsOf(share: number): SizeBounds {
  return { characters: Math.min(valueBounds.characters, share), bytes: Math.min(valueBounds.bytes, share) };
}

/** True where one of the values is; of `known` it is known that it is not. */
export function isTooLarge(values: readonly unknown[], bounds: SizeBounds, known: unknown = null): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    // Nearly all are numbers and short texts: asked about here, they cost nothing.
    if (typeof value === 'number' || value === null || value === true || value === known) continue;
    if (typeof value === 'string' ? isLongText(value, bounds) : isLargeObject(value, bounds)) return true;
  }
  return false;
}

/** Bytes are counted only where so many characters could take too many. */
export function isLongText(text: string, { characters, bytes }: SizeBounds): boolean {
  return text.length > characters || (text.length * widest > bytes && jsonSize(text) > bytes);
}

function isLargeObject(value: unknown, { characters, bytes }: SizeBounds): boolean {
  if (!isObject(value)) return false;
  const length = flatLength(value);
  if (length !== undefined && length <= characters && length * widest <= bytes) return false;
  // An expression can make of an event more than could be printed.
  const size = plainSize(value, bytes);
  return size > bytes || (size > characters && JSON.stringify(plain(value)).length > characters);
}

/** Characters that an object takes as JSON at most, where all that it holds is small; undefined where it must be printed. */
function flatLength(value: { readonly [name: string]: unknown }): number | undefined {
  let length = 2;
  for (const name in value) {
    const inner = value[name];
    if (typeof inner === 'string') length += inner.length;
    else if (typeof inner === 'object' && inner !== null) return undefined;
    length += name.length + longestNumber;
  }
  return length;
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

/** Characters of a number, of true, false or null, and of what stands around a field. */
const longestNumber = 32;

/** True for a number that may stand for others too: JSON's numbers beyond 2^53 are read as the nearest one that there is. */
export function isInexact(value: unknown): boolean {
  return typeof value === 'number' && !(value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER);
}
