import fc from 'fast-check';
import { isScalar, parseDocument } from 'yaml';
import { scalarOffsets } from '../../../engine/pipeline/scalar-offsets.ts';

/** What stands in the file where `part` stands in the value of the scalar that the YAML is. */
function inFile(yaml: string, part: string): string {
  const scalar = parseDocument(yaml).contents;
  if (!isScalar(scalar) || typeof scalar.value !== 'string') throw new Error('not a text');
  const start = scalar.value.indexOf(part);
  if (start < 0) throw new Error(`${part} is not in ${scalar.value}`);
  const raw = yaml.slice(scalar.range[0], scalar.range[1]);
  const range = scalarOffsets(raw, scalar.range[0], scalar.type, scalar.value)({ start, end: start + part.length });
  return yaml.slice(range.start, range.end);
}

test.each([
  ['a plain scalar', 'event.a > evnt.b', 'evnt'],
  ['a plain scalar of several lines', 'event.a &&\n   evnt.b', 'evnt'],
  ['single quotes', '\'a == "x" && evnt.b\'', 'evnt'],
  ['single quotes on several lines', "'a\n\n  evnt.b'", 'evnt'],
  ['double quotes on several lines', '"a \\\n  evnt.b"', 'evnt'],
  ['a folded block', '>-\n  event.a &&\n  evnt.b', 'evnt'],
  ['a folded block with deeper lines and gaps', '>\n  a\n\n    b\n  evnt', 'evnt'],
  ['a literal block', '|\n  a\n    evnt.b\n', 'evnt'],
  ['a block with an indentation of its own', '|2-\n   a\n  evnt\n', 'evnt'],
  ['a block after a comment', '>- # why\n  evnt\n', 'evnt'],
])('a range is exact in %s', (_, yaml, part) => {
  expect(inFile(yaml, part)).toBe(part);
});

test.each([
  ["'it''s evnt'", "it's", "it''s"],
  ["'it''s evnt'", 'evnt', 'evnt'],
  ['"a\\tb \\"c\\" evnt"', 'evnt', 'evnt'],
  ['"a\\tb \\"c\\" evnt"', '"c"', '\\"c\\"'],
  ['"\\u00e9\\x41\\U0001F600 evnt"', 'evnt', 'evnt'],
  ['"\\u00e9\\x41\\U0001F600 evnt"', '\u{1F600}', '\\U0001F600'],
  ['"\\ \\n\\  evnt"', 'evnt', 'evnt'],
])('in %s, %s is found as %s', (yaml, part, found) => {
  expect(inFile(yaml, part)).toBe(found);
});

test('any range of any text is found again in double quotes', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (before, after) => {
      const text = `${before}evnt${after}`;
      fc.pre(text.indexOf('evnt') === before.length);
      expect(inFile(JSON.stringify(text), 'evnt')).toBe('evnt');
    }),
  );
});
