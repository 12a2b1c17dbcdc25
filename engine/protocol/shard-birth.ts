/**
 * What a new shard takes over of the ids that others brought. A shard may have split off another, or be merged from two,
 * and a producer's retry of what those brought comes on it. How far each other shard was finished is recorded before
 * the new one's first event counts, once: so whoever reads the shard, and whenever, knows the same ids.
 */
import type { EpochMillis } from '../time.ts';
import type { Item, ItemStore } from './item.ts';
import { idsTimeToLive } from './retention.ts';
import type { ShardRecord } from './shard-record.ts';
import { idsKey, type IdsPlace } from './stored-ids.ts';

const format = 1;

interface BirthBody {
  readonly v: number;
  /** Of each other shard of the stream, up to which sequence number it was finished. */
  readonly others: Readonly<Record<string, string>>;
}

/** Before the ids. */
const birthName = '#birth';

/**
 * How far the other shards were finished when a shard was first read; nothing where nobody recorded it. `record` is the
 * shard's own, absent where it is read for the first time.
 */
export async function othersAtBirth(
  store: ItemStore,
  { stream, shard, kept }: IdsPlace,
  record: ShardRecord | undefined,
  records: ReadonlyMap<string, ShardRecord>,
  now: EpochMillis,
): Promise<ReadonlyMap<string, string>> {
  const key = { pk: idsKey(stream, shard), sk: birthName };
  const [known] = await store.get([key]);
  if (known !== undefined) return readBirth(known);
  if (record !== undefined) return new Map();
  // Of what was read longer ago no id is kept.
  const others = [...records]
    .filter(([id, { readAt }]) => id !== shard && readAt >= now - kept)
    .map(([id, { finished }]) => [id, finished] as const);
  const body: BirthBody = { v: format, others: Object.fromEntries(others) };
  const item = { ...key, version: 1, body: JSON.stringify(body), ttl: idsTimeToLive(kept, now, now) };
  const [conflict] = await store.put([item]);
  return readBirth(conflict?.current ?? item);
}

function readBirth(item: Item): ReadonlyMap<string, string> {
  // eslint-disable-next-line no-restricted-syntax -- the engine itself wrote it, and the version says in which form
  const { v, others } = JSON.parse(item.body) as BirthBody;
  if (v !== format)
    throw new Error(`a shard's birth is stored in format ${v}; this version of Weir reads format ${format}`);
  return new Map(Object.entries(others));
}
