/** Whether somebody has put into panes between their reading and a put of one's own. */
import type { Item } from './item.ts';

export interface ReadPanes {
  readonly pk: string;
  readonly items: readonly Item[];
  /** Reads the same once more. */
  readonly readAgain: () => Promise<readonly Item[]>;
}

/** Of the keys of what was put, those whose panes are others now than were read and put. */
export async function changedKeys(read: readonly ReadPanes[], puts: readonly Item[]): Promise<readonly string[]> {
  const own = new Set(puts.map(({ pk }) => pk));
  const known = new Set([...read.flatMap(({ items }) => items), ...puts].map(versionOf));
  const changed = await Promise.all(
    read.map(async ({ pk, items, readAgain }) => {
      if (!own.has(pk)) return [];
      const now = await readAgain();
      return now.length === items.length && now.every((item) => known.has(versionOf(item))) ? [] : [pk];
    }),
  );
  return changed.flat();
}

function versionOf({ pk, sk, version }: Item): string {
  return `${pk}\n${sk}\n${version}`;
}
