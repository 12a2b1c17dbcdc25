import { parseDuration, formatDuration } from '../../../engine/pipeline/duration.ts';
import { briefly, faultsOf, pipelineWith } from './faults-of.ts';

test.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['1m', 60_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['1d12h', 129_600_000],
  ['1d2h3m4s5ms', 93_784_005],
  ['0s', 0],
])('%s is %d milliseconds', (text, millis) => {
  expect(parseDuration(text)).toBe(millis);
});

test.each(['', '5', 'h', '1.5h', '-1h', '1h 30m', '30m1h', '1h1h', '1w', 'P1D', '1H', '99999999999999999d'])(
  'rejects %j',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test('a duration is written in the form that is read', () => {
  for (const text of ['500ms', '1m30s', '1d12h', '366d', '0s'])
    expect(formatDuration(parseDuration(text) ?? (0 as never))).toBe(text);
});

function sliding(size: string) {
  return pipelineWith(
    `from: orders\nwindow:\n  sliding: ${size}\naggregate: { n: count() }\nalert: { severity: low, title: x }`,
  );
}

test.each([
  ['24 hours', '24h'],
  ['1 day', '1d'],
  ['1.5h', '1h30m'],
  ['2w', '14d'],
  ['1h 30m', '1h30m'],
  ['5min', '5m'],
  ['1 hour and 5 seconds', '1h5s'],
])('%s is a fault that shows %s', (given, meant) => {
  expect(faultsOf(sliding(given)).map(({ rewritten }) => rewritten?.trim())).toEqual([`sliding: ${meant}`]);
});

test.each([
  ['60', '11:16-18 rule.window.sliding.not-a-duration'],
  ['-5m', '11:16-19 rule.window.sliding.not-a-duration'],
  ['soon', '11:16-20 rule.window.sliding.not-a-duration'],
  ['', '11:7-14 rule.window.sliding.not-a-duration'],
  ['[1h]', '11:16-20 rule.window.sliding.not-a-duration'],
  ['0s', '11:16-18 rule.window.sliding.out-of-range'],
  ['999ms', '11:16-21 rule.window.sliding.out-of-range'],
  ['367d', '11:16-20 rule.window.sliding.out-of-range'],
])('rejects a window of %j at its place', (given, fault) => {
  expect(briefly(sliding(given))).toEqual([fault]);
});

test('a parameter is told to be no duration', () => {
  expect(faultsOf(sliding('params.quiet')).map(({ allowed }) => allowed)).toEqual([
    expect.stringContaining('it is written out, and no parameter'),
  ]);
});
