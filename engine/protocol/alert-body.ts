/** The bodies of the alert table's items. */
import type { AlertRecord, Recorded } from '../alert/alert.ts';
import type { Item } from './item.ts';

const format = 1;

export function writeAlert(record: AlertRecord | undefined): string {
  return JSON.stringify({ v: format, ...record });
}

/**
 * Reads a record; one that only keeps others from putting theirs is empty. Throws where another version of Weir wrote it
 * in a form that this one does not know.
 */
export function readAlert(item: Item): Recorded {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const { v, ...record } = JSON.parse(item.body) as AlertRecord & { readonly v: number };
  if (v !== format) throw new Error(`an alert is recorded in format ${v}; this version of Weir reads format ${format}`);
  return { record: Object.hasOwn(record, 'id') ? record : undefined, version: item.version };
}
