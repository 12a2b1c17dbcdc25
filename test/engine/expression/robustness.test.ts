import * as fc from 'fast-check';
import { parseExpression } from '../../../engine/expression/parse.ts';
import { parseText } from '../../../engine/expression/text.ts';
import { canonical, reads } from '../../../engine/expression/tree.ts';
import { compile, evaluate, faultsOf, scopeOf } from './evaluate.ts';

const scope = scopeOf({ event: {}, params: {} });
const event = { a: 1, b: 'text', c: [1, 'x', { d: null }], d: { a: true }, n: null };

const atom = fc.constantFrom(
  'event',
  'event.a',
  'event.b',
  'event.c',
  'event.d',
  'event.n',
  'event.no',
  'params',
  'x',
  '1',
  '-2.5',
  '"s"',
  "''",
  'true',
  'null',
  '[]',
  '{}',
);
const wrap = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(part, fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in'), part)
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(part, part, part).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    part.map((a) => `!${a}`),
    part.map((a) => `-${a}`),
    part.map((a) => `${a}.a`),
    part.map((a) => `${a}.?a.orValue(0)`),
    part.map((a) => `${a}.?length`),
    part.map((a) => `has(${a}.d)`),
    part.map((a) => `size(${a})`),
    part.map((a) => `string(${a})`),
    part.map((a) => `${a}.constructor`),
    fc.tuple(part, part).map(([a, b]) => `${a}[${b}]`),
    fc.tuple(part, part).map(([a, b]) => `[${a}, ${b}]`),
    fc.tuple(part, part).map(([a, b]) => `{"a": ${a}, "b": ${b}}`),
    fc.tuple(part, part).map(([a, b]) => `${a}.contains(${b})`),
    fc.tuple(part, part).map(([a, b]) => `${a}.matches(${b})`),
    fc.tuple(part, part, part).map(([a, b, c]) => `${a}.replace(${b}, ${c})`),
    fc
      .tuple(part, fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter'), part)
      .map(([a, macro, b]) => `${a}.${macro}(x, ${b})`),
  );
const sourceOf = (depth: number): fc.Arbitrary<string> =>
  depth === 0 ? atom : fc.oneof(atom, wrap(sourceOf(depth - 1)));
const source = sourceOf(4);

test('an expression that is well formed is refused with faults or evaluates without an exception to a CEL value', () => {
  let accepted = 0;
  fc.assert(
    fc.property(source, (text) => {
      const checked = parseExpression(text, scope);
      if (!checked.ok) {
        expect(checked.faults.length).toBeGreaterThan(0);
        for (const { range } of checked.faults) expect(range.start <= range.end && range.end <= text.length).toBe(true);
        return;
      }
      accepted++;
      expect(reads(checked.value.node).every(([root]) => root === 'event' || root === 'params')).toBe(true);
      const value = compile(checked.value.node)({ event, params: {} });
      expect(['undefined', 'boolean', 'number', 'string', 'object']).toContain(typeof value);
      expect(canonical(checked.value.node)).toBe(canonical(parsedAgain(text)));
    }),
    { numRuns: 2000 },
  );
  expect(accepted).toBeGreaterThan(200);
});

function parsedAgain(text: string) {
  const checked = parseExpression(`( ${text} ) // again`, scope);
  if (!checked.ok) throw new Error('accepted once, refused twice');
  return checked.value.node;
}

test('no text makes the reader throw', () => {
  const token = fc.constantFrom(
    ...'event . a ( ) [ ] { } ? : , + - * / % == = ! && & | || < in has all "s" \' " ` 1 1. .5 0x 1u 1e b" r" \\ // true null as {{ }} # @ é 😀'.split(
      ' ',
    ),
    ' ',
    '\n',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join('')),
      ),
      (text) => {
        for (const checked of [parseExpression(text, scope), parseText(text, scope)]) {
          if (checked.ok) continue;
          for (const { range, message } of checked.faults) {
            expect(range.start >= 0 && range.start <= range.end && range.end <= text.length).toBe(true);
            expect(message).toMatch(/^.+[.?]$/s);
          }
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test('a long chain is code that loads, and a longer one is refused', () => {
  const chain = (length: number): string => Array.from({ length }, () => 'event.a').join(' + ');
  expect(evaluate(chain(190), { a: 1 })).toBe(190);
  expect(faultsOf(chain(1000), scope)).toHaveLength(1);
  expect(faultsOf(chain(5000), scope)).toHaveLength(1);
  const anyOf = Array.from({ length: 600 }, (_, i) => `event.a == ${i}`).join(' || ');
  expect(evaluate(anyOf, { a: 599 })).toBe(true);
  expect(faultsOf(`${'('.repeat(1000)}1${')'.repeat(1000)}`, scope)).toHaveLength(1);
});
