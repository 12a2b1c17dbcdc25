import { countDeadLetters, DeadLetterNews, deadLetterPlaces, type DeadLetters } from '../../local/dead-letters.ts';

const none = { stream: 'orders', late: 0, invalid: 0 };

test('every reason is told at once, and again after a pause where there is more of it', () => {
  const letters = new Map<string, DeadLetters>();
  const news = new DeadLetterNews();
  const told = (now: number) => news.take(letters, now).map(([{ reason }, count]) => `${reason} ${count}`);
  countDeadLetters(letters, { ...none, reason: 'a', invalid: 1 });
  expect(told(0)).toEqual(['a 1']);
  countDeadLetters(letters, { ...none, reason: 'a', invalid: 2 });
  countDeadLetters(letters, { ...none, reason: 'b', late: 1 });
  expect(told(5000)).toEqual(['b 1']);
  expect(told(10_000)).toEqual(['a 2']);
  expect(told(60_000)).toEqual([]);
});

test('of many reasons at once some are told now, the others after the pause', () => {
  const letters = new Map<string, DeadLetters>();
  for (let i = 0; i < 8; i += 1) countDeadLetters(letters, { ...none, reason: `r${i}`, invalid: 1 });
  const news = new DeadLetterNews();
  expect([0, 1, 10_000].map((now) => news.take(letters, now).length)).toEqual([5, 0, 3]);
});

test('reasons without end do not fill the memory', () => {
  const letters = new Map<string, DeadLetters>();
  for (let i = 0; i < 5000; i += 1) countDeadLetters(letters, { ...none, reason: `r${i}`, invalid: 1 });
  expect(letters.size).toBeLessThan(1100);
  expect([...letters.values()].reduce((sum, { invalid }) => sum + invalid, 0)).toBe(5000);
});

test('the place names the folders in which they lie', () => {
  const letters = { ...none, reason: 'a', late: 1, invalid: 2 };
  expect(deadLetterPlaces(letters, 'bucket')).toBe('s3://bucket/invalid/orders/ and s3://bucket/late/orders/');
});
