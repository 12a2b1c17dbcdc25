import fc from 'fast-check';
import { arrivalJitter, idHash, RecentIds } from '../../../engine/intake/recent-ids.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';

const within = 1000 as Millis;
const at = (millis: number): EpochMillis => millis as EpochMillis;

test('a second record with an id is a repeat within the horizon, both ends included', () => {
  const ids = new RecentIds(within);
  expect(ids.isRepeat('a', at(0))).toBe(false);
  expect(ids.isRepeat('a', at(0))).toBe(true);
  expect(ids.isRepeat('a', at(1000))).toBe(true);
  expect(ids.isRepeat('a', at(1001))).toBe(false);
  expect(ids.isRepeat('a', at(2001))).toBe(true);
});

test('an id that an earlier process saw is a repeat within the horizon', () => {
  const ids = new RecentIds(within, new Map([[idHash('a'), at(0)]]));
  expect(ids.isRepeat('a', at(1000))).toBe(true);
  expect(ids.isRepeat('a', at(1001))).toBe(false);
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
      all.forEach(({ id, pause }) => {
        now += pause;
        const before = counted.get(id);
        const repeat = before !== undefined && now - before <= within;
        if (!repeat) counted.set(id, now);
        expect(ids.isRepeat(id, at(now))).toBe(repeat);
      });
    }),
  );
});

test('an arrival that runs back finds what came before it', () => {
  const ids = new RecentIds(within);
  expect(ids.isRepeat('a', at(500))).toBe(false);
  expect(ids.isRepeat('a', at(499))).toBe(true);
  expect(ids.isRepeat('a', at(1501))).toBe(false);
});

test('of ids beyond the horizon nothing is kept, however many come', () => {
  const ids = new RecentIds(within);
  const { room } = ids;
  for (let i = 0; i < 20_000; i++) ids.isRepeat(`order-${i}`, at(i * (within + arrivalJitter)));
  expect(ids.room).toBe(room);
});

test('the room of a busy horizon is given back after it', () => {
  const ids = new RecentIds(within);
  const { room } = ids;
  for (let i = 0; i < 20_000; i++) ids.isRepeat(`order-${i}`, at(0));
  expect(ids.room).toBeGreaterThan(20_000);
  for (let i = 0; i < 15_000; i++) ids.isRepeat(`later-${i}`, at((i + 1) * arrivalJitter));
  expect(ids.room).toBe(room);
});

/** Texts of three letters, sorted by where the table has its place for them: more than go into one neighbourhood. */
function crowd(): string[] {
  const letters = Array.from({ length: 60 }, (_, i) => String.fromCharCode(48 + i));
  const texts = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
  const place = (text: string): number => Number.parseInt(idHash(text).slice(0, 7), 36) & 1023;
  return texts.filter((text) => place(text) < 2);
}

test('ids that were chosen to stand in one place are told apart as well', () => {
  const ids = new RecentIds(within);
  const texts = crowd();
  expect(texts.length).toBeGreaterThan(300);
  expect(texts.filter((text) => ids.isRepeat(text, at(0)))).toEqual([]);
  expect(texts.filter((text) => !ids.isRepeat(text, at(1)))).toEqual([]);
  for (let i = 0; i < 5000; i++) ids.isRepeat(`order-${i}`, at(2));
  expect(texts.filter((text) => !ids.isRepeat(text, at(within)))).toEqual([]);
});
