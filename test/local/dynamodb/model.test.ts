/** What only the embedded DynamoDB has: expiry when it is asked for, and numbers checked against exact arithmetic. */
import fc from 'fast-check';
import type { EpochMillis } from '../../../engine/time.ts';
import { add, compare, normalize, subtract } from '../../../local/dynamodb/decimal.ts';
import { DynamoDb } from '../../../local/dynamodb/dynamodb.ts';
import type { Table } from '../../../local/dynamodb/table.ts';

const at = (millis: number) => millis as EpochMillis;

function makeTable(): Table {
  return new DynamoDb().createTable(
    {
      TableName: 'items',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
        { AttributeName: 'slot', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [{ AttributeName: 'slot', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
    at(0),
  );
}

test('items expire once their time to live lies in the past, from the table and its indexes', () => {
  const table = makeTable();
  table.ttlAttribute = 'ttl';
  const item = (sk: string, ttl?: string) => ({
    pk: { S: 'p' },
    sk: { N: sk },
    slot: { S: 's' },
    ...(ttl !== undefined && { ttl: { N: ttl } }),
  });
  for (const each of [item('1', '100'), item('2', '101'), item('3')]) table.put(each);
  expect(table.expire(at(100_000))).toBe(0);
  expect(table.expire(at(100_001))).toBe(1);
  expect(table.partition(undefined, { S: 'p' }).map((entry) => entry.item['sk']?.N)).toEqual(['2', '3']);
  expect(table.partition(table.index('due'), { S: 's' })).toHaveLength(2);
});

test('table and index hold the same as a list that is sorted anew each time', () => {
  const step = fc.record({
    sk: fc.integer({ min: 0, max: 12 }),
    slot: fc.constantFrom('x', 'y', undefined),
    remove: fc.boolean(),
    look: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = makeTable();
      const model = new Map<number, string | undefined>();
      for (const { sk, slot, remove, look } of steps) {
        const key = { pk: { S: 'p' }, sk: { N: String(sk) } };
        if (remove) {
          table.delete(key);
          model.delete(sk);
        } else {
          table.put({ ...key, ...(slot !== undefined && { slot: { S: slot } }) });
          model.set(sk, slot);
        }
        if (!look) continue;
        const order = [...model].sort(([a], [b]) => a - b);
        const keys = (entries: ReturnType<Table['partition']>) => entries.map((entry) => Number(entry.item['sk']?.N));
        expect(keys(table.partition(undefined, { S: 'p' }))).toEqual(order.map(([each]) => each));
        for (const name of ['x', 'y'])
          expect(keys(table.partition(table.index('due'), { S: name }))).toEqual(
            order.flatMap(([each, its]) => (its === name ? [each] : [])),
          );
      }
    }),
    { numRuns: 200 },
  );
});

test('decimals add, subtract and compare exactly', () => {
  const scaled = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
  const text = (value: bigint) => {
    const digits = (value < 0n ? -value : value).toString().padStart(13, '0');
    return `${value < 0n ? '-' : ''}${digits.slice(0, -12)}.${digits.slice(-12)}`;
  };
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      const [left, right] = [normalize(text(a)), normalize(text(b))];
      expect(add(left, right)).toBe(normalize(text(a + b)));
      expect(subtract(left, right)).toBe(normalize(text(a - b)));
      expect(Math.sign(compare(left, right))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});
