/** NEXMark's persons, auctions and bids as RisingWave's tests have them, and the rows that those expect of a query. */
import { existsSync, readFileSync } from 'node:fs';
import type { EpochMillis } from '../../engine/time.ts';
import { shared } from '../shared-data.ts';
import type { ConvertedEvent } from './pipeline-rows.ts';

export const nexmark = shared('nexmark/cases.json');

export interface Bid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly url: string;
  readonly date_time: string;
  readonly extra: string;
}

type Dated = Readonly<Record<string, unknown>> & { readonly date_time: string };

interface Cases {
  readonly events: {
    readonly person: readonly Dated[];
    readonly auction: readonly Dated[];
    readonly bid: readonly (Bid & Dated)[];
  };
  readonly queries: readonly { readonly name: string; readonly expected: readonly string[] }[];
}

function cases(): Cases {
  if (!existsSync(nexmark)) return { events: { person: [], auction: [], bid: [] }, queries: [] };
  return JSON.parse(readFileSync(nexmark, 'utf8')) as Cases;
}

const { events, queries } = cases();

export const bids: readonly Bid[] = events.bid;
export const auctions: readonly Dated[] = events.auction;
export const persons: readonly Dated[] = events.person;

/**
 * All of some streams, in the order of time. Their times have no zone, and stand in `at` as UTC. Of bids at one time the
 * query for the last bid takes the first by `extra`, and Weir the last to arrive: so they arrive.
 */
export function eventsOf(streams: readonly (keyof Cases['events'])[]): ConvertedEvent[] {
  return streams
    .flatMap((stream) =>
      events[stream].map((event) => {
        const at = `${event.date_time.replace(' ', 'T')}Z`;
        return { stream, arrival: Date.parse(at) as EpochMillis, event: { ...event, at } };
      }),
    )
    .sort((a, b) => a.arrival - b.arrival || (extra(a) < extra(b) ? 1 : -1));
}

function extra({ event }: ConvertedEvent): string {
  return String(event['extra']);
}

/** The rows of a query, as sorted texts; undefined where none are known. */
export function expectedRows(query: string): string[] | undefined {
  return queries
    .find(({ name }) => name === query)
    ?.expected.map(normal)
    .sort();
}

/** A row as one text: cells parted by a blank, numbers in their shortest form. */
export function rowText(cells: readonly unknown[]): string {
  return normal(cells.map(String).join(' '));
}

function normal(row: string): string {
  return row
    .split(/\s+/)
    .map((cell) => (/^-?\d+\.\d+$/.test(cell) ? String(Number(cell)) : cell))
    .join(' ');
}
