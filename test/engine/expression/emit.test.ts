import * as fc from 'fast-check';
import { emit } from '../../../engine/expression/emit.ts';
import { functionForms, functionNames } from '../../../engine/expression/function-table.ts';
import * as $ from '../../../engine/expression/operators.ts';
import * as $re from '../../../engine/expression/regular-expression.ts';
import { compile, evaluate, parsed, scopeOf } from './evaluate.ts';

const scalar = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constantFrom(null, '', 'a', 'b'),
);
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'b'), scalar),
  fc.constant(undefined),
);

const runtime: Readonly<Record<string, (left: unknown, right: unknown) => unknown>> = {
  '+': $.add,
  '-': $.subtract,
  '*': $.multiply,
  '/': $.divide,
  '%': $.modulo,
  '<': $.less,
  '<=': $.lessOrEqual,
  '>': $.greater,
  '>=': $.greaterOrEqual,
  '==': $.equal,
  '!=': (left, right) => $.not($.equal(left, right)),
  in: $.isIn,
};

test.each(Object.entries(runtime))('what is done in line for %s is what the runtime does', (operator, operate) => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      const event = { ...(a !== undefined && { a }), ...(b !== undefined && { b }) };
      expect(evaluate(`event.a ${operator} event.b`, event)).toEqual(operate(a, b));
    }),
    { numRuns: 300 },
  );
});

test.each(Object.entries(runtime))('a constant beside %s changes nothing', (operator, operate) => {
  for (const literal of [1, -2, 0, 'a', null, true]) {
    for (const a of [1, -2, 0, 2.5, 'a', '', null, true, false, [1], { a: 1 }, undefined]) {
      const event = a === undefined ? {} : { a };
      const source = JSON.stringify(literal);
      if (operator !== 'in') expect(evaluate(`event.a ${operator} dyn(${source})`, event)).toEqual(operate(a, literal));
      const checkedOperators =
        operator === '==' || operator === '!=' || (typeof literal === 'number' && operator !== 'in');
      if (!checkedOperators) continue;
      expect(evaluate(`event.a ${operator} ${source}`, event)).toEqual(operate(a, literal));
      expect(evaluate(`${source} ${operator} event.a`, event)).toEqual(operate(literal, a));
    }
  }
});

test('every function of the table is in the runtime', () => {
  const members = new Set([
    ...Object.keys($).map((name) => `$.${name}`),
    ...Object.keys($re).map((name) => `$re.${name}`),
    'inline',
  ]);
  const named = [...functionNames(true), ...functionNames(false)].flatMap(functionForms).map((form) => form.runtime);
  expect(named.filter((name) => !members.has(name))).toEqual([]);
});

test('code names the regular expressions only where it matches patterns', () => {
  const code = (source: string): string => emit(parsed(source).node, { name: (name) => name, temporary: () => 't' });
  expect(code('event.x.matches("a")')).toContain('$re.');
  expect(code('event.x.contains("a") && event.items.all(i, i.y > 1)')).not.toContain('$re');
});

test('an operand is evaluated once', () => {
  const source = 'event.a.b.c == event.d.e.f && event.g.h > 5 && event.i.j in [1, 2] && (event.k.l ? true : false)';
  const code = emit(parsed(source).node, { name: (name) => name, temporary: () => 't' });
  for (const name of ['c', 'f', 'h', 'j', 'l']) expect(code.split(`?.${name}`)).toHaveLength(2);
});

test('the caller says where names are, which paths it has read, and what it evaluates itself', () => {
  const { node } = parsed(
    'event.a.b > 1 && has(event.c) && event.?d.orValue(1) == 1 && customer.e == 2',
    scopeOf({ event: {}, customer: {} }),
  );
  const asked: string[] = [];
  const path = (parts: readonly string[]): string | undefined => {
    asked.push(parts.join('.'));
    return parts.length === 2 || parts.join('.') === 'event.a.b' ? `$names["${parts.join('.')}"]` : undefined;
  };
  const result = compile(node, { path });
  expect(result({ 'event.a.b': 2, 'event.c': null, 'customer.e': 2 })).toBe(true);
  expect(result({ 'event.a.b': 2, 'customer.e': 2 })).toBe(false);
  expect(asked).toEqual(['event.a.b', 'event.c', 'event.d', 'customer.e']);
});
