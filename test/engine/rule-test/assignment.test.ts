import { assign } from '../../../engine/rule-test/assignment.ts';

test('the one that fits anywhere makes room for the one that fits only there', () => {
  const fits = [[0, 1], [0]];
  expect(assign(2, 2, (one, other) => fits[one]!.includes(other))).toEqual([1, 0]);
});

test('as many as possible find a partner, and none serves two', () => {
  expect(
    assign(3, 2, () => true)
      .filter((partner) => partner !== undefined)
      .sort(),
  ).toEqual([0, 1]);
  expect(assign(1, 2, () => false)).toEqual([undefined]);
});
