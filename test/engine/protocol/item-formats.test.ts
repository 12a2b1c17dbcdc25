/** Every item says in which version of its form it is written, and no process takes one that it does not know for another. */
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import type { Item } from '../../../engine/protocol/item.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

/** One key for all shards, and more shards than settle it themselves: there are marks too. */
const pipeline = compiled(withRules(rules['calendar day, global key'] ?? ''));
const shards = Array.from({ length: 10 }, (_, id) => openShard(String(id)));
const port: ShardPort = {
  shards: async (stream) => (stream === 'orders' ? shards : []),
  atTip: async () => false,
};

let processes = 0;
async function batch(world: MemoryWorld, shard: string, ...minutes: number[]): Promise<unknown> {
  const given = minutes.map((at): Given => ({ minute: at, shard }));
  const processor = new StreamProcessor(pipeline, 'orders', world.ports(), `p${++processes}`);
  return processor.process(shard, given.map(record));
}

async function advance(world: MemoryWorld): Promise<unknown> {
  world.now = (world.now + minute) as EpochMillis;
  return advanceTime(pipeline, world.ports(), port, noon as EpochMillis, undefined);
}

/** A world whose key has panes, ids and shard records, a mark and an alert. */
async function lived(): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  await advance(world);
  await batch(world, '0', 1);
  await batch(world, '1', 2);
  await advance(world);
  return world;
}

const itemsOf = ({ state, alerts }: MemoryWorld): (readonly [string, Item])[] => [...state.items, ...alerts.items];

/** By what errors call them: the items of a kind, by their keys, among all. */
const kinds: Readonly<Record<string, (item: Item, isAlert: boolean) => boolean>> = {
  'a pane is stored': ({ pk }, isAlert) => !pk.startsWith('@') && !isAlert,
  'a shard is recorded': ({ pk }) => pk.startsWith('@shards#'),
  "a shard's birth is stored": ({ pk, sk }) => pk.startsWith('@ids#') && sk === '#birth',
  'ids are stored': ({ pk }) => pk.startsWith('@ids#'),
  'watermarks are stored': ({ pk }) => pk === '@watermarks',
  'a key is marked': ({ pk }) => pk.startsWith('@merge#'),
  'an alert is recorded': (_, isAlert) => isAlert,
};

function kindOf({ alerts }: MemoryWorld, [name, item]: readonly [string, Item]): string | undefined {
  return Object.keys(kinds).find((kind) => kinds[kind]?.(item, alerts.items.has(name)));
}

test('every item says its version', async () => {
  const world = await lived();
  const items = itemsOf(world);
  expect(new Set(items.map((entry) => kindOf(world, entry)))).toEqual(new Set(Object.keys(kinds)));
  for (const [, { body }] of items) expect(JSON.parse(body)).toHaveProperty('v', expect.any(Number));
});

test.each(Object.keys(kinds))('%s: one of a version that is not known is refused by name, and stays', async (kind) => {
  const world = await lived();
  const { state, alerts } = world;
  const later = itemsOf(world).filter((entry) => kindOf(world, entry) === kind);
  for (const [name, item] of later) {
    const table = alerts.items.has(name) ? alerts : state;
    table.items.set(name, { ...item, body: JSON.stringify({ ...JSON.parse(item.body), v: 7 }) });
  }
  const before = JSON.stringify(itemsOf(world).filter((entry) => kindOf(world, entry) === kind));
  const meets = async (): Promise<void> => {
    await batch(world, '0', 3);
    await advance(world);
  };
  await expect(meets()).rejects.toThrow(`${kind} in format 7; this version of Weir reads format`);
  expect(JSON.stringify(itemsOf(world).filter((entry) => kindOf(world, entry) === kind))).toBe(before);
});
