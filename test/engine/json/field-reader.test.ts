import fc from 'fast-check';
import { FieldReader } from '../../../engine/json/field-reader.ts';
import { readEventTime } from '../../../engine/intake/event-time.ts';
import { JsonCursor } from '../../../engine/json/json-cursor.ts';

const names = ['id', 'total', 'customer', 'é'];
const reader = new FieldReader(names, (values) => Object.fromEntries(names.map((name, i) => [name, values[i]])));
let bytes = Buffer.alloc(0);
const cursor = new JsonCursor((from, to) => bytes.toString('utf8', from, to));

/** What is read of a text, and whether that is all of it; undefined where JSON.parse is to be asked. */
function read(text: string, by = reader): Record<string, unknown> | undefined {
  bytes = Buffer.from(`${text}\0`);
  cursor.bytes = bytes;
  cursor.text = bytes.toString('latin1');
  cursor.at = 0;
  const value = by.read(cursor);
  return value !== undefined && cursor.at === bytes.length - 1 ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The chosen fields of what JSON.parse makes of a text. */
function expected(text: string): Record<string, unknown> | undefined {
  // Half a surrogate pair is no UTF-8.
  const value = parsed(Buffer.from(text).toString());
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const own = new Map(Object.entries(value));
  return Object.fromEntries(names.map((name) => [name, own.get(name)]));
}

const plain = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', ' ', '/', '7') }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -100_000_000, max: 100_000_000 }).map((cents) => cents / 100),
  fc.boolean(),
  fc.constant(null),
);
const anything = fc.oneof(plain, fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }));
const usual = fc.oneof(plain, fc.string({ unit: 'grapheme' }), fc.array(plain));
const object = fc.uniqueArray(
  fc.tuple(fc.oneof(fc.constantFrom(...names, 'other', '__proto__'), fc.string({ unit: 'binary' })), anything),
  { selector: ([name]) => name },
);
const spaces = fc.constantFrom('', ' ', '\t ');

function written(fields: readonly (readonly [string, unknown])[], space: string): string {
  const members = fields.map(([name, value]) => `${JSON.stringify(name)}:${space}${JSON.stringify(value)}`);
  return `{${space}${members.join(`${space},${space}`)}${space}}`;
}

test('what it reads is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(object, spaces), { minLength: 1, maxLength: 4 }), (objects) => {
      for (const [fields, space] of objects) {
        const text = written(fields, space);
        const value = read(text);
        if (value !== undefined) expect(value).toEqual(expected(text));
      }
    }),
  );
});

test('events of plain names and values are all read by it', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.constantFrom('id', 'total', 'customer', 'at', 'note'), usual), {
        selector: ([name]) => name,
      }),
      spaces,
      (fields, space) => {
        const text = written(fields, space);
        expect(read(text)).toEqual(expected(text));
      },
    ),
  );
});

test('a field of time is the instant that its text means, or its text', () => {
  const times = new FieldReader(['at'], ([at]) => ({ at }), 'at');
  const instants = fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') });
  const text = fc.tuple(
    instants,
    fc.boolean(),
    fc.nat({ max: 30 }),
    fc.constantFrom('', '', '', '0', '9', ':', 'é', 'Z'),
  );
  fc.assert(
    fc.property(text, ([date, withMillis, at, put]) => {
      const whole = withMillis ? date.toISOString() : date.toISOString().replace(/\.\d{3}/, '');
      const written = put === '' ? whole : whole.slice(0, at) + put + whole.slice(at + 1);
      const { at: value } = read(JSON.stringify({ at: written }), times) ?? {};
      expect(readEventTime(value)).toEqual(readEventTime(written));
      const isUsual = /^[\d-]{10}T[\d:]{8}(\.\d{3})?Z$/.test(written) && typeof readEventTime(written) === 'number';
      expect(typeof value).toBe(isUsual ? 'number' : 'string');
    }),
  );
});

test('it takes no text that JSON.parse refuses', () => {
  fc.assert(
    fc.property(
      object,
      fc.array(
        fc.tuple(
          fc.nat(),
          fc.nat({ max: 2 }),
          fc.constantFrom('', '"', '\\', ',', ':', '}', '{', '0', '-', '.', 'e', '\n', '\u0001'),
        ),
        { minLength: 1, maxLength: 3 },
      ),
      (fields, cuts) => {
        let text = written(fields, '');
        for (const [at, length, put] of cuts) {
          const from = at % (text.length + 1);
          text = text.slice(0, from) + put + text.slice(from + length);
        }
        const value = read(text);
        if (value !== undefined) expect(value).toEqual(expected(text));
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  '{"total":1.10}',
  '{"total":-0}',
  '{"total":123456789012345}',
  '{"total":9007199254740993}',
  '{"total":0.1234567890123456}',
  '{"total":12E+2}',
  '{"total":1e400}',
  '{"id":"\\u00e9\\n\\""}',
  '{"id":"é€😀","total":1}',
  '{"id":{"a":[1,{"b":null}]},"total":[]}',
  '{"__proto__":{"id":"x"},"constructor":1}',
  '{}',
])('%s means the same to it', (text) => {
  expect(read(text)).toEqual(expected(text));
});

test.each([
  '{"id":"one","id":"two"}',
  '{"total":01}',
  '{"total":1.}',
  '{"total":.5}',
  '{"total":+1}',
  '{"total":1e}',
  '{"total":nul}',
  '{"total":1,}',
  '{"other":"\\x"}',
  '{"other":"\\u12"}',
  '{"id":"a\tb"}',
  '{"id":"a"',
  '{"id":"a',
  '{"id"}',
  '{id:1}',
  '[1]',
  '"id"',
  '{"id":1}}',
  '',
])('%s is left to JSON.parse', (text) => {
  expect(read(text)).toBeUndefined();
});

test('values that come deeper than it goes are left to JSON.parse', () => {
  expect(read(`{"id":${'['.repeat(100)}${']'.repeat(100)}}`)).toBeUndefined();
});

test('it forgets no field for many names that nobody reads', () => {
  for (let i = 0; i < 3000; i++) read(`{"n${i}":1,"id":"a"}`);
  expect(read('{"unheard-of":1,"id":"a"}')).toBeUndefined();
  expect(read('{"customer":"c","id":"a"}')).toEqual({ id: 'a', customer: 'c' });
});
