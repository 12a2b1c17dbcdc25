import { revisionPut } from '../../functions/result-streams.ts';

const records = ['a', 'b', 'c', 'd'].map((data) => ({ partitionKey: 'k', data }));
const [a, b, c, d] = records;

/** Calls of two records; each answers what is said of it, or fails where nothing is. */
function putUnder(answers: (readonly (string | undefined)[] | undefined)[]) {
  const world = { now: 0, asked: 0, problems: [] as string[] };
  async function* offer() {
    world.asked++;
    for (const _ of [0, 1]) {
      const answer = answers.shift();
      if (answer === undefined) throw new Error('no answer');
      yield answer;
    }
  }
  const put = revisionPut(
    () => Promise.resolve(offer),
    (text) => world.problems.push(text),
    () => world.now,
  );
  return { world, put };
}

const taken = [undefined, undefined];

test('what is refused waits, what is taken does not, and it is said how much and why', async () => {
  const { put, world } = putUnder([['Throttled', undefined], taken, taken, taken]);
  expect(await put('totals', records)).toEqual(new Set([a]));
  expect(world.problems).toEqual(['1 results of totals wait to be told: Throttled']);
  expect(await put('totals', records)).toEqual(new Set());
  expect(world.problems).toHaveLength(1);
});

test('where a call fails, what was taken before it does not wait', async () => {
  const { put, world } = putUnder([taken, undefined]);
  expect(await put('totals', records)).toEqual(new Set([c, d]));
  expect(world.problems).toEqual(['2 results of totals wait to be told: Error: no answer']);
});

test('a stream that does not answer is not asked again until advance-time comes again, and others are', async () => {
  const { put, world } = putUnder([undefined, taken, taken, taken, taken]);
  expect(await put('totals', records)).toEqual(new Set(records));
  world.now = 49_000;
  expect(await put('totals', records)).toEqual(new Set(records));
  expect(world.asked).toBe(1);
  expect(await put('others', records)).toEqual(new Set());
  world.now = 60_000;
  expect(await put('totals', [a!, b!, c!, d!])).toEqual(new Set());
});
