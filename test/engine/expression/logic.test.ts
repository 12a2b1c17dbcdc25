import * as fc from 'fast-check';
import { evaluate } from './evaluate.ts';

/** What an operand of logic can be: a bool, a failure, or something that is neither. */
const operands = ['true', 'false', 'event.missing', 'event.text'] as const;
const event = { text: 'no bool', yes: true, no: false };
type Truth = boolean | undefined;

const truthOf = (operand: string): Truth => (operand === 'true' ? true : operand === 'false' ? false : undefined);
const and = (a: Truth, b: Truth): Truth =>
  a === false || b === false ? false : a === true && b === true ? true : undefined;
const or = (a: Truth, b: Truth): Truth =>
  a === true || b === true ? true : a === false && b === false ? false : undefined;
const not = (a: Truth): Truth => (a === undefined ? undefined : !a);

interface Formula {
  readonly source: string;
  readonly truth: Truth;
}
const formula = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.constantFrom(...operands).map((source): Formula => ({ source, truth: truthOf(source) })),
    fc
      .tuple(tie('formula'), tie('formula'))
      .map(([a, b]): Formula => ({ source: `(${a.source} && ${b.source})`, truth: and(a.truth, b.truth) })),
    fc
      .tuple(tie('formula'), tie('formula'))
      .map(([a, b]): Formula => ({ source: `(${a.source} || ${b.source})`, truth: or(a.truth, b.truth) })),
    tie('formula').map((a): Formula => ({ source: `!${a.source}`, truth: not(a.truth) })),
    fc.tuple(tie('formula'), tie('formula'), tie('formula')).map(
      ([a, b, c]): Formula => ({
        source: `(${a.source} ? ${b.source} : ${c.source})`,
        truth: a.truth === undefined ? undefined : a.truth ? b.truth : c.truth,
      }),
    ),
  ),
})).formula;

/** Where a branch of ?: is no bool its value comes through: it is no truth for whoever asks. */
const asTruth = (value: unknown): Truth => (typeof value === 'boolean' ? value : undefined);

test('logic has three values: failure is absorbed where the other side settles the result, in both orders', () => {
  fc.assert(
    fc.property(formula, ({ source, truth }) => {
      expect(asTruth(evaluate(source, event))).toBe(truth);
    }),
    { numRuns: 500 },
  );
});

test('all and exists over a list are && and || over its items, failures included', () => {
  const item = fc.constantFrom(true, false, 'no bool', null);
  fc.assert(
    fc.property(fc.array(item), (list) => {
      expect(evaluate('event.list.all(x, x)', { list })).toBe(list.map(asTruth).reduce<Truth>(and, true));
      expect(evaluate('event.list.exists(x, x)', { list })).toBe(list.map(asTruth).reduce<Truth>(or, false));
    }),
  );
});

test.each([
  ['exists_one', true],
  ['filter', [2]],
])('%s is exact and fails where its predicate fails', (macro, expected) => {
  expect(evaluate(`event.list.${macro}(x, x > 1)`, { list: [1, 2] })).toEqual(expected);
  expect(evaluate(`event.list.${macro}(x, x > 1)`, { list: [1, 'two', 3] })).toBeUndefined();
});

test('map fails where one item fails, and goes over the keys of a map', () => {
  expect(evaluate('event.list.map(x, x * 2)', { list: [1, 2] })).toEqual([2, 4]);
  expect(evaluate('event.list.map(x, x * 2)', { list: [1, 'a'] })).toBeUndefined();
  expect(evaluate('event.list.map(x, x > 1, x * 2)', { list: [1, 2] })).toEqual([4]);
  expect(evaluate('event.map(key, key + "!")', { a: 1, b: 2 })).toEqual(['a!', 'b!']);
  expect(evaluate('event.list.map(x, x)', { list: 5 })).toBeUndefined();
});

test('a variable of a macro hides a name, and inner macros see outer variables', () => {
  expect(evaluate('[1, 2].map(event, event + 1)', { x: 1 })).toEqual([2, 3]);
  expect(evaluate('[1, 2].map(x, [10, 20].map(y, x + y))')).toEqual([
    [11, 21],
    [12, 22],
  ]);
  expect(evaluate('[[1], [2]].map(x, x.map(x, x + 1))')).toEqual([[2], [3]]);
});
