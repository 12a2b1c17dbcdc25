import * as fc from 'fast-check';
import { resetSteps, stepLimit } from '../../../engine/expression/steps.ts';
import { emit } from '../../../engine/expression/emit.ts';
import { evaluate, parsed } from './evaluate.ts';

const inherited = [
  'constructor',
  '__proto__',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'isPrototypeOf',
];
const ofOthers = [
  'length',
  'map',
  'concat',
  'charAt',
  'at',
  'millis',
  'value',
  'toJSON',
  'toFixed',
  'prototype',
  'name',
  'call',
];
const holders = { text: 'abc', list: [1, 2], number: 5, bool: true, empty: {}, none: null };

test.each([...inherited, ...ofOthers])('no value has a field %s but a map that holds it', (name) => {
  const own: unknown = JSON.parse(`{"${name}": "mine", "in": {"${name}": "inner"}}`);
  expect(evaluate(`event["${name}"]`, own)).toBe('mine');
  expect(evaluate(`event["in"]["${name}"]`, own)).toBe('inner');
  expect(evaluate(`event["${name}"]`, {})).toBeUndefined();
  expect(evaluate(`event[?"${name}"].orValue("none")`, {})).toBe('none');
  expect(evaluate(`"${name}" in event`, {})).toBe(false);
  for (const holder of Object.keys(holders)) {
    expect(evaluate(`event.${holder}["${name}"]`, holders)).toBeUndefined();
    expect(
      evaluate(`event.${holder}.${name === 'prototype' || name === '__proto__' ? 'x' : name}`, holders),
    ).toBeUndefined();
    expect(evaluate(`event[event.key]`, { ...holders, key: name })).toBeUndefined();
    expect(evaluate(`event.list.all(x, event["${holder}"]["${name}"] == x)`, holders)).toBeUndefined();
  }
});

test('a field is read from a time, a duration or an optional as little as from a text', () => {
  for (const source of ['[timestamp("2026-01-01T00:00:00Z")]', '[duration("1s")]']) {
    expect(evaluate(`${source}.map(x, x.millis)`)).toBeUndefined();
    expect(evaluate(`${source}.map(x, x.toJSON)`)).toBeUndefined();
  }
  expect(evaluate('event.?none.value.orValue("absent")', {})).toBe('absent');
});

test('has asks the map itself', () => {
  expect(evaluate('has(event.constructor)', {})).toBe(false);
  expect(evaluate('has(event.a.toString)', { a: {} })).toBe(false);
  expect(evaluate('has(event.a.length)', { a: 'text' })).toBeUndefined();
  expect(evaluate('has(event.a.b)', {})).toBeUndefined();
  expect(evaluate('has(event.a)', { a: null })).toBe(true);
});

test('a map with a field __proto__ is a map with a field', () => {
  expect(JSON.stringify(evaluate('{"__proto__": {"a": 1}}'))).toBe('{"__proto__":{"a":1}}');
  expect(evaluate('{"__proto__": {"a": 1}}.a')).toBeUndefined();
  expect(evaluate('{"a": 1, event.key: 2}', { key: 'a' })).toBeUndefined();
  expect(evaluate('{event.key: 2}', { key: 1 })).toBeUndefined();
});

test('whatever text stands in an expression, generated code holds it as a constant alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const literal = JSON.stringify(text);
      // Half a surrogate pair cannot be written in CEL.
      fc.pre(!/[\ud800-\udfff]/.test(text));
      expect(evaluate(literal)).toBe(text);
      expect(evaluate(`event[${literal}]`, { [text]: 1 })).toBe(1);
    }),
  );
  const code = emit(parsed('event["a\\u2028b"] == "\\u2029"').node, { name: (name) => name, temporary: () => 't' });
  expect(code).not.toMatch(/[\u2028\u2029]/);
});

test('a pattern that makes backtracking engines explode takes linear time', () => {
  const start = performance.now();
  expect(evaluate('event.text.matches("^(a+)+$")', { text: `${'a'.repeat(5000)}!` })).toBe(false);
  expect(performance.now() - start).toBeLessThan(1000);
});

test('a pattern from an event fails where it is none, and never throws', () => {
  expect(evaluate('event.text.matches(event.pattern)', { text: 'abc', pattern: 'b' })).toBe(true);
  expect(evaluate('event.text.matches(event.pattern)', { text: 'abc', pattern: '(' })).toBeUndefined();
  expect(evaluate('event.text.matches(event.pattern)', { text: 'abc', pattern: 'a'.repeat(2000) })).toBeUndefined();
  expect(evaluate('event.text.matches("b")', { text: 5 })).toBeUndefined();
});

test('nested macros end in a failure when the step budget is used up', () => {
  const list = Array.from({ length: 60 }, (_, i) => i);
  const source = 'event.l.all(a, event.l.all(b, event.l.all(c, event.l.all(d, a + b + c + d >= 0))))';
  const start = performance.now();
  expect(evaluate(source, { l: list })).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(1000);
  expect(evaluate('event.l.all(a, event.l.all(b, a + b >= 0))', { l: list })).toBe(true);
});

test('work on long lists and texts is paid from the step budget too', () => {
  const long = Array.from({ length: stepLimit + 1 }, (_, i) => i);
  expect(evaluate('-1 in event.l', { l: long })).toBeUndefined();
  expect(evaluate('event.l == event.m', { l: long, m: [...long] })).toBeUndefined();
  expect(evaluate('event.l + event.l', { l: long })).toBeUndefined();
  expect(evaluate('math.greatest(event.l)', { l: long })).toBeUndefined();
  expect(
    evaluate('event.l.exists(x, event.t.contains("b"))', { l: long.slice(0, 1000), t: 'a'.repeat(1 << 20) }),
  ).toBeUndefined();
  resetSteps();
});

test('a text that grows without end is a failure, not an exception', () => {
  const t = 'a'.repeat(1 << 13);
  expect(evaluate('event.t.replace("a", event.t)', { t })).toBeUndefined();
  expect(evaluate('event.t + event.t', { t: 'a'.repeat(1 << 24) })).toBeUndefined();
  expect(evaluate('event.l.join(event.t)', { t, l: Array.from({ length: 5000 }, () => '') })).toBeUndefined();
});

test('JSON nested deeper than the call stack fails without an exception', () => {
  const deep = (): unknown => JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
  expect(evaluate('event.a == event.b', { a: deep(), b: deep() })).toBeUndefined();
});
