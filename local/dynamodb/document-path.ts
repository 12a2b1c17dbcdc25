/** Paths into an item, such as `a.b[0]`: read, set and removed. An item is never changed; a changed copy is answered. */
import { attribute, type Attributes, type AttributeValue, invalid } from './attribute-value.ts';

/** The name of an attribute first, then names and list indexes. */
export type DocumentPath = readonly [string, ...(readonly (string | number)[])];

export function readPath(item: Attributes | undefined, path: DocumentPath): AttributeValue | undefined {
  const [name, ...steps] = path;
  let value = attribute(item, name);
  for (const step of steps) value = typeof step === 'number' ? value?.L?.[step] : attribute(value?.M, step);
  return value;
}

/** Sets a value, or removes it where it is undefined. */
export function writePath(item: Attributes, path: DocumentPath, value: AttributeValue | undefined): Attributes {
  return writeMap(item, path, value);
}

function writeMap(map: Attributes, path: readonly (string | number)[], value: AttributeValue | undefined): Attributes {
  const [name, ...rest] = path;
  if (typeof name !== 'string') throw unfit();
  const written = rest.length === 0 ? value : writeInner(attribute(map, name), rest, value);
  if (written !== undefined) return { ...map, [name]: written };
  const { [name]: _removed, ...others } = map;
  return others;
}

function writeInner(
  inner: AttributeValue | undefined,
  path: readonly (string | number)[],
  value: AttributeValue | undefined,
): AttributeValue {
  const [step, ...rest] = path;
  if (typeof step === 'string' && inner?.M !== undefined) return { M: writeMap(inner.M, path, value) };
  if (typeof step !== 'number' || inner?.L === undefined) throw unfit();
  const list = [...inner.L];
  const written = rest.length === 0 ? value : writeInner(list[step], rest, value);
  // Beyond its end a list grows by one.
  if (written !== undefined) list[Math.min(step, list.length)] = written;
  else if (step < list.length) list.splice(step, 1);
  return { L: list };
}

const unfit = () => invalid('The document path provided in the update expression is invalid for update');

/** Whether one path is, or lies within, the other. */
export function overlap(a: DocumentPath, b: DocumentPath): boolean {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}
