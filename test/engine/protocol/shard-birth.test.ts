/** What a new shard takes over of the ids of those before it. */
import { othersAtBirth } from '../../../engine/protocol/shard-birth.ts';
import type { ShardRecord } from '../../../engine/protocol/shard-record.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';
import { MemoryWorld } from './memory-ports.ts';

const now = Date.parse('2026-03-02T12:00:00Z') as EpochMillis;
const day = 86_400_000;

test('a new shard asks only those that were read as long ago as ids are kept, however many there were', async () => {
  const records = new Map(
    Array.from({ length: 6_000 }, (_, i): [string, ShardRecord] => [
      `shardId-${i}`,
      { finished: '1'.repeat(56), readAt: (now - i * (day / 24)) as EpochMillis, owner: 'p/1' },
    ]),
  );
  const world = new MemoryWorld();
  const place = { stream: 'orders', shard: 'new', within: (day / 24) as Millis, kept: (2 * day) as Millis };
  const others = await othersAtBirth(world.ports().state, place, undefined, records, now);
  expect(others.size).toBe(49);
  expect(await othersAtBirth(world.ports().state, place, undefined, new Map(), now)).toEqual(others);
});
