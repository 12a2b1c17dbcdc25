import * as fc from 'fast-check';
import { describe as typeInWords, Duration, equal, Optional, Timestamp } from '../../../engine/expression/operators.ts';
import { evaluate } from './evaluate.ts';

test('equality is deep, and values of different types are unequal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const copyOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
      const copy = copyOf(a);
      expect(equal(copyOf(a), copy)).toBe(true);
      expect(evaluate('event.a == event.b', { a: copyOf(a), b: copy })).toBe(true);
      expect(evaluate('event.a != event.b', { a: copyOf(a), b: copy })).toBe(false);
      expect(equal({ a }, { a: [a] })).toBe(false);
      expect(equal(a, b)).toBe(equal(b, a));
    }),
  );
  expect(evaluate('event.a == event.missing', { a: 1 })).toBeUndefined();
  expect(evaluate('event.a == event.b', { a: { x: 1 }, b: { y: 1 } })).toBe(false);
  expect(evaluate('event.a != event.b', { a: null, b: 0 })).toBe(true);
  expect(evaluate('null == event.a', { a: null })).toBe(true);
});

test('in finds an item of a list, of literals as of others, and a key of a map', () => {
  expect(evaluate('event.x in [1, "a", null, true]', { x: null })).toBe(true);
  expect(evaluate('event.x in [1, "a"]', { x: '1' })).toBe(false);
  expect(evaluate('event.missing in [1]')).toBeUndefined();
  expect(evaluate('event.x in [event.y, 2]', { x: 2, y: 1 })).toBe(true);
  expect(evaluate('event.x in [event.y, 2]', { x: 2 })).toBeUndefined();
  expect(evaluate('event.x in event.list', { x: { a: 1 }, list: [[1], { a: 1 }] })).toBe(true);
  expect(evaluate('event.x in event.map', { x: 'a', map: { a: null } })).toBe(true);
  expect(evaluate('event.x in event.map', { x: 1, map: { 1: 1 } })).toBe(false);
  expect(evaluate('event.x in event.x', { x: 'text' })).toBeUndefined();
  expect(evaluate('event.x in []', { x: 1 })).toBe(false);
});

test.each([
  ['event.?a.orValue(0)', 1],
  ['event.?b.orValue(0)', 0],
  ['event.?n.orValue(0)', null],
  ['event.?b.orValue(event.c)', undefined],
  ['event.?m.?x.orValue(0)', 2],
  ['event.?m.x.orValue(0)', 2],
  ['event.?m.y.orValue(0)', 0],
  ['event.?b.?x.y.orValue(0)', 0],
  ['event.?a.?x.orValue(0)', undefined],
  ['event.b.?x.orValue(0)', undefined],
  ['event.l[?0].orValue(0)', 7],
  ['event.l[?5].orValue(0)', 0],
  ['event.?l[0].orValue(0)', 7],
  ['event[?"b"].orValue(0)', 0],
  ['event.?b.or(event.?a).orValue(0)', 1],
  ['event.?b.or(event.?c).orValue(0)', 0],
  ['event.?a.hasValue()', true],
  ['event.?b.hasValue()', false],
  ['event.?a.value()', 1],
  ['event.?b.value()', undefined],
  ['event.?a == optional.of(1)', true],
  ['event.?b == optional.none()', true],
  ['optional.of(event.b).hasValue()', undefined],
  ['has(event.?m.x)', true],
  ['has(event.?b.x)', false],
  ['event.?m.constructor.orValue(0)', 0],
  ['(event.a > 0 ? event.?m : event.?l).x.orValue(0)', 2],
])('an optional: %s is %p', (source, expected) => {
  expect(evaluate(source, { a: 1, n: null, m: { x: 2 }, l: [7] })).toBe(expected);
});

test('a list or a map with a failure in it is a failure', () => {
  expect(evaluate('[1, event.missing]')).toBeUndefined();
  expect(evaluate('{"a": event.missing}')).toBeUndefined();
  expect(evaluate('[event.a, [event.a]]', { a: null })).toEqual([null, [null]]);
  expect(evaluate('{"a": {"b": event.a}}.a.b', { a: 1 })).toBe(1);
});

test.each([
  [undefined, 'missing'],
  [null, 'null'],
  ['a', 'text'],
  [1, 'a number'],
  [true, 'true or false'],
  [[], 'a list'],
  [{}, 'a map'],
  [new Timestamp(0), 'a time'],
  [new Duration(0), 'a duration'],
  [new Optional(1), 'an optional'],
])('%p is described as %s', (value, words) => {
  expect(typeInWords(value)).toBe(words);
});

test('positions in texts count characters, not UTF-16 units', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), fc.nat(20), (a, b, n) => {
      const characters = Array.from(a);
      const event = { a, b, n, text: a + b };
      expect(evaluate('size(event.a)', event)).toBe(characters.length);
      expect(evaluate('event.a.substring(event.n)', event)).toBe(
        n <= characters.length ? characters.slice(n).join('') : undefined,
      );
      expect(evaluate('event.a.charAt(event.n)', event)).toBe(
        n <= characters.length ? (characters[n] ?? '') : undefined,
      );
      expect(evaluate('event.text.substring(size(event.a))', event)).toBe(b);
      const at = evaluate('event.text.indexOf(event.b)', event);
      expect(evaluate('event.text.substring(event.at, event.at + size(event.b))', { ...event, at })).toBe(b);
      expect(evaluate('event.text.lastIndexOf(event.b)', event)).toBe(characters.length);
      expect(evaluate('event.text.split("").join("")', event)).toBe(a + b);
    }),
  );
});

test.each([
  ['event.a.split(",", 2)', ['x', 'y,z']],
  ['event.a.split(",", 0)', []],
  ['event.a.split(",", -1)', ['x', 'y', 'z']],
  ['event.a.replace(",", "", 1)', 'xy,z'],
  ['event.a.replace("", "-")', '-x-,-y-,-z-'],
  ['event.a.replace(",", event.n)', undefined],
  ['event.a.indexOf("z", 9)', undefined],
  ['event.a.indexOf("")', 0],
  ['event.a.substring(3, 2)', undefined],
  ['event.a.substring(-1)', undefined],
  ['[1].join()', undefined],
  ['join(event.a.split(","))', 'xyz'],
  ['event.a.contains(event.n)', undefined],
  ['event.n.trim()', undefined],
  ['"ÄbC".lowerAscii()', 'Äbc'],
  ['"\u00a0\ufeffx ".trim()', '\ufeffx'],
])('a function of texts: %s is %p', (source, expected) => {
  expect(evaluate(source, { a: 'x,y,z', n: 1 })).toEqual(expected);
});
