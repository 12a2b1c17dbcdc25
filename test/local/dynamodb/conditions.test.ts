/** What the embedded DynamoDB and Amazon's must agree on: conditions and updates of single items. */
import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { tableUnderTest } from './table-under-test.ts';

const table = tableUnderTest();

const key = { pk: { S: 'p' }, sk: { S: 's' } };
const put = (item: Record<string, AttributeValue>, more: Partial<PutItemCommandInput> = {}) =>
  table.client.send(new PutItemCommand({ TableName: table.name, Item: { ...key, ...item }, ...more }));
const update = (expression: string, more: Partial<UpdateItemCommandInput> = {}) =>
  table.client.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key: key,
      UpdateExpression: expression,
      ReturnValues: 'ALL_NEW',
      ...more,
    }),
  );
const get = async () =>
  (await table.client.send(new GetItemCommand({ TableName: table.name, Key: key, ConsistentRead: true }))).Item;

describe('a condition', () => {
  const standing = {
    n: { N: '10' },
    t: { S: 'text' },
    list: { L: [{ N: '1' }, { M: { deep: { S: 'x' } } }] },
    set: { SS: ['a', 'b'] },
    flag: { BOOL: true },
  };
  const values = {
    ':ten': { N: '10.0' },
    ':nine': { N: '9' },
    ':eleven': { N: '11' },
    ':t': { S: 'text' },
    ':te': { S: 'te' },
    ':a': { S: 'a' },
    ':x': { S: 'x' },
    ':S': { S: 'S' },
    ':two': { N: '2' },
  };
  const used = (condition: string) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => new RegExp(`${name}\\b`).test(condition)));

  test.each([
    ['n = :ten', true],
    ['n <> :ten', false],
    ['n < :nine', false],
    ['n > :nine AND n < :eleven', true],
    ['n >= :eleven OR t = :t', true],
    ['NOT n = :ten', false],
    ['NOT (n = :nine OR n = :eleven)', true],
    ['n = :nine OR n = :ten AND t = :x', false],
    ['n BETWEEN :nine AND :eleven AND t = :t', true],
    ['n IN (:nine, :eleven)', false],
    ['n IN (:nine, :ten)', true],
    ['begins_with(t, :te)', true],
    ['begins_with(t, :x)', false],
    ['contains(#set, :a)', true],
    ['contains(t, :x)', true],
    ['attribute_exists(t)', true],
    ['attribute_exists(absent)', false],
    ['attribute_not_exists(absent) and attribute_exists(list[1].deep)', true],
    ['attribute_type(t, :S)', true],
    ['size(list) = :two', true],
    ['list[1].deep = :x', true],
    ['absent = :x', false],
    ['absent <> :x', true],
    ['absent < :nine', false],
    ['n < :x', false],
    ['t <> :ten', true],
  ])('%s is %s', async (written, holds) => {
    await put(standing);
    // Names that DynamoDB reserves.
    const condition = written.replaceAll('list', '#list');
    const names = { '#list': 'list', '#set': 'set' };
    const outcome = put(
      { after: { BOOL: true } },
      {
        ConditionExpression: condition,
        ...(Object.keys(used(condition)).length > 0 && { ExpressionAttributeValues: used(condition) }),
        ...(condition.includes('#') && {
          ExpressionAttributeNames: Object.fromEntries(
            Object.entries(names).filter(([name]) => condition.includes(name)),
          ),
        }),
      },
    );
    if (holds) await outcome;
    else await expect(outcome).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect((await get())?.['after']).toEqual(holds ? { BOOL: true } : undefined);
  });

  test.each([
    ['an expression that ends too soon', 'n =', {}],
    ['a value that is not given', 'n = :no', {}],
    ['a value that is not used', 'attribute_exists(n)', { ':n': { N: '1' } }],
    ['an unknown function', 'is_good(n)', {}],
    ['an empty expression', '', {}],
  ])('rejects %s', async (_, expression, given) => {
    await expect(
      put(
        {},
        {
          ConditionExpression: expression,
          ...(Object.keys(given).length > 0 && { ExpressionAttributeValues: given }),
        },
      ),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('that fails answers the standing item where it is asked to', async () => {
    await put({ n: { N: '1' } });
    const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
    await expect(put({}, { ...condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).rejects.toMatchObject({
      Item: { ...key, n: { N: '1' } },
    });
    await expect(put({}, condition)).rejects.not.toHaveProperty('Item.pk');
    await expect(
      table.client.send(
        new DeleteItemCommand({ TableName: table.name, Key: key, ConditionExpression: 'attribute_not_exists(pk)' }),
      ),
    ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  });
});

describe('an update', () => {
  test('makes the item where there is none', async () => {
    await update('SET a = :a', { ExpressionAttributeValues: { ':a': { S: 'x' } } });
    expect(await get()).toEqual({ ...key, a: { S: 'x' } });
  });

  test('reads all its terms from the item as it was', async () => {
    await put({ a: { N: '1' }, b: { N: '2' }, gone: { S: 'x' }, m: { M: { x: { N: '1' }, y: { N: '2' } } } });
    const { Attributes } = await update(
      'SET a = b, b = a + :tenth, c = if_not_exists(c, :tenth) REMOVE gone, m.x ADD n :two',
      {
        ExpressionAttributeValues: { ':tenth': { N: '0.1' }, ':two': { N: '2' } },
      },
    );
    expect(Attributes).toEqual({
      ...key,
      a: { N: '2' },
      b: { N: '1.1' },
      c: { N: '0.1' },
      n: { N: '2' },
      m: { M: { y: { N: '2' } } },
    });
  });

  test('adds decimals exactly', async () => {
    const big = { ':v': { N: '12345678901234567890.1234' } };
    await update('ADD n :v', { ExpressionAttributeValues: big });
    const { Attributes } = await update('ADD n :v', { ExpressionAttributeValues: big, ReturnValues: 'UPDATED_NEW' });
    expect(Attributes).toEqual({ n: { N: '24691357802469135780.2468' } });
  });

  test('adds to sets and lists, and takes from sets', async () => {
    await put({ s: { SS: ['a', 'b'] }, l: { L: [{ N: '1' }] } });
    const { Attributes } = await update('SET l = list_append(l, :l) ADD t :s DELETE s :s', {
      ExpressionAttributeValues: { ':l': { L: [{ N: '2' }] }, ':s': { SS: ['a'] } },
    });
    expect(Attributes).toEqual({ ...key, s: { SS: ['b'] }, t: { SS: ['a'] }, l: { L: [{ N: '1' }, { N: '2' }] } });
  });

  test.each([
    ['a key attribute', 'SET sk = :v'],
    ['one path twice', 'SET a = :v REMOVE a'],
    ['an absent operand', 'SET a = absent'],
    ['arithmetic with text', 'SET a = t + :v'],
  ])('rejects %s', async (_, expression) => {
    await put({ t: { S: 'x' } });
    await expect(
      update(expression, expression.includes(':v') ? { ExpressionAttributeValues: { ':v': { N: '1' } } } : {}),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('an item', () => {
  test('comes back with its numbers normalized and its types kept', async () => {
    const item = {
      b: { B: Uint8Array.of(0, 255) },
      n: { NULL: true },
      e: { S: '' },
      l: { L: [] },
      m: { M: {} },
    } satisfies Record<string, AttributeValue>;
    await put({ ...item, x: { N: '+01.50' }, y: { N: '1E-5' }, z: { N: '1e20' }, zero: { N: '-0' } });
    expect(await get()).toEqual({
      ...key,
      ...item,
      x: { N: '1.5' },
      y: { N: '0.00001' },
      z: { N: '100000000000000000000' },
      zero: { N: '0' },
    });
  });

  test.each<[string, Record<string, AttributeValue>]>([
    ['an empty key', { pk: { S: '' } }],
    ['a key of the wrong type', { sk: { N: '1' } }],
    ['a partition key over 2048 bytes', { pk: { S: 'ü'.repeat(1025) } }],
    ['a sort key over 1024 bytes', { sk: { S: 'x'.repeat(1025) } }],
    ['an index key of the wrong type', { slot: { N: '1' } }],
    ['an empty index key', { slot: { S: '' } }],
    ['more than 400 KB', { x: { S: 'x'.repeat(400 * 1024) } }],
    ['an empty set', { x: { SS: [] } }],
    ['a set with a member twice', { x: { SS: ['a', 'a'] } }],
    ['what is no number', { x: { N: '1x' } }],
    ['a number of 39 digits', { x: { N: '1'.repeat(39) } }],
    ['a number beyond 10^126', { x: { N: '1e126' } }],
  ])('is rejected with %s', async (_, item) => {
    await expect(put(item)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('is found only by its whole key', async () => {
    const asked = (Key: Record<string, AttributeValue>) =>
      table.client.send(new GetItemCommand({ TableName: table.name, Key }));
    await expect(asked({ pk: { S: 'p' } })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(asked({ ...key, more: { S: 'x' } })).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await asked({ ...key, sk: { S: 'other' } })).Item).toBeUndefined();
  });

  test('of a table that does not exist is a ResourceNotFoundException', async () => {
    await expect(table.client.send(new GetItemCommand({ TableName: 'absent', Key: key }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
