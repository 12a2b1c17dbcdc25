/** The table of keys against a map of their texts. */
import fc from 'fast-check';
import { KeyTable } from '../../../engine/state/key-table.ts';

const group = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constantFrom('1', '-1', 'true', '0', -0),
);

const nameOf = (key: readonly unknown[]): string => JSON.stringify(key);

describe('the table of keys', () => {
  it.each([0, 1, 2])('holds of keys of %i group values what was put last', (length) => {
    const keys = fc.array(group, { minLength: length, maxLength: length });
    const step = fc.record({ key: keys, kind: fc.constantFrom('set', 'set', 'set', 'delete', 'get') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.integer({ min: 1, max: 5 }), (steps, kept) => {
        const table = new KeyTable<number>();
        const map = new Map<string, number>();
        steps.forEach(({ key, kind }, number) => {
          if (kind === 'set') {
            table.set(key, number);
            map.set(nameOf(key), number);
          } else if (kind === 'delete') {
            table.delete(key);
            map.delete(nameOf(key));
          }
          expect(table.get(key)).toBe(map.get(nameOf(key)));
          expect(table.size).toBe(map.size);
        });
        table.replace((value) => (value % kept === 0 ? value + 1000 : undefined));
        for (const { key } of steps) {
          const value = map.get(nameOf(key));
          expect(table.get(key)).toBe(value === undefined || value % kept !== 0 ? undefined : value + 1000);
        }
      }),
    );
  });

  it('grows, and gives room again', () => {
    const table = new KeyTable<number>();
    const numbers = Array.from({ length: 5000 }, (_, i) => i);
    const held = (): unknown[] => numbers.map((i) => table.get([`c-${i}`, i]));
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5000; i++) table.set([`c-${i}`, i], i);
      expect(held()).toEqual(numbers);
      expect(table.get(['c-1', 2])).toBeUndefined();
      for (let i = 0; i < 4990; i++) table.delete([`c-${i}`, i]);
      expect(table.size).toBe(10);
      expect(held()).toEqual(numbers.map((i) => (i < 4990 ? undefined : i)));
    }
  });

  it('holds keys of the same hash, however many', () => {
    const table = new KeyTable<number>();
    const same = sameHashed(100);
    same.forEach((text, i) => table.set([text], i));
    same.forEach((text, i) => expect(table.get([text])).toBe(i));
    same.forEach((text, i) => i % 2 === 0 && table.delete([text]));
    table.replace((value) => value);
    expect(table.size).toBe(50);
    same.forEach((text, i) => expect(table.get([text])).toBe(i % 2 === 0 ? undefined : i));
  });
});

/** Texts that the table's hash of a text does not tell apart: pairs of characters, after either of which it is the same. */
function sameHashed(count: number): string[] {
  const after = (before: number, text: string): number => {
    let sum = before;
    for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 1_597_334_677);
    return sum;
  };
  let hash = 0x41c6ce57;
  let texts = [''];
  while (texts.length < count) {
    // Two characters that leave the upper half alike; what comes behind them makes the lower half so.
    const byUpper = new Map<number, string>();
    let pair: readonly [string, string] | undefined;
    for (let code = 0; pair === undefined; code++) {
      const one = String.fromCharCode(code);
      const other = byUpper.get(after(hash, one) >>> 16);
      byUpper.set(after(hash, one) >>> 16, one);
      if (other === undefined) continue;
      const differ = (after(hash, one) ^ after(hash, other)) & 0xffff;
      pair = [`${one}\0`, other + String.fromCharCode(differ)];
    }
    const [first, second] = pair;
    if (after(hash, first) !== after(hash, second)) throw new Error('the texts differ in their hash');
    texts = texts.flatMap((text) => [text + first, text + second]);
    hash = after(hash, first);
  }
  return texts.slice(0, count);
}
