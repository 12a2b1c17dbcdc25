/**
 * Lists that mostly stay short, one or more for each of many keys: an array that grows has room for seventeen at once,
 * one that is made of few has room for no more.
 */
const few = 3;

/** The list with one more at its end: the same, or where there are few, a new one. */
export function appended<T>(list: T[] | undefined, one: T): T[] {
  if (list === undefined || list.length === 0) return [one];
  if (list.length <= few) return [...list, one];
  list.push(one);
  return list;
}
