import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ItemTable } from '../../adapters/dynamodb.ts';
import type { Item } from '../../adapters/item.ts';
import { keyAttributes } from '../../adapters/item-attributes.ts';
import type { EpochMillis, EpochSeconds } from '../../engine/time.ts';
import { tableUnderTest } from '../local/dynamodb/table-under-test.ts';
import { countCalls, forgetStatements, loseNextAnswer, throttleNextStatements } from './disturbances.ts';

const table = tableUnderTest();
let items: ItemTable;

beforeEach(() => {
  items = new ItemTable(table.client, table.name);
});

const item = (sk: string, version: number, more: Partial<Item> = {}): Item => ({
  pk: 'rule#a',
  sk,
  version,
  body: `{"sk":"${sk}","version":${version}}`,
  ttl: 1_900_000_000 as EpochSeconds,
  ...more,
});
const due = (slot: string, at: number) => ({ due: { slot, at: at as EpochMillis } });
const numbered = (count: number, version: number) =>
  Array.from({ length: count }, (_, index) => item(String(index).padStart(4, '0'), version));
const bySortKey = (list: readonly Item[]) => [...list].sort((a, b) => (a.sk < b.sk ? -1 : 1));

test('an item comes back as it was put', async () => {
  const odd = item('ü#\u{1F600}"\'?', 1, { body: '{"text":"\u2028 \\" \u{1F600}"}', ...due('s', 5) });
  expect(await items.put([odd])).toEqual([]);
  expect(await items.get([odd])).toEqual([odd]);
});

test('a new item is refused where one stands, and the standing one is answered', async () => {
  const standing = item('1', 1, { body: 'first' });
  await items.put([standing]);
  const late = item('1', 1, { body: 'second' });
  expect(await items.put([late])).toEqual([{ item: late, current: standing }]);
  expect(await items.get([late])).toEqual([standing]);
});

test('an item is replaced only from the version before', async () => {
  await items.put([item('1', 1)]);
  expect(await items.put([item('1', 2)])).toEqual([]);
  const stale = item('1', 2, { body: 'stale' });
  expect(await items.put([stale])).toEqual([{ item: stale, current: item('1', 2) }]);
  const early = item('1', 4);
  expect(await items.put([early])).toEqual([{ item: early, current: item('1', 2) }]);
});

test('an item that is gone is a conflict without a current item', async () => {
  const orphan = item('1', 2);
  expect(await items.put([orphan])).toEqual([{ item: orphan, current: undefined }]);
  expect(await items.get([orphan])).toEqual([]);
});

test('a conflict names the very item that was given', async () => {
  const orphan = item('1', 7);
  const [conflict] = await items.put([item('0', 1), orphan]);
  expect(conflict?.item).toBe(orphan);
});

test('winners and losers share a call', async () => {
  await items.put(numbered(30, 1));
  await items.put(numbered(30, 2).filter((_, index) => index % 3 === 0));
  const conflicts = await items.put(numbered(40, 2));
  // 0, 3, … 27 have moved on; 30 to 39 do not exist.
  expect(conflicts.map((each) => [Number(each.item.sk), each.current?.version]).sort(([a], [b]) => a! - b!)).toEqual([
    ...Array.from({ length: 10 }, (_, index) => [index * 3, 2]),
    ...Array.from({ length: 10 }, (_, index) => [30 + index, undefined]),
  ]);
  const standing = await items.query('rule#a');
  expect(standing.map((each) => each.version)).toEqual(Array.from({ length: 30 }, () => 2));
});

test('writes go 25 in a call, and losers are read in one', async () => {
  await items.put(numbered(50, 1));
  const calls = countCalls(table.client);
  await items.put(numbered(60, 1));
  expect(Object.fromEntries(calls)).toEqual({ BatchExecuteStatement: 3, BatchGetItem: 1 });
});

test('an item given twice is put twice, one version after the other', async () => {
  const calls = countCalls(table.client);
  expect(await items.put([item('1', 1), item('2', 1), item('1', 2), item('1', 3)])).toEqual([]);
  expect(bySortKey(await items.query('rule#a')).map((each) => each.version)).toEqual([3, 1]);
  expect(calls.get('BatchExecuteStatement')).toBe(3);
});

test.each([1, 2])('a write of version %i whose answer was lost is no conflict', async (version) => {
  if (version === 2) await items.put(numbered(3, 1));
  loseNextAnswer(table.client, 'BatchExecuteStatementCommand');
  expect(await items.put(numbered(3, version))).toEqual([]);
  expect((await items.query('rule#a')).map((each) => each.version)).toEqual([version, version, version]);
});

test('a write whose answer was lost is a conflict where another writer has come after it', async () => {
  loseNextAnswer(table.client, 'BatchExecuteStatementCommand', () => items.put([item('1', 2, { body: 'other' })]));
  const mine = item('1', 1, { body: 'mine' });
  expect(await items.put([mine])).toEqual([{ item: mine, current: item('1', 2, { body: 'other' }) }]);
});

test('throttled statements are tried again, the others are not', async () => {
  const calls = countCalls(table.client);
  throttleNextStatements(table.client, 2);
  expect(await items.put(numbered(5, 1))).toEqual([]);
  expect(await items.query('rule#a')).toHaveLength(5);
  expect(calls.get('BatchExecuteStatement')).toBe(2);
});

test('without PartiQL each item is put alone, on the same conditions', async () => {
  forgetStatements(table.client);
  const standing = item('1', 1, due('s', 5));
  expect(await items.put([standing, item('2', 1)])).toEqual([]);
  const stale = item('1', 1, { body: 'stale' });
  expect(await items.put([stale, item('2', 2)])).toEqual([{ item: stale, current: standing }]);
  loseNextAnswer(table.client, 'PutItemCommand');
  expect(await items.put([item('1', 2)])).toEqual([]);
  expect(await items.query('rule#a')).toEqual([item('1', 2), item('2', 2)]);
});

test('rejects with the reason, and no word of the event, what no retry can store', async () => {
  await expect(items.put([item('1', 1, { body: 'x'.repeat(410_000) })])).rejects.toThrow(
    /^[^ ]+: ValidationError: Item size has exceeded the maximum allowed size$/,
  );
});

test('hundreds of keys are read at once, each once, and absent ones are left out', async () => {
  await items.put(numbered(250, 1));
  const calls = countCalls(table.client);
  const found = await items.get([...numbered(260, 1), ...numbered(10, 1)]);
  expect(bySortKey(found)).toEqual(numbered(250, 1));
  expect(calls.get('BatchGetItem')).toBe(3);
  expect(await items.get([])).toEqual([]);
});

test('more than an answer can hold is read all the same', async () => {
  const large = Array.from({ length: 50 }, (_, index) => item(`l${10 + index}`, 1, { body: 'x'.repeat(390_000) }));
  for (let start = 0; start < 50; start += 10) await items.put(large.slice(start, start + 10));
  const found = bySortKey(await items.get(large));
  expect(found.map((each) => each.sk)).toEqual(large.map((each) => each.sk));
  expect((await items.query('rule#a')).map((each) => each.body.length)).toEqual(large.map(() => 390_000));
});

test('a query answers one partition in order, bounds included', async () => {
  await items.put([...numbered(9, 1), item('x', 1, { pk: 'rule#b' })]);
  const keys = async (from?: string, to?: string) =>
    (await items.query('rule#a', from, to)).map((each) => Number(each.sk));
  expect(await keys()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await keys('0003')).toEqual([3, 4, 5, 6, 7, 8]);
  expect(await keys(undefined, '0003')).toEqual([0, 1, 2, 3]);
  expect(await keys('0002', '0005')).toEqual([2, 3, 4, 5]);
  expect(await keys('0005', '0002')).toEqual([]);
  expect(await items.query('rule#none')).toEqual([]);
});

describe('the index of what is due', () => {
  const dueKeys = async (slot: string, until: number, limit = 100) =>
    (await items.due(slot, until as EpochMillis, limit)).map((key) => key.sk);

  test('answers a slot up to a time, the earliest first, and no more than asked for', async () => {
    await items.put([
      item('c', 1, due('s', 900)),
      item('a', 1, due('s', 1_000)),
      item('b', 1, due('s', 20)),
      item('d', 1, due('t', 1)),
      item('e', 1),
    ]);
    expect(await dueKeys('s', 1_000)).toEqual(['b', 'c', 'a']);
    expect(await dueKeys('s', 999)).toEqual(['b', 'c']);
    expect(await dueKeys('s', 1_000, 2)).toEqual(['b', 'c']);
    expect(await dueKeys('none', 1_000)).toEqual([]);
  });

  test('answers keys alone', async () => {
    await items.put([item('a', 1, due('s', 1))]);
    expect(await items.due('s', 1 as EpochMillis, 1)).toEqual([{ pk: 'rule#a', sk: 'a' }]);
  });

  test('follows an item that moves, and forgets one that is due no more', async () => {
    await items.put([item('a', 1, due('s', 10)), item('b', 1, due('s', 20)), item('c', 1)]);
    expect(await items.put([item('a', 2, due('s', 30)), item('b', 2), item('c', 2, due('s', 5))])).toEqual([]);
    expect(await dueKeys('s', 100)).toEqual(['c', 'a']);
    expect(await items.get([{ pk: 'rule#a', sk: 'b' }])).toEqual([item('b', 2)]);
    const { Item: raw } = await table.client.send(
      new GetItemCommand({ TableName: table.name, Key: keyAttributes(item('b', 2)) }),
    );
    expect(Object.keys(raw ?? {}).sort()).toEqual(['body', 'pk', 'sk', 'ttl', 'version', 'writeId']);
  });
});
