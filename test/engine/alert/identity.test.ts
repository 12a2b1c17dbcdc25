import fc from 'fast-check';
import { partitionKeyOf } from '../../../engine/alert/identity.ts';

const rule = { name: 'often', fingerprint: 'f1' };

test('two group keys share items only where they are the same', () => {
  expect(partitionKeyOf(rule, ['a#b', 'c'])).not.toBe(partitionKeyOf(rule, ['a', 'b#c']));
  const group = fc.oneof(fc.string(), fc.constantFrom('#', '","', 'a#b', '1'), fc.integer(), fc.boolean());
  const key = fc.array(group, { maxLength: 3 });
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(partitionKeyOf(rule, a) === partitionKeyOf(rule, b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test('a group key of any size fits into the key of an item, and is still told from others', () => {
  const long = (last: string) => partitionKeyOf(rule, ['😀'.repeat(1000) + last]);
  expect(Buffer.byteLength(long('a'))).toBeLessThan(2048);
  expect(long('a')).not.toBe(long('b'));
});

test('rules of another name or meaning share no items', () => {
  const keys = [rule, { ...rule, name: 'rare' }, { ...rule, fingerprint: 'f2' }].map((one) =>
    partitionKeyOf(one, ['a']),
  );
  expect(new Set(keys).size).toBe(3);
});
