import { readPipeline } from '../../../engine/pipeline/read.ts';
import { brief, briefly, faultsOf, pipelineWith } from './faults-of.ts';

function rule(window: string, rest = ''): string {
  return pipelineWith(
    `from: orders\nwindow: { ${window} }\naggregate: { n: count() }\n${rest}alert: { severity: low, title: x }`,
  );
}

const runnable = (text: string): string[] => briefly(text).filter((fault) => !fault.endsWith('.not-yet'));

test.each([
  ['hopping: 1h, every: 2h', '10:35-37 rule.window.every.out-of-range'],
  ['hopping: 1d, every: 7s', '10:35-37 rule.window.every.too-many-panes'],
  ['hopping: 1h', '10:15-22 rule.window.every.missing'],
  ['hopping: 1h, every: soon', '10:35-39 rule.window.every.not-a-duration'],
  ['calendar: hour, every: 90m', '10:38-41 rule.window.every.out-of-range'],
  ['calendar: month, every: 30d', '10:39-42 rule.window.every.out-of-range'],
  ['calendar: week, every: 1m', '10:38-40 rule.window.every.out-of-range'],
  ['calendar: yearly', '10:25-31 rule.window.calendar.value'],
  ['calendar: week, timezone: Mars/Base', '10:41-50 rule.window.timezone.unknown'],
  ['before: 400d', '10:23-27 rule.window.before.out-of-range'],
  ['session: 30m, max: 20m', '10:34-37 rule.window.max.out-of-range'],
  ['session: 2d', '10:15-22 rule.window.max.missing'],
  ['last: 5', '10:15-19 rule.window.within.missing'],
  ['last: 0, within: 1h', '10:21-22 rule.window.last.value'],
  ['last: 1001, within: 1h', '10:21-25 rule.window.last.value'],
  ['last: 1.5, within: 1h', '10:21-24 rule.window.last.value'],
  ['last: 24h, within: 1h', '10:21-24 rule.window.last.value'],
  ['until: event.ends', '10:15-20 rule.window.max.missing'],
  ['until: event.ends > 5, max: 1h', '10:22-36 rule.window.until.type'],
  ['until: n, max: 1h', '10:22-23 rule.window.until.unknown-name'],
  ['until: count(), max: 1h', '10:22-29 rule.window.until.aggregate-not-here'],
  ['sliding: 1h, every: 5m', '10:28-33 rule.window.every.unused'],
  ['before: 1h, max: 5m', '10:27-30 rule.window.max.unused'],
  ['last: 5, within: 1h, offset: 5m', '10:36-42 rule.window.offset.unused'],
  ['every: 5m', '10:5-11 rule.window.no-kind'],
  ['session: 5m, last: 3', '10:28-32 rule.window.several'],
])('rejects the window %s at its place', (window, fault) => {
  expect(runnable(rule(window))).toEqual([fault]);
});

test('a window of the wrong form is called by what it lacks and by what belongs to others', () => {
  const [fault] = faultsOf(rule('sliding: 1h, every: 5m'));
  expect(fault?.message).toBe("'every' belongs to a 'hopping' or 'calendar' window, and this one is 'sliding'.");
  expect(fault?.allowed).toBe("'sliding' alone");
});

test.each(['tumbling: 1h', 'sliding: 1h', 'session: 1h', 'last: 5, within: 1h', 'until: event.ends, max: 1h'])(
  'rejects the event itself in the having of a window %s',
  (window) => {
    const [fault] = faultsOf(rule(window, 'having: n > 1 && event.a == 1\n')).filter(({ code }) =>
      code.startsWith('rule.having'),
    );
    expect(fault && brief(fault)).toMatch(/rule\.having\.unknown-name$/);
    expect(fault?.allowed).toContain("a window 'before' sees its event");
  },
);

test('the having and the texts of a window before an event see that event, and no more of it than its fields', () => {
  const text = rule('before: 30d', 'having: n > 0 && event.a == 1\n').replace('title: x', 'title: "{{ event.b }}"');
  expect(runnable(text)).toEqual([]);
  expect(runnable(rule('before: 30d', 'having: n > 0 && meta.shard == "a"\n'))).toEqual([
    '12:22-26 rule.having.unknown-name',
  ]);
});

test('a window before an event needs no emit: what comes after the event is not in it', () => {
  expect(runnable(rule('before: 30d', 'having: n == 0\n'))).toEqual([]);
});

const wavers = (window: string, aggregate: string, having: string): boolean =>
  runnable(rule(window, `having: ${having}\n`).replace('count()', aggregate)).some((fault) =>
    fault.endsWith('rule.emit.missing'),
  );

test('of the last events only their number grows', () => {
  const last = 'last: 5, within: 1d';
  expect(wavers(last, 'count()', 'n >= 3')).toBe(false);
  expect(wavers(last, 'sum(event.a)', 'n > 3')).toBe(true);
  expect(wavers(last, 'max(event.a)', 'n > 3')).toBe(true);
});

test('a session grows as other windows do', () => {
  expect(wavers('session: 1h', 'sum(event.a)', 'n > 3')).toBe(false);
  expect(wavers('session: 1h', 'count()', 'n < 3')).toBe(true);
});

/** What a window is read as, where it can be run. */
function windowOf(window: string): unknown {
  return readPipeline(rule(window)).definition?.rules[0]?.window;
}

test.each([
  ['tumbling: 1h', { kind: 'tumbling', size: 3_600_000, offset: 0 }],
  ['sliding: 90s', { kind: 'sliding', size: 90_000 }],
  ['hopping: 1h, every: 20m', { kind: 'hopping', size: 3_600_000, every: 1_200_000 }],
  ['calendar: day', { kind: 'calendar', unit: 'day', timezone: 'UTC' }],
  ['before: 30d', { kind: 'before', size: 2_592_000_000 }],
  ['last: 5, within: 1h', { kind: 'last', count: 5, within: 3_600_000 }],
  ['session: 30m', { kind: 'session', gap: 1_800_000, max: 86_400_000 }],
  ['session: 30m, max: 1h', { kind: 'session', gap: 1_800_000, max: 3_600_000 }],
  ['calendar: hour', { kind: 'calendar', unit: 'hour', timezone: 'UTC' }],
  ['calendar: month, every: 1d', { kind: 'calendar', unit: 'month', timezone: 'UTC', every: 86_400_000 }],
])('the window %s is read', (window, definition) => {
  expect(windowOf(window)).toEqual(definition);
});
