import { mostValues, type TableValue, valueAt, withValue } from '../../../engine/state/table-values.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';

const keep = 10 as Millis;
const other = { shard: 'orders/0', sequenceNumber: '1' };

/** The one of a time that arrives `arrival`, or then, as the record of that number. */
function made(t: number, n: number, arrival = t): TableValue {
  const order = {
    t: t as EpochMillis,
    arrival: arrival as EpochMillis,
    shard: 'customers/0',
    sequenceNumber: String(n),
    index: 0,
  };
  return { order, value: { n } };
}

function all(values: readonly TableValue[]): readonly TableValue[] {
  return values.reduce<readonly TableValue[]>((kept, one) => withValue(kept, one, keep), []);
}

const at = (values: readonly TableValue[], t: number, asks = other) => valueAt(values, t as EpochMillis, asks)?.['n'];

test('a value holds from its time on until the next one of its key', () => {
  const values = all([made(10, 1), made(15, 2)]);
  expect([9, 10, 14, 15, 1000].map((t) => at(values, t))).toEqual([undefined, 1, 1, 2, 2]);
});

test('of values of one time the one that arrived last holds', () => {
  expect(at(all([made(10, 1, 20), made(10, 2, 12)]), 10)).toBe(1);
});

test('a record sees neither what it made itself nor what later ones of its shard made', () => {
  const values = all([made(10, 1), made(15, 2), made(15, 3), made(14, 4)]);
  expect(at(values, 15, { shard: 'customers/0', sequenceNumber: '2' })).toBe(1);
  expect(at(values, 15, { shard: 'customers/1', sequenceNumber: '2' })).toBe(3);
});

test('what another value took the place of is kept for as long as it is said, and the newest for ever', () => {
  const values = all([made(0, 1), made(5, 2), made(20, 3), made(31, 4)]);
  expect(values.map(({ value }) => value['n'])).toEqual([3, 4]);
  expect(at(values, 19)).toBeUndefined();
  expect(at(values, 1e9)).toBe(4);
});

test('what an event takes the place of is there for the event itself, also where nothing is kept', () => {
  const values = withValue([made(5, 1)], made(7, 2), 0 as Millis);
  expect(at(values, 7, { shard: 'customers/0', sequenceNumber: '2' })).toBe(1);
});

test('of one key no more values are kept than an item holds, the newest', () => {
  const values = all(Array.from({ length: mostValues + 5 }, (_, i) => made(1, i, i)));
  expect(values).toHaveLength(mostValues);
  expect(values[0]?.value).toEqual({ n: 5 });
});

test('what is kept follows from the values alone, in whatever order and however often they come', () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 300; round++) {
    const count = 1 + random(round % 10 === 0 ? 250 : 12);
    const values = Array.from({ length: count }, (_, n) => made(random(round % 20 === 0 ? 9 : 40), n, random(50)));
    const shuffled = [...values, ...values.filter(() => random(3) === 0)]
      .map((one) => ({ one, place: random(1e6) }))
      .sort((a, b) => a.place - b.place)
      .map(({ one }) => one);
    expect(all(shuffled)).toEqual(all(values));
  }
});

test('a value that is there, or forgotten, changes nothing', () => {
  const values = all([made(0, 1), made(20, 2), made(31, 3)]);
  expect(withValue(values, made(20, 2), keep)).toBe(values);
  expect(withValue(values, made(0, 1), keep)).toBe(values);
});
