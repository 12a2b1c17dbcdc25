/** What the embedded DynamoDB and Amazon's must agree on: queries, scans and batches of reads and writes. */
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { tableUnderTest } from './table-under-test.ts';

const table = tableUnderTest();

type Attributes = Record<string, AttributeValue>;

const item = (pk: string, sk: string, more: Attributes = {}): Attributes => ({ pk: { S: pk }, sk: { S: sk }, ...more });
const write = async (...items: Attributes[]) => {
  for (let start = 0; start < items.length; start += 25)
    await table.client.send(
      new BatchWriteItemCommand({
        RequestItems: { [table.name]: items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
};
const query = (condition: string, values: Attributes, more: Partial<QueryCommandInput> = {}) =>
  table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: condition,
      ExpressionAttributeValues: { ':p': { S: 'p' }, ...values },
      ...more,
    }),
  );
const keys = async (condition: string, values: Attributes, more: Partial<QueryCommandInput> = {}) =>
  (await query(condition, values, more)).Items?.map((each) => each['sk']?.S);

test('sort keys stand in the order of their UTF-8 bytes', async () => {
  const texts = ['', '\u{1F600}', '￿', 'é', 'a', 'B', 'ab', '10', '9', '#'].filter((text) => text !== '');
  await write(...texts.map((text) => item('p', text)));
  const expected = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(await keys('pk = :p', {})).toEqual(expected);
  expect(await keys('pk = :p', {}, { ScanIndexForward: false })).toEqual([...expected].reverse());
});

test('key conditions choose a range', async () => {
  await write(...['a', 'b', 'ba', 'bb', 'c'].map((sk) => item('p', sk)), item('q', 'b'));
  const b = { ':b': { S: 'b' } };
  expect(await keys('pk = :p AND sk = :b', b)).toEqual(['b']);
  expect(await keys('pk = :p AND sk > :b', b)).toEqual(['ba', 'bb', 'c']);
  expect(await keys('sk <= :b AND pk = :p', b)).toEqual(['a', 'b']);
  expect(await keys('pk = :p AND begins_with(sk, :b)', b)).toEqual(['b', 'ba', 'bb']);
  expect(await keys('pk = :p AND sk BETWEEN :b AND :c', { ...b, ':c': { S: 'bb' } })).toEqual(['b', 'ba', 'bb']);
});

test.each([
  ['no partition key', 'sk = :p', {}],
  ['a partition key that is not fixed', 'pk > :p', {}],
  ['OR', 'pk = :p OR sk = :p', {}],
  ['an attribute that is no key', 'pk = :p AND body = :p', {}],
  ['a value of the wrong type', 'pk = :p AND sk = :n', { ':n': { N: '1' } }],
  ['bounds in the wrong order', 'pk = :p AND sk BETWEEN :p AND :a', { ':a': { S: 'a' } }],
])('rejects a key condition with %s', async (_, condition, values: Attributes) => {
  await expect(query(condition, values)).rejects.toMatchObject({ name: 'ValidationException' });
});

test('pages follow each other to the end, in either direction', async () => {
  const all = Array.from({ length: 7 }, (_, index) => `k${index}`);
  await write(...all.map((sk) => item('p', sk)));
  for (const ScanIndexForward of [true, false]) {
    const found: (string | undefined)[] = [];
    let ExclusiveStartKey: Attributes | undefined;
    let pages = 0;
    do {
      const page: Awaited<ReturnType<typeof query>> = await query(
        'pk = :p',
        {},
        { Limit: 3, ScanIndexForward, ...(ExclusiveStartKey && { ExclusiveStartKey }) },
      );
      found.push(...(page.Items ?? []).map((each) => each['sk']?.S));
      ExclusiveStartKey = page.LastEvaluatedKey;
      pages += 1;
    } while (ExclusiveStartKey !== undefined);
    expect(found).toEqual(ScanIndexForward ? all : [...all].reverse());
    expect(pages).toBe(3);
  }
});

test('a page that ends at its limit says so even at the end of the partition', async () => {
  await write(item('p', 'a'), item('p', 'b'));
  expect((await query('pk = :p', {}, { Limit: 2 })).LastEvaluatedKey).toEqual(item('p', 'b'));
  expect((await query('pk = :p', {}, { Limit: 3 })).LastEvaluatedKey).toBeUndefined();
});

test('a page ends at one megabyte', async () => {
  await write(...['a', 'b', 'c', 'd'].map((sk) => item('p', sk, { body: { S: 'x'.repeat(390_000) } })));
  const page = await query('pk = :p', {});
  expect(page.Items?.map((each) => each['sk']?.S)).toEqual(['a', 'b', 'c']);
  expect(page.LastEvaluatedKey).toEqual(item('p', 'c'));
});

test('a filter leaves items out and still counts them', async () => {
  await write(...['1', '2', '3'].map((n) => item('p', n, { n: { N: n } })));
  const page = await query('pk = :p', { ':two': { N: '2' } }, { FilterExpression: 'n >= :two', Limit: 2 });
  expect(page).toMatchObject({ Count: 1, ScannedCount: 2 });
  await expect(query('pk = :p', {}, { FilterExpression: 'sk = :p' })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

test('a projection picks attributes, nested ones within their maps', async () => {
  await write(item('p', 'a', { m: { M: { x: { N: '1' }, y: { N: '2' } } }, l: { L: [{ S: 'v' }, { S: 'w' }] } }));
  const page = await query('pk = :p', {}, { ProjectionExpression: 'sk, m.y, l[1]' });
  expect(page.Items).toEqual([{ sk: { S: 'a' }, m: { M: { y: { N: '2' } } }, l: { L: [{ S: 'w' }] } }]);
});

describe('a sparse index', () => {
  const due = (sk: string, slot: string, at: number) => item('p', sk, { slot: { S: slot }, at: { N: String(at) } });
  const asked = (more: Partial<QueryCommandInput> = {}) =>
    table.client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: 'due',
        KeyConditionExpression: 'slot = :s AND #at <= :t',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':s': { S: 's' }, ':t': { N: '100' } },
        ...more,
      }),
    );

  test('holds items that have both its keys, by number, with keys alone', async () => {
    await write(due('a', 's', 100), due('b', 's', 9), due('c', 's', 101), due('d', 'other', 1), item('p', 'e'));
    await write(item('p', 'f', { slot: { S: 's' }, more: { S: 'x' } }), { ...due('g', 's', -5), more: { S: 'x' } });
    expect((await asked()).Items).toEqual([due('g', 's', -5), due('b', 's', 9), due('a', 's', 100)]);
  });

  test('pages by index key and primary key', async () => {
    await write(...['c', 'a', 'b'].map((sk) => due(sk, 's', 7)));
    const found: unknown[] = [];
    let ExclusiveStartKey: Attributes | undefined;
    do {
      const page: Awaited<ReturnType<typeof asked>> = await asked({
        Limit: 1,
        ...(ExclusiveStartKey && { ExclusiveStartKey }),
      });
      found.push(...(page.Items ?? []).map((each) => each['sk']?.S));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    expect(found.sort()).toEqual(['a', 'b', 'c']);
  });

  test('follows what is replaced and deleted', async () => {
    await write(due('a', 's', 1), due('b', 's', 2), due('c', 's', 3));
    await write(due('a', 's', 50), item('p', 'b'));
    await table.client.send(
      new BatchWriteItemCommand({ RequestItems: { [table.name]: [{ DeleteRequest: { Key: item('p', 'c') } }] } }),
    );
    expect((await asked()).Items).toEqual([due('a', 's', 50)]);
  });

  test('rejects strong reads', async () => {
    await expect(asked({ ConsistentRead: true })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

test('a scan finds all items, page by page', async () => {
  await write(...Array.from({ length: 10 }, (_, index) => item(`p${index % 3}`, String(index))));
  const found = new Set<string | undefined>();
  let ExclusiveStartKey: Attributes | undefined;
  do {
    const page = await table.client.send(
      new ScanCommand({ TableName: table.name, Limit: 4, ...(ExclusiveStartKey && { ExclusiveStartKey }) }),
    );
    for (const each of page.Items ?? []) found.add(each['sk']?.S);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  expect(found.size).toBe(10);
});

test('rejects batches with a key twice, and batches that are too large', async () => {
  const invalid = { name: 'ValidationException' };
  const read = (Keys: Attributes[]) =>
    table.client.send(new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys } } }));
  await expect(read([item('p', 'a'), item('p', 'a')])).rejects.toMatchObject(invalid);
  await expect(read(Array.from({ length: 101 }, (_, index) => item('p', `${index}`)))).rejects.toMatchObject(invalid);
  await expect(write(item('p', 'a'), item('p', 'a'))).rejects.toMatchObject(invalid);
});

test('a batch of reads leaves over what would go beyond sixteen megabytes', async () => {
  const Keys = Array.from({ length: 45 }, (_, index) => item('p', `${100 + index}`));
  for (let start = 0; start < 45; start += 15)
    await write(...Keys.slice(start, start + 15).map((each) => ({ ...each, body: { S: 'x'.repeat(390_000) } })));
  const page = await table.client.send(
    new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys, ConsistentRead: true } } }),
  );
  const answered = page.Responses?.[table.name]?.length ?? 0;
  const left = page.UnprocessedKeys?.[table.name]?.Keys?.length ?? 0;
  expect([answered + left, answered < 45]).toEqual([45, true]);
  expect(page.UnprocessedKeys?.[table.name]?.ConsistentRead).toBe(true);
});
