/** The queries of NEXMark: rows as RisingWave expects them or, where it has none, as worked out by hand. */
import { readFileSync } from 'node:fs';
import type { AlertContent } from '../../engine/alert/alert.ts';
import { testOn } from '../shared-data.ts';
import { eventsOf, expectedRows, nexmark, rowText } from './nexmark-events.ts';
import { rowsByHand, sideInputFile } from './nexmark-by-hand.ts';
import { standingOf } from './pipeline-rows.ts';

const all = Array.from({ length: 23 }, (_, number) => `q${number}`);

const cells = ({ key, values }: AlertContent): unknown[] => [...Object.values(key), ...Object.values(values)];
const startOf = ({ window }: AlertContent): string =>
  window === undefined ? '' : new Date(window.start).toISOString().replace('T', ' ').replace('.000Z', '');
const dayOf = (alert: AlertContent): string => startOf(alert).slice(0, 10);

/** A row of an alert, where it is not the key and the values. */
const rows: Readonly<Record<string, (alert: AlertContent) => unknown[]>> = {
  q3: (alert) => Object.values(alert.values),
  q5: (alert) => Object.values(alert.values),
  q8: (alert) => [alert.key['id'], alert.values['name'], startOf(alert)],
  q15: (alert) => [dayOf(alert), ...cells(alert)],
  q16: (alert) => [alert.key['channel'], dayOf(alert), ...Object.values(alert.values)],
  q17: (alert) => [alert.key['auction'], dayOf(alert), ...Object.values(alert.values)],
  q19: (alert) => [alert.key['auction'], alert.values['prices']],
  q20: (alert) => Object.values(alert.values),
};

const streams: Readonly<Record<string, Parameters<typeof eventsOf>[0]>> = {
  q3: ['person', 'auction'],
  q4: ['bid', 'auction'],
  q6: ['bid', 'auction'],
  q8: ['person', 'auction'],
  q9: ['bid', 'auction'],
  q20: ['bid', 'auction'],
};

describe.each(all)('%s', (query) => {
  testOn(nexmark)('gives the rows that are expected', () => {
    const expected = expectedRows(query) ?? rowsByHand(query) ?? [];
    expect(expected).not.toEqual([]);
    const events = eventsOf(streams[query] ?? ['bid']);
    const alerts = standingOf(`nexmark/${query}`, events, () => sideInputFile);
    expect(
      alerts
        .map(rows[query] ?? cells)
        .map(rowText)
        .sort(),
    ).toEqual(expected);
  });
});

test('every query stands in docs/conformance.md', () => {
  const page = readFileSync('docs/conformance.md', 'utf8');
  expect(all.filter((query) => !page.includes(`\n| ${query} |`))).toEqual([]);
});
