/** What the embedded DynamoDB and Amazon's must agree on: PartiQL statements, alone and in batches. */
import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  ExecuteStatementCommand,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { tableUnderTest } from './table-under-test.ts';

const table = tableUnderTest();

interface Request {
  readonly Statement: string;
  readonly Parameters?: AttributeValue[];
}

const insert = (sk: string, version = 1): Request => ({
  Statement: `INSERT INTO "${table.name}" VALUE {'pk':?,'sk':?,'version':?,'slot':?,'at':?}`,
  Parameters: [{ S: 'p' }, { S: sk }, { N: String(version) }, { S: 'x' }, { N: '5' }],
});
const update = (sk: string, from: number): Request => ({
  Statement: `UPDATE "${table.name}" SET "version"=? SET "ttl"=? REMOVE "slot" REMOVE "at" WHERE "pk"=? AND "sk"=? AND "version"=?`,
  Parameters: [{ N: String(from + 1) }, { N: '7' }, { S: 'p' }, { S: sk }, { N: String(from) }],
});
const select = (sk: string): Request => ({
  Statement: `SELECT * FROM "${table.name}" WHERE "pk"=? AND "sk"=?`,
  Parameters: [{ S: 'p' }, { S: sk }],
});
const run = (request: Request) => table.client.send(new ExecuteStatementCommand(request));
const batch = async (...Statements: Request[]) => {
  const { Responses } = await table.client.send(new BatchExecuteStatementCommand({ Statements }));
  return Responses?.map(({ Error, Item }) => Error?.Code ?? Item ?? 'done');
};
const version = async (sk: string) =>
  (
    await table.client.send(
      new GetItemCommand({ TableName: table.name, Key: { pk: { S: 'p' }, sk: { S: sk } }, ConsistentRead: true }),
    )
  ).Item?.['version']?.N;

test('each statement of a batch succeeds or fails alone', async () => {
  await batch(insert('a'), insert('b'));
  expect(await batch(insert('a', 9), insert('c'), update('b', 1), update('absent', 1))).toEqual([
    'DuplicateItem',
    'done',
    'done',
    'ConditionalCheckFailed',
  ]);
  expect(await Promise.all(['a', 'b', 'c', 'absent'].map(version))).toEqual(['1', '2', '1', undefined]);
});

test('an update applies only where all of its WHERE holds', async () => {
  await run(insert('a'));
  expect(await batch(update('a', 2))).toEqual(['ConditionalCheckFailed']);
  expect(await batch(update('a', 1))).toEqual(['done']);
  expect((await run(select('a'))).Items).toEqual([
    { pk: { S: 'p' }, sk: { S: 'a' }, version: { N: '2' }, ttl: { N: '7' } },
  ]);
});

test('statements that cannot be run fail alone', async () => {
  expect(
    await batch(
      { Statement: 'INSERT INTO' },
      { ...insert('a'), Parameters: [{ S: 'p' }] },
      { Statement: `UPDATE "${table.name}" SET "x"=? WHERE "pk"=?`, Parameters: [{ S: 'p' }, { S: 'p' }] },
      { Statement: `INSERT INTO "${table.name}" VALUE {'pk':?}`, Parameters: [{ S: 'p' }] },
      { Statement: `INSERT INTO "absent" VALUE {'pk':?}`, Parameters: [{ S: 'p' }] },
      insert('b'),
    ),
  ).toEqual(['ValidationError', 'ValidationError', 'ValidationError', 'ValidationError', 'ResourceNotFound', 'done']);
});

test('a statement that would leave an item too large or without its key fails alone', async () => {
  await run(insert('a'));
  const set = (name: string, value: AttributeValue): Request => ({
    Statement: `UPDATE "${table.name}" SET "${name}"=? WHERE "pk"=? AND "sk"=?`,
    Parameters: [value, { S: 'p' }, { S: 'a' }],
  });
  expect(await batch(set('x', { S: 'x'.repeat(410_000) }), insert('b'))).toEqual(['ValidationError', 'done']);
  expect(await batch(set('sk', { S: 'z' }))).toEqual(['ValidationError']);
  expect(await version('a')).toBe('1');
});

test('rejects a batch that names an item twice', async () => {
  await run(insert('a'));
  await expect(batch(update('a', 1), update('a', 2))).rejects.toMatchObject({ name: 'ValidationException' });
});

test('rejects a batch of more than 25, an empty one, and reads beside writes', async () => {
  const invalid = { name: 'ValidationException' };
  await expect(batch(...Array.from({ length: 26 }, (_, index) => insert(`x${index}`)))).rejects.toMatchObject(invalid);
  await expect(batch()).rejects.toMatchObject(invalid);
  await expect(batch(insert('a'), select('b'))).rejects.toMatchObject(invalid);
});

test('reads in a batch answer one item or none', async () => {
  await run(insert('a'));
  const responses = await batch(select('a'), select('absent'));
  expect(responses).toEqual([expect.objectContaining({ sk: { S: 'a' } }), 'done']);
});

test('a single statement fails with an exception', async () => {
  await run(insert('a'));
  await expect(run(insert('a'))).rejects.toThrow('Duplicate primary key exists in table');
  await expect(run(update('a', 5))).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
});

test('literals, quotes and arithmetic are understood', async () => {
  await run({
    Statement: `INSERT INTO "${table.name}" VALUE {'pk':'p','sk':'it''s','n':1.5,'f':true,'l':[1,{'a':'b'}]}`,
  });
  await run({ Statement: `UPDATE "${table.name}" SET n = n + 2 WHERE pk = 'p' AND sk = 'it''s' AND n < 2` });
  expect((await run(select("it's"))).Items).toEqual([
    {
      pk: { S: 'p' },
      sk: { S: "it's" },
      n: { N: '3.5' },
      f: { BOOL: true },
      l: { L: [{ N: '1' }, { M: { a: { S: 'b' } } }] },
    },
  ]);
  await run({ Statement: `DELETE FROM "${table.name}" WHERE pk = 'p' AND sk = 'it''s'` });
  expect((await run(select("it's"))).Items).toEqual([]);
});
