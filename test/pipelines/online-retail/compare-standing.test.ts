import { type AlertLine, compareStanding, expectStanding } from './compare-standing.ts';
import type { StandingAlert } from './oracle.ts';

const expected: StandingAlert = {
  rule: 'daily-total',
  key: {},
  window: { start: '2011-01-05T00:00:00.000Z', end: '2011-01-06T00:00:00.000Z' },
  values: { total: 15.3 },
  events: ['1', '2'],
  at: '2011-01-05T10:00:00.000Z',
};
const single: StandingAlert = {
  rule: 'large-export',
  key: {},
  values: { total: 2000 },
  events: ['1'],
  at: '2011-01-05T10:00:00.000Z',
};

function line({ events, ...alert }: StandingAlert, changes: Partial<AlertLine> = {}): AlertLine {
  return { kind: 'alert', status: 'open', ...alert, events: events.map((id) => ({ id })), ...changes };
}

test('the same alerts in any order, with or without milliseconds, are no difference', () => {
  const window = { start: '2011-01-05T00:00:00Z', end: '2011-01-06T00:00:00Z' };
  const actual = [line(single, { at: '2011-01-05T10:00:00Z' }), line(expected, { window })];
  expect(compareStanding(actual, [expected, single])).toEqual([]);
});

test.each<[string, AlertLine[], string]>([
  ['is missing', [], 'missing: {"rule":"daily-total"'],
  [
    'is of another window',
    [line(expected, { window: { ...expected.window!, start: '2011-01-04T00:00:00Z' } })],
    'not expected: ',
  ],
  [
    'ends at another time',
    [line(expected, { window: { ...expected.window!, end: '2011-01-07T00:00:00Z' } })],
    'window is ',
  ],
  [
    'has another value',
    [line(expected, { values: { total: 15.300000000000002 } })],
    'values is {"total":15.300000000000002}, expected {"total":15.3}',
  ],
  ['has a value too many', [line(expected, { values: { total: 15.3, lines: 1 } })], 'values is '],
  [
    'has its evidence in another order',
    [line(expected, { events: [{ id: '2' }, { id: '1' }] })],
    'events is ["2","1"], expected ["1","2"]',
  ],
  ['is of another time', [line(expected, { at: '2011-01-05T10:00:01Z' })], 'at is "2011-01-05T10:00:01Z"'],
  ['stands twice', [line(expected), line(expected)], 'twice: daily-total {} 2011-01-05T00:00:00.000Z'],
  ['is withdrawn', [line(expected, { status: 'withdrawn' })], 'withdrawn, and yet printed: '],
])('an alert that %s is a difference', (_, actual, difference) => {
  expect(compareStanding(actual, [expected]).join('\n')).toContain(difference);
});

test('the first differences are shown, and how many there are', () => {
  expect(() => {
    expectStanding([], [expected, single], 1);
  }).toThrow(/^2 differences between 0 alerts that stand and 2 expected:\nmissing: .*"daily-total".*$/);
});
