import { brief, briefly, faultsOf, pipelineWith } from './faults-of.ts';

const alert = 'alert: { severity: low, title: x }';

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

test('what is refused says so in words', () => {
  const text = pipelineWith(`from: orders\n${alert}`).replace('    eventId', '    publish: true\n    eventId');
  const [fault] = faultsOf(text);
  expect(fault && brief(fault)).toBe('6:5-12 stream.publish.not-yet');
  expect(fault?.message).toBe("'publish' is part of the language, but Weir cannot run it yet.");
});
