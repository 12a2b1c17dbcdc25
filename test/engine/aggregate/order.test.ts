import fc from 'fast-check';
import { compareSequenceNumbers } from '../../../engine/aggregate/order.ts';

test('sequence numbers compare as the numbers that they are, however long', () => {
  const number = fc.bigInt({ min: 0n, max: 10n ** 56n });
  const close = number.chain((a) => fc.tuple(fc.constant(a), fc.oneof(number, fc.constantFrom(a, a + 1n, a * 10n))));
  fc.assert(
    fc.property(close, ([a, b]) => {
      expect(Math.sign(compareSequenceNumbers(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});
