import fc from 'fast-check';
import { type Episode, Episodes, newestEpisode } from '../../../engine/alert/episodes.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';

const cooldown = 5 as Millis;

/** A key whose true windows are told one change at a time, as keyed state tells them. */
class Key {
  readonly episodes = new Episodes(cooldown);
  readonly #times = new Set<number>();

  change(t: number, isTrue: boolean): void {
    if (isTrue) this.#times.add(t);
    else this.#times.delete(t);
    const inOrder = [...this.#times].every((other) => other <= t);
    if (inOrder) this.episodes.append(t as EpochMillis, isTrue);
    else {
      this.episodes.replace(t as EpochMillis, (t + 1) as EpochMillis, isTrue ? [t as EpochMillis] : []);
      this.episodes.derive(t as EpochMillis);
    }
  }

  /** The runs with gaps of at most the cooldown, by a plain loop. */
  get expected(): { first: number; last: number }[] {
    const runs: { first: number; last: number }[] = [];
    for (const t of [...this.#times].sort((a, b) => a - b)) {
      const run = runs.at(-1);
      if (run !== undefined && t - run.last <= cooldown) run.last = t;
      else runs.push({ first: t, last: t });
    }
    return runs;
  }

  get standing(): Episode[] {
    return this.episodes.all.filter(({ standing }) => standing);
  }
}

const changes = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 60 }),
    fc.boolean().map((falls) => !falls || undefined),
  ),
  { maxLength: 40, size: 'max' },
);

test('episodes are the runs of true windows, whatever the order of changes', () => {
  fc.assert(
    fc.property(changes, (list) => {
      const key = new Key();
      const told = new Map<EpochMillis, Episode>();
      for (const [t, rises = false] of list) {
        key.change(t, rises);
        for (const episode of key.episodes.take()) told.set(episode.name, { ...episode });
        expect(key.standing.map(({ first, last }) => ({ first, last }))).toEqual(key.expected);
        // Whoever hears only of changes knows as much.
        expect([...told.values()].filter(({ standing }) => standing).sort((a, b) => a.first - b.first)).toEqual(
          key.standing,
        );
      }
      const names = key.episodes.all.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }),
    { numRuns: 300 },
  );
});

test('episodes that come back from a table, in parts of any age, go on as if they had never left', () => {
  fc.assert(
    fc.property(changes, fc.array(fc.boolean(), { minLength: 1 }), (list, keeps) => {
      const key = new Key();
      const stored: Episode[] = [];
      for (const [i, [t, rises = false]] of list.entries()) {
        key.change(t, rises);
        if (keeps[i % keeps.length] === true) stored.push(...key.episodes.all.map((episode) => ({ ...episode })));
      }
      stored.unshift(...key.episodes.all.map((episode) => ({ ...episode })));
      const restored = new Episodes(cooldown);
      restored.restore(stored);
      expect(restored.all.toSorted((a, b) => a.name - b.name)).toEqual(
        key.episodes.all.toSorted((a, b) => a.name - b.name),
      );
    }),
    { numRuns: 100 },
  );
});

function keyWith(...times: number[]): Key {
  const key = new Key();
  for (const t of times) key.change(t, true);
  key.episodes.take();
  return key;
}

test('an episode keeps its name when it goes on, and when it turns out to have begun earlier', () => {
  const key = keyWith(10);
  key.change(14, true);
  key.change(7, true);
  expect(key.standing).toMatchObject([{ name: 10, first: 7, last: 14 }]);
});

test('an episode keeps its name when its ends fall away', () => {
  const key = keyWith(10, 14, 18);
  key.change(10, false);
  key.change(18, false);
  expect(key.standing).toMatchObject([{ name: 10, first: 14, last: 14 }]);
});

test('of two episodes that join the earlier keeps its name, and the other no longer stands', () => {
  const key = keyWith(10, 20);
  key.change(15, true);
  expect(key.episodes.all).toMatchObject([
    { name: 10, first: 10, last: 20, standing: true },
    { name: 20, standing: false },
  ]);
});

test('one that falls apart keeps its name for its first part, and the other part is found again under its own', () => {
  const key = keyWith(10, 20);
  key.change(15, true);
  key.change(15, false);
  expect(key.standing).toMatchObject([
    { name: 10, first: 10, last: 10 },
    { name: 20, first: 20, last: 20 },
  ]);
});

test('an episode that no longer stands is reopened under its name', () => {
  const key = keyWith(10);
  key.change(10, false);
  expect(key.standing).toEqual([]);
  key.change(10, true);
  expect(key.standing).toMatchObject([{ name: 10, first: 10, last: 10 }]);
});

test('what ended before an instant is forgotten, and an episode that goes on is not', () => {
  const key = keyWith(1, 20, 24);
  key.episodes.forget(22 as EpochMillis);
  expect(key.episodes.all).toMatchObject([{ name: 20, first: 20, last: 24 }]);
  key.episodes.append(28 as EpochMillis, true);
  expect(key.episodes.take()).toMatchObject([{ name: 20, first: 20, last: 28 }]);
});

test('an episode that two processes changed at once, each seeing a part, is found again by what either saw', () => {
  const one = { name: 10, first: 10, last: 40, standing: true, revision: 2 } as Episode;
  const other = { name: 10, first: 10, last: 15, standing: false, revision: 2 } as Episode;
  for (const stored of [
    [one, other],
    [other, one],
  ]) {
    const episodes = new Episodes(5 as Millis, []);
    for (const episode of stored) episodes.restore([episode]);
    episodes.replace(0 as EpochMillis, 100 as EpochMillis, [40 as EpochMillis]);
    episodes.derive(0 as EpochMillis);
    expect(episodes.all).toMatchObject([{ name: 10, first: 40, last: 40, standing: true }]);
  }
});

test('of two versions of an episode the one that was changed more often is it, whole', () => {
  const old = { name: 10, first: 10, last: 40, standing: true, revision: 1 } as Episode;
  const fresh = { name: 10, first: 20, last: 30, standing: false, revision: 2 } as Episode;
  expect([newestEpisode(old, fresh), newestEpisode(fresh, old)]).toEqual([fresh, fresh]);
});
