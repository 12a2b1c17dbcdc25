/** The index of what is due, as it was some time ago: each write is seen in it when its delay has passed, in order. */
import type { QueryInput } from '@aws-sdk/client-dynamodb';
import type { Attributes } from '../../local/dynamodb/attribute-value.ts';

interface Entry {
  readonly visible: number;
  readonly item: Attributes;
  /** False once the item is gone, or in no slot. */
  readonly isThere: boolean;
}

export class TrailingIndex {
  /** Of each key, what was written and may still be seen, the oldest first. */
  readonly #entries = new Map<string, Entry[]>();

  write(item: Attributes, exists: boolean, visible: number): void {
    const key = `${item['pk']?.S ?? ''}\n${item['sk']?.S ?? ''}`;
    const entries = this.#entries.get(key) ?? [];
    const isThere = exists && item['slot'] !== undefined;
    if (entries.length === 0 && !isThere) return;
    entries.push({ item, isThere, visible: Math.max(visible, entries.at(-1)?.visible ?? 0) });
    this.#entries.set(key, entries);
  }

  query({ ExpressionAttributeValues: values = {}, Limit, ExclusiveStartKey: after }: QueryInput, now: number): object {
    const slot = values[':slot']?.S;
    const until = Number(values[':until']?.N);
    const found: Attributes[] = [];
    for (const [key, entries] of this.#entries) {
      while ((entries[1]?.visible ?? now + 1) <= now) entries.shift();
      const [seen] = entries;
      if (entries.length === 1 && seen?.isThere === false) this.#entries.delete(key);
      if (seen === undefined || seen.visible > now || !seen.isThere) continue;
      if (seen.item['slot']?.S === slot && Number(seen.item['at']?.N) <= until) found.push(seen.item);
    }
    found.sort(compare);
    const rest = after === undefined ? found : found.filter((item) => compare(item, after as Attributes) > 0);
    const page = rest.slice(0, Limit);
    const last = page.at(-1);
    return {
      Items: page.map(keyOf),
      ...(last !== undefined && page.length < rest.length && { LastEvaluatedKey: { ...keyOf(last), ...dueOf(last) } }),
    };
  }
}

function keyOf(item: Attributes): object {
  return { pk: item['pk'], sk: item['sk'] };
}

function dueOf(item: Attributes): object {
  return { slot: item['slot'], at: item['at'] };
}

function compare(a: Attributes, b: Attributes): number {
  return (
    Number(a['at']?.N) - Number(b['at']?.N) ||
    compareTexts(a['pk']?.S, b['pk']?.S) ||
    compareTexts(a['sk']?.S, b['sk']?.S)
  );
}

function compareTexts(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
