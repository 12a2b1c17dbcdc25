/** Values in the form in which they travel and are stored: one type tag, one value. Never changed in place. */
import { isObject } from '../wire/input.ts';
import { ServiceError } from '../wire/service-error.ts';
import * as decimal from './decimal.ts';

export const types = ['S', 'N', 'B', 'BOOL', 'NULL', 'M', 'L', 'SS', 'NS', 'BS'] as const;

export type Type = (typeof types)[number];

export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  /** Base64. */
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly M?: Attributes;
  readonly L?: readonly AttributeValue[];
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

export const invalid = (message: string) => new ServiceError('ValidationException', message);

/** An own attribute; never what an object inherits. */
export function attribute(item: Attributes | undefined, name: string): AttributeValue | undefined {
  return item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined;
}

export function typeOf(value: AttributeValue): Type {
  for (const type in value) if (types.includes(type as Type)) return type as Type;
  throw new Error('a value without a type');
}

/** Checks a value that came over the wire, and normalizes its numbers. */
export function checkValue(value: unknown): AttributeValue {
  const [tag, ...more] = isObject(value) ? Object.keys(value) : [];
  if (!isObject(value) || tag === undefined)
    throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  if (more.length > 0)
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  const inner = value[tag];
  switch (tag) {
    case 'S':
    case 'B':
      if (typeof inner === 'string') return value;
      break;
    case 'N':
      if (typeof inner === 'string') return checkNumber(value, inner);
      break;
    case 'BOOL':
    case 'NULL':
      if (typeof inner === 'boolean') return value;
      break;
    case 'M':
      if (isObject(inner)) return { M: checkAttributes(inner) };
      break;
    case 'L':
      if (Array.isArray(inner)) return { L: inner.map(checkValue) };
      break;
    case 'SS':
    case 'NS':
    case 'BS':
      if (Array.isArray(inner)) return checkSet(tag, inner);
  }
  throw new ServiceError('SerializationException', `${JSON.stringify(value).slice(0, 100)} is not an attribute value`);
}

function checkNumber(value: AttributeValue, text: string): AttributeValue {
  const normal = decimal.normalize(text);
  return normal === text ? value : { N: normal };
}

function checkSet(tag: 'SS' | 'NS' | 'BS', members: readonly unknown[]): AttributeValue {
  if (members.length === 0) throw invalid('One or more parameter values were invalid: An set may not be empty');
  const texts = members.map((member) => {
    if (typeof member !== 'string') throw new ServiceError('SerializationException', 'a set holds strings');
    return tag === 'NS' ? decimal.normalize(member) : member;
  });
  if (new Set(texts).size < texts.length)
    throw invalid('One or more parameter values were invalid: Input collection contains duplicates.');
  return { [tag]: texts };
}

export function checkAttributes(input: Readonly<Record<string, unknown>>): Attributes {
  let result: Attributes = input as Attributes;
  for (const name of Object.keys(input)) {
    const checked = checkValue(input[name]);
    if (checked !== input[name]) result = { ...result, [name]: checked };
  }
  return result;
}

/** The bytes that an item or a map counts for, names included. */
export function attributesSize(item: Attributes): number {
  let size = 0;
  for (const name of Object.keys(item)) size += Buffer.byteLength(name) + valueSize(item[name] ?? {});
  return size;
}

const base64Size = (text: string) => Buffer.byteLength(text, 'base64');

export function valueSize(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return decimal.bytes(value.N);
  if (value.B !== undefined) return base64Size(value.B);
  if (value.M !== undefined) return 3 + attributesSize(value.M) + Object.keys(value.M).length;
  if (value.L !== undefined) return value.L.reduce((sum, each) => sum + valueSize(each) + 1, 3);
  if (value.SS !== undefined) return value.SS.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
  if (value.NS !== undefined) return value.NS.reduce((sum, each) => sum + decimal.bytes(each), 0);
  if (value.BS !== undefined) return value.BS.reduce((sum, each) => sum + base64Size(each), 0);
  return 1;
}
