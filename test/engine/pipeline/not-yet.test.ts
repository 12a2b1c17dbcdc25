import { brief, briefly, faultsOf, pipelineWith } from './faults-of.ts';

const alert = 'alert: { severity: low, title: x }';
const aggregate = 'aggregate: { n: count() }';

function inRule(...lines: string[]): string[] {
  return briefly(pipelineWith(['from: orders', ...lines, alert].join('\n')));
}

test.each([
  ['distinct: { within: 1d }', ['10:5-13 rule.distinct.not-yet']],
  ['sequence: [{ a: { where: event.a } }]', ['10:5-13 rule.sequence.not-yet']],
  ['join: { left: { from: orders } }', ['10:5-9 rule.join.not-yet']],
  ['within: 1d', ['10:5-11 rule.within.not-yet']],
  ['match: strict', ['10:5-10 rule.match.not-yet']],
  ['after: next-event', ['10:5-10 rule.after.not-yet']],
  ['where: event.a == tables.t[event.b].c', ['10:23-29 rule.where.not-yet']],
])('%s in a rule is refused at its place, and nothing else is', (line, faults) => {
  expect(inRule(line)).toEqual(faults);
});

test.each(['publish: true', 'encoding: gzip'])(
  '%s of a stream is refused at its place, and nothing else is',
  (line) => {
    const text = pipelineWith(`from: orders\n${alert}`).replace(
      '    eventId: event.id',
      `    eventId: event.id\n    ${line}`,
    );
    const [name = ''] = line.split(':');
    expect(briefly(text)).toEqual([`7:5-${5 + name.length} stream.${name}.not-yet`]);
  },
);

test('tables are refused at their place, and nothing else is', () => {
  expect(briefly(`tables: { t: { file: t.csv } }\n${pipelineWith(`from: orders\n${alert}`)}`)).toEqual([
    '1:1-7 pipeline.tables.not-yet',
  ]);
});

test('select and into of a rule with a window are refused at their places, and nothing else is', () => {
  const rule = `from: orders\nwindow: { tumbling: 1h }\n${aggregate}\nselect: { m: n }\ninto: counts`;
  expect(briefly(pipelineWith(rule))).toEqual(['12:5-11 rule.select.not-yet', '13:5-9 rule.into.not-yet']);
});

test('what is refused says so in words', () => {
  const [fault] = faultsOf(pipelineWith(`from: orders\ndistinct: { within: 1d }\n${alert}`));
  expect(fault && brief(fault)).toBe('10:5-13 rule.distinct.not-yet');
  expect(fault?.message).toBe("'distinct' is part of the language, but Weir cannot run it yet.");
});
