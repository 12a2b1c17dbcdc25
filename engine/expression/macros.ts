/**
 * CEL's macros over a list's items or a map's keys. `all` and `exists` absorb failures as `&&` and `||` do: one false
 * item settles `all`, whatever failed beside it.
 */
import { spend } from './steps.ts';
import { isList, isMap } from './values.ts';

type Body = (item: unknown) => unknown;

function itemsOf(range: unknown): readonly unknown[] | undefined {
  if (isList(range)) return range;
  return isMap(range) ? Object.keys(range) : undefined;
}

export function all(range: unknown, body: Body): boolean | undefined {
  return settles(range, body, false);
}

export function exists(range: unknown, body: Body): boolean | undefined {
  return settles(range, body, true);
}

/** `settled` as soon as one item gives it; its opposite where all items do; else failure. */
function settles(range: unknown, body: Body, settled: boolean): boolean | undefined {
  const items = itemsOf(range);
  if (items === undefined) return undefined;
  let failed = false;
  for (const item of items) {
    if (!spend(1)) return undefined;
    const value = body(item);
    if (value === settled) return settled;
    if (value !== !settled) failed = true;
  }
  return failed ? undefined : !settled;
}

export function existsOne(range: unknown, body: Body): boolean | undefined {
  const found = filter(range, body);
  return found === undefined ? undefined : found.length === 1;
}

export function filter(range: unknown, body: Body): readonly unknown[] | undefined {
  return mapItems(range, (item) => item, body);
}

/** `range.map(variable, body)`; with a filter, of the items for which it is true. */
export function mapItems(range: unknown, body: Body, keep?: Body): readonly unknown[] | undefined {
  const items = itemsOf(range);
  if (items === undefined) return undefined;
  const results: unknown[] = [];
  for (const item of items) {
    if (!spend(1)) return undefined;
    const kept = keep === undefined ? true : keep(item);
    if (kept === false) continue;
    const value = kept === true ? body(item) : undefined;
    if (value === undefined) return undefined;
    results.push(value);
  }
  return results;
}
