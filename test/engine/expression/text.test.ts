import * as fc from 'fast-check';
import { Duration, text, Timestamp } from '../../../engine/expression/operators.ts';
import { parseText } from '../../../engine/expression/text.ts';
import { scopeOf, shown } from './evaluate.ts';

const scope = scopeOf({ event: {}, orders: 0 });

function partsOf(source: string): unknown[] {
  const checked = parseText(source, scope);
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.value.parts.map((part) =>
    typeof part === 'string' ? part : { expression: part.source, at: source.slice(part.node.start, part.node.end) },
  );
}

function faultsOf(source: string): string[] {
  const checked = parseText(source, scope);
  return checked.ok ? [] : shown(source, checked.faults);
}

test('a text is its literal parts and its expressions in turn', () => {
  expect(partsOf('Order {{ event.id }} is {{event.total}}!')).toEqual([
    'Order ',
    { expression: 'event.id', at: 'event.id' },
    ' is ',
    { expression: 'event.total', at: 'event.total' },
    '!',
  ]);
  expect(partsOf('')).toEqual([]);
  expect(partsOf('no { braces } at all')).toEqual(['no { braces } at all']);
  expect(partsOf('{{ orders }}')).toEqual([{ expression: 'orders', at: 'orders' }]);
});

test('braces in quotes and in maps belong to the expression', () => {
  expect(partsOf(`{{ "a}}b" + 'c}}' }}!`)).toEqual([{ expression: `"a}}b" + 'c}}'`, at: `"a}}b" + 'c}}'` }, '!']);
  expect(partsOf('{{ {"a": {"b": 1}} }}')).toEqual([{ expression: '{"a": {"b": 1}}', at: '{"a": {"b": 1}}' }]);
  expect(partsOf('{{ "\\"}}" }}')).toEqual([{ expression: '"\\"}}"', at: '"\\"}}"' }]);
});

test('all faults of a text are reported at once, at their places in it', () => {
  expect(faultsOf('{{ evnt.id }} and {{ order }} and {{ }} and }} and {{ event.id')).toEqual([
    'unknown-name: evnt',
    'unknown-name: order',
    'syntax:  ',
    'syntax: }}',
    'syntax: {{ event.id',
  ]);
});

test('a fault in a text rewrites the whole text', () => {
  const checked = parseText('A {{ evnt.id }} of {{ orders }}', scope);
  expect(checked.ok ? undefined : checked.faults[0]?.rewritten).toBe('A {{ event.id }} of {{ orders }}');
});

test('aggregates may not stand in a text', () => {
  expect(faultsOf('{{ count() }} orders')).toEqual(['aggregate-not-here: count()']);
});

const at = new Timestamp(Date.UTC(2026, 6, 1, 23, 30));

test.each([
  [1900.1, '1900.1'],
  [1e6, '1000000'],
  [-0, '0'],
  ['as it is', 'as it is'],
  [true, 'true'],
  [null, '-'],
  [[1, 'a', null, at], '1, a, -, 2026-07-02T00:30:00+01:00'],
  [[[1, 2], [3]], '[1,2], [3]'],
  [{ a: [1] }, '{"a":[1]}'],
  [at, '2026-07-02T00:30:00+01:00'],
  [{ at }, '{"at":"2026-07-01T23:30:00Z"}'],
  [new Timestamp(at.millis + 5), '2026-07-02T00:30:00.005+01:00'],
  [new Duration(129_600_000), '1d12h'],
  [new Duration(-90_500), '-1m30s500ms'],
  [new Duration(0), '0s'],
])('%p is printed as %s', (value, expected) => {
  expect(text(value, 'Europe/London')).toBe(expected);
});

test('what has no text says so and does not throw', () => {
  expect(text(undefined, 'UTC')).toBeUndefined();
  expect(text(JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`), 'UTC')).toBeUndefined();
});

test('a number prints in the shortest form that is that number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(text(value, 'UTC'))).toBe(value + 0);
    }),
  );
});
