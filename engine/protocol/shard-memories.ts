/**
 * What a redrive has to do with the records of shards. A process trusts its memory of the keys that its shard owns while
 * nobody else has written the shard's record: whoever changes panes of such keys from outside must write it.
 */
import { compareSequenceNumbers } from '../aggregate/order.ts';
import type { InputRecord } from '../intake/input-record.ts';
import { beginningOfTime, type EpochMillis } from '../time.ts';
import type { Change } from './batch-fold.ts';
import type { Item, ItemStore } from './item.ts';
import { readShardRecord, type ShardRecord, shardRecordItem, shardRecordKey } from './shard-record.ts';

const mostRounds = 100;

/** Makes every process forget what it remembers of keys whose panes were changed. */
export async function dropMemories(store: ItemStore, changes: readonly Change[]): Promise<void> {
  const newest = new Map<string, EpochMillis>();
  for (const { rule, touches } of changes)
    for (const stream of rule.plan.sources)
      newest.set(
        stream,
        Math.max(newest.get(stream) ?? beginningOfTime, ...touches.map(({ touch }) => touch.event.t)) as EpochMillis,
      );
  for (const [stream, redriven] of newest) {
    // A key may have moved to another shard since, so all of the stream's shards are told. One that began meanwhile may have
    // read from the others' records, before they said so, which panes there can be.
    const told = new Set<string>();
    const untold = async () => (await store.query(shardRecordKey(stream, '').pk)).filter(({ sk }) => !told.has(sk));
    let open: readonly Item[] = await untold();
    for (let round = 0; open.length > 0; round++) {
      if (round === mostRounds)
        throw new Error(`the shards of ${stream} wrote their records ${mostRounds} times in a row`);
      for (const { sk } of open) told.add(sk);
      const conflicts = await store.put(open.map((item) => dropped(stream, item, redriven)));
      open = conflicts.flatMap(({ current }) => (current === undefined ? [] : [current]));
      if (open.length === 0) open = await untold();
    }
  }
}

const redriveOwner = '@redrive/';

/** True where letters were put back since a batch was recorded. */
export function isByRedrive({ owner }: ShardRecord): boolean {
  return owner.startsWith(redriveOwner);
}

function dropped(stream: string, item: Item, redriven: EpochMillis): Item {
  const { record, version } = readShardRecord(item);
  const next: ShardRecord = {
    ...record,
    redriven: Math.max(redriven, record.redriven ?? beginningOfTime) as EpochMillis,
    // No process calls itself so, and none has written this version.
    owner: `${redriveOwner}${version + 1}`,
  };
  return shardRecordItem(stream, item.sk, next, version + 1);
}

/** The records whose shards are not read beyond them yet. */
export async function unfinishedRecords(
  store: ItemStore,
  records: readonly InputRecord[],
): Promise<ReadonlySet<InputRecord>> {
  const names = new Map(records.map(({ stream, shard }) => [`${stream}/${shard}`, shardRecordKey(stream, shard)]));
  const finished = new Map(
    (await store.get([...names.values()])).map((item) => [
      `${item.pk}\n${item.sk}`,
      readShardRecord(item).record.finished,
    ]),
  );
  return new Set(
    records.filter(({ stream, shard, sequenceNumber }) => {
      const { pk, sk } = shardRecordKey(stream, shard);
      const last = finished.get(`${pk}\n${sk}`);
      return last === undefined || compareSequenceNumbers(sequenceNumber, last) > 0;
    }),
  );
}
