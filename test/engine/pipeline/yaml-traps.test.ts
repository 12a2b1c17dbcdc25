import { brief, briefly, faultsOf, pipelineWith } from './faults-of.ts';

/** The first fault of a rule with one line in it that falls into a trap, and how Weir would write the line. */
function trap(line: string): { fault: string; rewritten: string | undefined } {
  const text = pipelineWith(`from: orders\n${line}\nalert: { severity: low, title: x }`);
  const [fault] = faultsOf(text).filter(({ place }) => place.line === 10);
  return { fault: fault ? brief(fault) : 'none', rewritten: fault?.rewritten?.trim() };
}

test.each([
  ['where: event.total > 5 # high', '10:28-34 yaml.comment-cuts-text', "where: 'event.total > 5' # high"],
  ['where: event.tag == "a #1"', '10:28-31 yaml.comment-cuts-text', `where: 'event.tag == "a #1"'`],
  ['where: !event.done', '10:12-23 yaml.tag', "where: '!event.done'"],
  ['where: !(event.done) && event.a', '10:12-25 yaml.tag', "where: '!(event.done) && event.a'"],
  ['where: "GB" == event.country', '10:17-33 yaml.quotes-end-early', `where: '"GB" == event.country'`],
  ['where: event.a ? true : event.b', '10:27-28 yaml.colon', "where: 'event.a ? true : event.b'"],
  ['where: [1, 2].exists(x, x == event.n)', '10:18-42 yaml.bracket', "where: '[1, 2].exists(x, x == event.n)'"],
  ['where: `x`', '10:12-13 yaml.first-character', "where: '`x`'"],
  ['where: "event.done', '10:12-13 yaml.quote-open', 'where: "event.done"'],
  ['where: "event.s.matches(r\'\\d\')"', '10:31-32 yaml.escape', "where: 'event.s.matches(r''\\d'')'"],
  ['where: true', '10:12-16 rule.where.not-expression', "where: 'true'"],
  ['where: 5', '10:12-13 rule.where.not-expression', "where: '5'"],
  ['where: null', '10:12-16 rule.where.not-expression', "where: 'null'"],
  ['where:', '10:5-10 rule.where.empty', undefined],
  ['where: ""', '10:12-14 rule.where.empty', undefined],
  ['where: { a: b }', '10:12-20 rule.where.not-expression', "where: '{ a: b }'"],
  ['where: "GB"', '10:12-16 rule.where.unknown-name', `where: '"GB"'`],
  ['where: *event', '10:12-18 yaml.alias', undefined],
  ['where: &a event.done', '10:12-14 yaml.anchor', undefined],
  ['\twhere: event.done', '10:5-6 yaml.tab', 'where: event.done'],
  ['where:event.done', '10:5-21 yaml.space-after-colon', 'where: event.done'],
  ['where event.done', '10:5-21 yaml.no-colon', 'where: event.done'],
  [' where: event.done', '10:6-7 yaml.indent', 'where: event.done'],
  ['from: orders', '10:5-9 yaml.duplicate-key', undefined],
])('%s is a fault at its place', (line, fault, rewritten) => {
  expect(trap(line)).toEqual({ fault, rewritten });
});

function aggregated(line: string): { faults: string[]; rewritten: (string | undefined)[] } {
  const faults = faultsOf(
    pipelineWith(`from: orders\nwindow: { tumbling: 1h }\n${line}\nalert: { severity: low, title: x }`),
  );
  return { faults: faults.map(brief), rewritten: faults.map((fault) => fault.rewritten?.trim()) };
}

test('an expression that a flow map cuts at its comma is one fault, with the line in quotes', () => {
  expect(aggregated('aggregate: { n: sum(event.total, event.x == "GB") }')).toEqual({
    faults: ['11:21-54 yaml.expression-split'],
    rewritten: [`aggregate: { n: 'sum(event.total, event.x == "GB")' }`],
  });
});

test('the other expressions of that flow map stay as they are', () => {
  expect(
    aggregated('aggregate: { a: count(), n: sum(event.total, event.b), c: collect(event.x, 5), d: "max(event.x)" }'),
  ).toEqual({
    faults: ['11:33-58 yaml.expression-split', '11:63-82 yaml.expression-split'],
    rewritten: Array(2).fill(
      `aggregate: { a: count(), n: 'sum(event.total, event.b)', c: 'collect(event.x, 5)', d: "max(event.x)" }`,
    ),
  });
});

test('an index in a flow map is a fault, with the line in quotes', () => {
  expect(aggregated('aggregate: { n: sum(event.a[0]), m: count() }')).toMatchObject({
    rewritten: [`aggregate: { n: 'sum(event.a[0])', m: count() }`],
  });
});

test('a text in braces without quotes is a fault', () => {
  const [fault] = faultsOf(pipelineWith('from: orders\nalert:\n  severity: low\n  title: {{ event.id }}'));
  expect(fault && brief(fault)).toBe('12:14-28 rule.alert.title.not-text');
  expect(fault?.rewritten).toBe("      title: '{{ event.id }}'");
});

test('what a line that was repaired says is checked at the columns that the user wrote', () => {
  expect(
    briefly(pipelineWith('from: orders\nwhere: "GB" == evnt.country\nalert: { severity: low, title: x }')),
  ).toEqual(['10:17-32 yaml.quotes-end-early', '10:20-24 rule.where.unknown-name']);
});

test.each([
  ['', '1:1-2 yaml.empty'],
  ['# only a comment\n', '1:1-2 yaml.empty'],
  ['- a\n- b\n', '1:1-2 yaml.not-a-map'],
  ['just text', '1:1-2 yaml.not-a-map'],
])('the file %j is refused', (text, fault) => {
  expect(briefly(text)).toEqual([fault]);
});

test('a second document is a fault where it begins', () => {
  expect(
    briefly('pipeline: p\nstreams: { a: { partitionKey: event.a } }\nrules: { r: { from: a, into: b } }\n---\nx: 1\n'),
  ).toEqual(['4:1-2 yaml.several-documents']);
});

test('a byte order mark and Windows line ends change nothing', () => {
  const text = pipelineWith('from: orders\nwhere: evnt.a\nalert: { severity: low, title: x }');
  expect(briefly(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual(briefly(text));
});

test('after a line that cannot be made out, only what stands above it is reported', () => {
  const faults = briefly(pipelineWith('from: orders\nwhere: evnt.a\n]] what?\nwindow: 5'));
  expect(faults).toEqual(['10:12-16 rule.where.unknown-name', expect.stringMatching(/^11:\d+-\d+ yaml\./)]);
});
