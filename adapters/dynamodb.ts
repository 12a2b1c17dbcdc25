/** The state table and the alert table in DynamoDB. */
import { BatchGetItemCommand, DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import type { EpochMillis } from '../engine/time.ts';
import { cacheMiddleware, lean, maxAttempts, timeouts } from './client-options.ts';
import { ConditionalWrites, type Lost, type Write, writesPerCall } from './conditional-writes.ts';
import type { Conflict, Item, ItemKey, ItemStore } from './item.ts';
import { type Attributes, dueIndex, keyAttributes, nextWriteId, toItem, toKey, writeIdOf } from './item-attributes.ts';
import { backOff, chunks, inParallel, type Wait, waitWithJitter } from './patience.ts';

const keysPerCall = 100;
const callsInFlight = 4;

export function dynamodbClient(): DynamoDBClient {
  return lean(new DynamoDBClient({ cacheMiddleware, maxAttempts, requestHandler: timeouts }));
}

export class ItemTable implements ItemStore {
  readonly #writes: ConditionalWrites;

  constructor(
    readonly client: DynamoDBClient,
    readonly tableName: string,
    readonly wait: Wait = waitWithJitter,
  ) {
    this.#writes = new ConditionalWrites(client, tableName, wait);
  }

  /** The items of these keys that exist, in no particular order, each once. */
  async get(keys: readonly ItemKey[]): Promise<Item[]> {
    return (await this.#read(keys)).map(toItem);
  }

  async query(pk: string, from?: string, to?: string): Promise<Item[]> {
    const range = [...(from === undefined ? [] : ['sk >= :from']), ...(to === undefined ? [] : ['sk <= :to'])];
    if (from !== undefined && to !== undefined) range.splice(0, 2, 'sk BETWEEN :from AND :to');
    // DynamoDB refuses bounds in the wrong order; nothing lies between them.
    if (from !== undefined && to !== undefined && Buffer.compare(Buffer.from(from), Buffer.from(to)) > 0) return [];
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.tableName,
        ConsistentRead: true,
        KeyConditionExpression: ['pk = :pk', ...range].join(' AND '),
        ExpressionAttributeValues: {
          ':pk': { S: pk },
          ...(from !== undefined && { ':from': { S: from } }),
          ...(to !== undefined && { ':to': { S: to } }),
        },
      },
    );
    const items: Item[] = [];
    for await (const page of pages) for (const attributes of page.Items ?? []) items.push(toItem(attributes));
    return items;
  }

  /** Begins the writes in the order given. An item may be given twice, with versions that follow each other. */
  async put(items: readonly Item[]): Promise<Conflict[]> {
    const conflicts: Conflict[] = [];
    for (const wave of waves(items)) {
      const writes = wave.map((item): Write => ({ item, writeId: nextWriteId() }));
      const lost = await inParallel(chunks(writes, writesPerCall), callsInFlight, (chunk) => this.#writes.run(chunk));
      conflicts.push(...(await this.#conflicts(lost.flat())));
    }
    return conflicts;
  }

  async due(slot: string, until: EpochMillis, limit: number): Promise<ItemKey[]> {
    const pages = paginateQuery(
      { client: this.client, pageSize: limit },
      {
        TableName: this.tableName,
        IndexName: dueIndex,
        KeyConditionExpression: '#slot = :slot AND #at <= :until',
        ExpressionAttributeNames: { '#slot': 'slot', '#at': 'at' },
        ExpressionAttributeValues: { ':slot': { S: slot }, ':until': { N: String(until) } },
      },
    );
    const keys: ItemKey[] = [];
    for await (const page of pages) {
      for (const attributes of page.Items ?? []) keys.push(toKey(attributes));
      if (keys.length >= limit) break;
    }
    return keys.slice(0, limit);
  }

  /** What stands in the way of each lost write. One's own write, whose answer was lost, did not lose. */
  async #conflicts(lost: readonly Lost[]): Promise<Conflict[]> {
    const unknown = lost.filter(({ current }) => current === undefined).map(({ item }) => item);
    const read = new Map((await this.#read(unknown)).map((attributes) => [identity(toKey(attributes)), attributes]));
    return lost.flatMap(({ item, writeId, current }): Conflict[] => {
      const standing = current ?? read.get(identity(item));
      if (writeIdOf(standing) === writeId) return [];
      return [{ item, current: standing && toItem(standing) }];
    });
  }

  async #read(keys: readonly ItemKey[]): Promise<Attributes[]> {
    const distinct = [...new Map(keys.map((key) => [identity(key), key])).values()];
    const found = await inParallel(chunks(distinct, keysPerCall), callsInFlight, async (chunk) => {
      const items: Attributes[] = [];
      let rest: Attributes[] = chunk.map(keyAttributes);
      for (let attempt = 1; rest.length > 0; attempt += 1) {
        const answer = await this.client.send(
          new BatchGetItemCommand({ RequestItems: { [this.tableName]: { Keys: rest, ConsistentRead: true } } }),
        );
        items.push(...(answer.Responses?.[this.tableName] ?? []));
        const before = rest.length;
        rest = answer.UnprocessedKeys?.[this.tableName]?.Keys ?? [];
        // Left over for its size, not refused: what got on need not wait.
        if (rest.length === before) await backOff(attempt, `reading from ${this.tableName}`, this.wait);
      }
      return items;
    });
    return found.flat();
  }
}

const identity = ({ pk, sk }: ItemKey): string => JSON.stringify([pk, sk]);

/** The items cut so that none occurs twice in a part: a call with one item twice fails as a whole. */
function waves(items: readonly Item[]): Item[][] {
  const parts: Item[][] = [];
  let seen = new Set<string>();
  for (const item of items) {
    const key = identity(item);
    if (parts.length === 0 || seen.has(key)) {
      parts.push([]);
      seen = new Set();
    }
    seen.add(key);
    parts.at(-1)?.push(item);
  }
  return parts;
}
