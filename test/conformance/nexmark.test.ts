/** The queries of NEXMark: rows as RisingWave expects them or, where it has none, as worked out by hand. */
import { existsSync, readFileSync } from 'node:fs';
import type { AlertContent } from '../../engine/alert/alert.ts';
import { testOn } from '../shared-data.ts';
import { eventsOf, expectedRows, nexmark, rowText } from './nexmark-events.ts';
import { rowsByHand, sideInputFile } from './nexmark-by-hand.ts';
import { standingOf } from './pipeline-rows.ts';

const all = Array.from({ length: 23 }, (_, number) => `q${number}`);
const folder = new URL('nexmark/', import.meta.url);
const written = all.filter((query) => existsSync(new URL(`${query}.yaml`, folder)));

const cells = ({ key, values }: AlertContent): unknown[] => [...Object.values(key), ...Object.values(values)];
const startOf = ({ window }: AlertContent): string =>
  window === undefined ? '' : new Date(window.start).toISOString().replace('T', ' ').replace('.000Z', '');
const dayOf = (alert: AlertContent): string => startOf(alert).slice(0, 10);

/** A row of an alert, where it is not the key and the values. */
const rows: Readonly<Record<string, (alert: AlertContent) => unknown[]>> = {
  q3: (alert) => Object.values(alert.values),
  q8: (alert) => [alert.key['id'], alert.values['name'], startOf(alert)],
  q15: (alert) => [dayOf(alert), ...cells(alert)],
  q16: (alert) => [alert.key['channel'], dayOf(alert), ...Object.values(alert.values)],
  q17: (alert) => [alert.key['auction'], dayOf(alert), ...Object.values(alert.values)],
  q19: (alert) => [alert.key['auction'], alert.values['prices']],
  q20: (alert) => Object.values(alert.values),
};

const streams: Readonly<Record<string, Parameters<typeof eventsOf>[0]>> = {
  q3: ['person', 'auction'],
  q8: ['person', 'auction'],
  q20: ['bid', 'auction'],
};

/** The windows of an instant in which an auction has as many bids as any: of one rule it is the first half of q5. */
function largestOfEachWindow(alerts: readonly AlertContent[]): AlertContent[] {
  const count = ({ values }: AlertContent): number => Number(values['num']);
  return alerts.filter((alert) =>
    alerts.every((other) => startOf(other) !== startOf(alert) || count(other) <= count(alert)),
  );
}

describe.each(written)('%s', (query) => {
  testOn(nexmark)('gives the rows that are expected', () => {
    const expected = expectedRows(query) ?? rowsByHand(query) ?? [];
    expect(expected).not.toEqual([]);
    const events = eventsOf(streams[query] ?? ['bid']);
    const alerts = standingOf(`nexmark/${query}`, events, () => sideInputFile);
    const shown = query === 'q5' ? largestOfEachWindow(alerts) : alerts;
    expect(
      shown
        .map(rows[query] ?? cells)
        .map(rowText)
        .sort(),
    ).toEqual(expected);
  });
});

test('what does not run stands in docs/conformance.md with what it waits for', () => {
  const page = readFileSync('docs/conformance.md', 'utf8');
  const rowOf = (query: string): string => new RegExp(`^\\| ${query} \\|.*$`, 'm').exec(page)?.[0] ?? '';
  expect(all.filter((query) => rowOf(query) === '')).toEqual([]);
  expect(all.filter((query) => !rowOf(query).includes('waits for'))).toEqual(written);
});
