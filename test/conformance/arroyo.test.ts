/** What Arroyo's own tests expect of windows, over their events. */
import { readFileSync } from 'node:fs';
import type { AlertContent } from '../../engine/alert/alert.ts';
import type { EpochMillis } from '../../engine/time.ts';
import { shared, testOn } from '../shared-data.ts';
import { type ConvertedEvent, standingOf } from './pipeline-rows.ts';

type Row = Readonly<Record<string, unknown>>;

const lines = (file: string): Row[] =>
  readFileSync(shared(`arroyo/${file}`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

/** Arroyo prints instants without a zone, and fractions of seconds only where there are any. */
function printed(t: EpochMillis): string {
  return new Date(t).toISOString().replace(/(\.000)?Z$/, '');
}

const start = ({ window }: AlertContent): string => (window === undefined ? '' : printed(window.start));
const end = ({ window }: AlertContent): string => (window === undefined ? '' : printed(window.end));

/** Of each expectation, the stream that it is about, and a row of an alert. */
const cases: Readonly<Record<string, { readonly stream: string; row: (alert: AlertContent) => Row }>> = {
  hourly_by_event_type: {
    stream: 'cars',
    row: (alert) => ({ ...alert.key, hour: start(alert), ...alert.values }),
  },
  sliding_window_end: {
    stream: 'impulse',
    row: (alert) => ({ start: start(alert), end: end(alert), ...alert.values }),
  },
  session_window: {
    stream: 'impulse',
    row: (alert) => ({ start: start(alert), end: end(alert), ...alert.key, ...alert.values }),
  },
  windowed_inner_join: {
    stream: 'cars',
    row: (alert) => ({ hour: start(alert), ...alert.values }),
  },
};

const asSet = (rows: readonly Row[]): string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();

describe.each(Object.entries(cases))('%s', (name, { stream, row }) => {
  const golden = `golden_${name}.json`;
  testOn(shared(`arroyo/${golden}`))('gives the rows that Arroyo expects', () => {
    const expected = lines(golden);
    expect(expected.length).toBeGreaterThan(10);
    const events = lines(`${stream}.json`).map((event): ConvertedEvent => ({ stream, event }));
    expect(asSet(standingOf(`arroyo/${name}`, events).map(row))).toEqual(asSet(expected));
  });
});
