import fc from 'fast-check';
import { type BroughtId, idHash, RecentIds } from '../../../engine/intake/recent-ids.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';

const within = 1000 as Millis;
const at = (millis: number): EpochMillis => millis as EpochMillis;

test('a second record with an id is a repeat within the horizon, both ends included', () => {
  const ids = new RecentIds(within);
  expect(ids.isRepeat('a', at(0), '1')).toBe(false);
  expect(ids.isRepeat('a', at(0), '2')).toBe(true);
  expect(ids.isRepeat('a', at(1000), '3')).toBe(true);
  expect(ids.isRepeat('a', at(1001), '4')).toBe(false);
  expect(ids.isRepeat('a', at(2001), '5')).toBe(true);
});

test('a record that comes again is no repeat of itself', () => {
  const ids = new RecentIds(within);
  expect([1, 2, 3].map(() => ids.isRepeat('a', at(5), '1'))).toEqual([false, false, false]);
});

test('an id is told for each record that brings it first, however often that comes', () => {
  const told: BroughtId[] = [];
  const ids = new RecentIds(within, new Map(), (brought) => told.push(brought));
  ids.isRepeat('a', at(0), '1');
  ids.isRepeat('a', at(1), '2');
  ids.isRepeat('a', at(0), '1');
  expect(told.map(({ id, sequenceNumber }) => [id, sequenceNumber])).toEqual([
    ['a', '1'],
    ['a', '1'],
  ]);
});

test('an id that an earlier process saw is a repeat within the horizon', () => {
  const ids = new RecentIds(within, new Map([[idHash('a'), at(0)]]));
  expect(ids.isRepeat('a', at(1000), '9')).toBe(true);
  expect(ids.isRepeat('a', at(1001), '10')).toBe(false);
});

test('the hashes of a hundred thousand ids that follow each other differ', () => {
  expect(new Set(Array.from({ length: 100_000 }, (_, i) => idHash(`order-${i}`))).size).toBe(100_000);
  expect(new Set(Array.from({ length: 100_000 }, (_, i) => idHash(`order-${i}`).slice(0, 7))).size).toBeGreaterThan(
    99_990,
  );
});

test('what is a repeat is what a list of all that was counted says', () => {
  const events = fc.array(
    fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), pause: fc.constantFrom(0, 1, 400, 999, 1000, 1001, 5000) }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(events, (all) => {
      const ids = new RecentIds(within);
      const counted = new Map<string, number>();
      let now = 0;
      all.forEach(({ id, pause }, i) => {
        now += pause;
        const before = counted.get(id);
        const repeat = before !== undefined && now - before <= within;
        if (!repeat) counted.set(id, now);
        expect(ids.isRepeat(id, at(now), String(i))).toBe(repeat);
      });
    }),
  );
});
