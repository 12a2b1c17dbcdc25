/** Equality and order of values, as DynamoDB's comparisons and sort keys have them. */
import { type AttributeValue, typeOf } from './attribute-value.ts';
import * as decimal from './decimal.ts';

/** Order of the UTF-8 bytes. It differs from that of UTF-16 units only where one text has a surrogate pair. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return left >= 0xd800 && right >= 0xd800 ? lift(left) - lift(right) : left - right;
  }
  return a.length - b.length;
}

/** Surrogates stand for what comes after all single units. */
const lift = (unit: number): number => (unit <= 0xdfff ? unit + 0x10000 : unit);

/** Negative, zero or positive; undefined where the two have no order: other types, or types without one. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.S !== undefined && b.S !== undefined) return a.S === b.S ? 0 : compareTexts(a.S, b.S);
  if (a.N !== undefined && b.N !== undefined) return a.N === b.N ? 0 : decimal.compare(a.N, b.N);
  if (a.B !== undefined && b.B !== undefined)
    return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'));
  return undefined;
}

export function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  const ordered = compareValues(a, b);
  if (ordered !== undefined) return ordered === 0;
  const [left, right] = [a[type], b[type]];
  switch (type) {
    case 'SS':
    case 'NS':
    case 'BS': {
      const [one, other] = [new Set(a[type]), new Set(b[type])];
      return one.size === other.size && [...one].every((member) => other.has(member));
    }
    case 'L':
      return a.L?.length === b.L?.length && (a.L ?? []).every((each, index) => equalValues(each, b.L?.[index] ?? {}));
    case 'M': {
      const [one, other] = [a.M ?? {}, b.M ?? {}];
      const names = Object.keys(one);
      return (
        names.length === Object.keys(other).length &&
        names.every((name) => Object.hasOwn(other, name) && equalValues(one[name] ?? {}, other[name] ?? {}))
      );
    }
    default:
      return left === right;
  }
}
