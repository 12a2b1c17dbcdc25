import fc from 'fast-check';
import { type Payload, windowPayload } from '../../../engine/state/payload.ts';

const texts = { severity: 'low', title: 'x' } as const;
const valuesOf = (results: readonly unknown[]): Payload =>
  windowPayload(
    texts,
    results.map((_, i) => `v${i}`),
    results,
  );
const bytesOf = (one: unknown): number => Buffer.byteLength(JSON.stringify(one));

test('a value that has no room is null and named, and a smaller one after it is said', () => {
  const said = valuesOf(['a'.repeat(100_000), 'b'.repeat(50_000), 3, null, ['c'.repeat(40_000)]]);
  expect(said).toMatchObject({
    values: { v0: 'a'.repeat(100_000), v1: null, v2: 3, v3: null, v4: null },
    tooLarge: ['v1', 'v4'],
  });
});

test('what has room is said as it is, and nothing is named', () => {
  expect(valuesOf([1, undefined, { a: [2] }, 'x'.repeat(119_000)])).toEqual({
    ...{ severity: 'low', title: 'x', description: undefined, labels: undefined },
    values: { v0: 1, v1: null, v2: { a: [2] }, v3: 'x'.repeat(119_000) },
  });
});

test('all that a pane keeps has room', () => {
  // 1,600 values, and what their share of a pane leaves to each: see `sizeBounds`.
  for (const kept of [1, 33, 90, 1600]) {
    const all = Array.from({ length: kept }, () => 'x'.repeat(Math.min(2998, Math.floor(100_000 / kept) - 2)));
    expect(valuesOf([all, 1600])).not.toHaveProperty('tooLarge');
  }
});

test('texts of any number and size take 60,000 bytes together, and say where they are cut', () => {
  const text = fc
    .tuple(fc.constantFrom('x', '€', '😀', '\u0001', '"', '\ud800'), fc.constantFrom(1, 300, 5000))
    .map(([character, length]) => character.repeat(length));
  fc.assert(
    fc.property(text, text, fc.array(text, { maxLength: 60 }), (title, description, all) => {
      const labels = Object.fromEntries(all.map((label, i) => [`l${i}`, label]));
      const said = windowPayload({ severity: 'low', title, description, labels }, [], []);
      const given = [title, description, ...all];
      const shown = [said.title, said.description ?? '', ...Object.values(said.labels ?? {})];
      expect(shown.reduce((sum, one) => sum + bytesOf(one), 0)).toBeLessThanOrEqual(60_000);
      for (const [i, one] of shown.entries()) {
        if (one === given[i]) continue;
        expect(one.endsWith('…')).toBe(true);
        expect(given[i]?.startsWith(one.slice(0, -1))).toBe(true);
      }
    }),
  );
});

test('a title and some labels of ordinary size are said in full, up to 4,000 characters each', () => {
  const labels = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`l${i}`, 'x'.repeat(4000)]));
  const said = windowPayload({ severity: 'low', title: 'y'.repeat(4000), labels }, [], []);
  expect(said).toMatchObject({ title: 'y'.repeat(4000), labels });
  expect(windowPayload({ ...texts, title: 'y'.repeat(4001) }, [], []).title).toBe(`${'y'.repeat(3999)}…`);
});
