/**
 * What must stand at the end of pipelines/online-retail/pipeline.yaml, worked out in another way than the engine does:
 * loops over all events at once, in the order of time, with arithmetic, days and windows of their own. Nothing here
 * may import the engine.
 */
import type { LineEvent, OrderEvent, StreamRecord } from '../../../pipelines/online-retail/conversion.ts';

/** An alert that stands, with what can be compared; times are ISO 8601 in UTC. */
export interface StandingAlert {
  readonly rule: string;
  readonly key: Readonly<Record<string, string>>;
  readonly window?: { readonly start: string; readonly end: string };
  readonly values: Readonly<Record<string, number | string>>;
  /** Ids of the evidence. */
  readonly events: readonly string[];
  readonly at: string;
}

const hour = 3_600_000;
const day = 24 * hour;

export function standingAlerts(records: Iterable<StreamRecord>): StandingAlert[] {
  const orders: OrderEvent[] = [];
  const lines: LineEvent[] = [];
  for (const record of records) {
    if (record.stream === 'orders') orders.push(record.event);
    else lines.push(record.event);
  }
  return [
    ...largeExports(orders),
    ...threeLargeInvoices(orders),
    ...dailyTotals(orders),
    ...linesPerCountryHour(lines),
    ...largestCancellations(orders),
  ];
}

function largeExports(orders: readonly OrderEvent[]): StandingAlert[] {
  return orders
    .filter((order) => order.total > 1000 && order.country !== 'United Kingdom')
    .map((order) => ({
      rule: 'large-export',
      key: {},
      values: { invoice: order.id, country: order.country, total: order.total },
      events: [order.id],
      at: iso(Date.parse(order.at)),
    }));
}

/** Three invoices over 500 of one customer in the 24 hours up to and including one of them. */
function threeLargeInvoices(orders: readonly OrderEvent[]): StandingAlert[] {
  const alerts: StandingAlert[] = [];
  const large = orders.filter((order) => order.customer !== null && order.total > 500);
  for (const [customer, all] of groups(large, (order) => order.customer ?? '')) {
    let episode: { start: number; end: number; inside: OrderEvent[] } | undefined;
    const close = (): void => {
      if (episode === undefined) return;
      alerts.push({
        rule: 'three-large-invoices',
        key: { customer },
        window: { start: iso(episode.start), end: iso(episode.end) },
        values: { invoices: episode.inside.length, spent: decimalSum(episode.inside.map((order) => order.total)) },
        events: evidence(episode.inside),
        at: iso(episode.end),
      });
      episode = undefined;
    };
    for (const end of [...new Set(all.map((order) => Date.parse(order.at)))].sort((a, b) => a - b)) {
      const inside = all.filter((order) => Date.parse(order.at) > end - day && Date.parse(order.at) <= end);
      if (inside.length < 3) continue;
      if (episode !== undefined && end - episode.end > day) close();
      episode = { start: episode?.start ?? end - day, end, inside };
    }
    close();
  }
  return alerts;
}

function dailyTotals(orders: readonly OrderEvent[]): StandingAlert[] {
  return [...groups(orders, (order) => londonDate(order.at))].map(([date, all]) => ({
    rule: 'daily-total',
    key: {},
    window: londonDay(date),
    values: {
      total: decimalSum(all.map((order) => order.total)),
      invoices: all.filter((order) => !order.id.startsWith('C')).length,
      cancellations: all.filter((order) => order.id.startsWith('C')).length,
    },
    events: [],
    at: iso(newest(all)),
  }));
}

function linesPerCountryHour(lines: readonly LineEvent[]): StandingAlert[] {
  const alerts: StandingAlert[] = [];
  for (const [country, ofCountry] of groups(lines, (line) => line.country)) {
    for (const [start, all] of groups(ofCountry, (line) => `${line.at.slice(0, 13)}:00:00Z`)) {
      const end = iso(Date.parse(start) + hour);
      alerts.push({
        rule: 'lines-per-country-hour',
        key: { country },
        window: { start: iso(Date.parse(start)), end },
        values: { lines: all.length, pieces: all.reduce((sum, line) => sum + line.quantity, 0) },
        events: [],
        at: end,
      });
    }
  }
  return alerts;
}

function largestCancellations(orders: readonly OrderEvent[]): StandingAlert[] {
  const alerts: StandingAlert[] = [];
  const cancelled = orders.filter((order) => order.customer !== null && order.id.startsWith('C'));
  for (const [customer, ofCustomer] of groups(cancelled, (order) => order.customer ?? '')) {
    for (const [date, all] of groups(ofCustomer, (order) => londonDate(order.at))) {
      alerts.push({
        rule: 'largest-cancellation',
        key: { customer },
        window: londonDay(date),
        values: { largest: 0 - Math.min(...all.map((order) => order.total)), cancellations: all.length },
        events: evidence(all),
        at: iso(newest(all)),
      });
    }
  }
  return alerts;
}

function groups<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const one of all) {
    const group = map.get(key(one));
    if (group === undefined) map.set(key(one), [one]);
    else group.push(one);
  }
  return map;
}

/** The newest ten by time, then by id as text, oldest first. */
function evidence(all: readonly { readonly id: string; readonly at: string }[]): string[] {
  return [...all]
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1))
    .slice(-10)
    .map(({ id }) => id);
}

function newest(all: readonly { readonly at: string }[]): number {
  return all.reduce((latest, { at }) => Math.max(latest, Date.parse(at)), -Infinity);
}

/** The sum of numbers as they print, in decimal. */
export function decimalSum(numbers: readonly number[]): number {
  const places = 10;
  let sum = 0n;
  for (const number of numbers) {
    const match = /^(-?)(\d+)(?:\.(\d{1,10}))?$/.exec(String(number));
    if (match === null) throw new Error(`${number} does not print as a plain decimal`);
    sum += BigInt(`${match[1] ?? ''}${match[2] ?? ''}${(match[3] ?? '').padEnd(places, '0')}`);
  }
  const digits = String(sum < 0n ? -sum : sum).padStart(places + 1, '0');
  return Number(`${sum < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`);
}

const london = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  dateStyle: 'short',
  timeStyle: 'medium',
  hourCycle: 'h23',
});
const dates = new Map<string, string>();

/** `2011-03-27`. */
export function londonDate(at: string): string {
  let date = dates.get(at);
  if (date === undefined) {
    date = london.format(Date.parse(at)).slice(0, 10);
    dates.set(at, date);
  }
  return date;
}

/** A day in London begins at midnight in UTC, or an hour before it in summer. */
export function londonDay(date: string): { start: string; end: string } {
  return { start: iso(londonMidnight(date)), end: iso(londonMidnight(iso(Date.parse(date) + day).slice(0, 10))) };
}

function londonMidnight(date: string): number {
  const utc = Date.parse(`${date}T00:00:00Z`);
  const midnight = [utc - hour, utc].find((at) => london.format(at) === `${date}, 00:00:00`);
  if (midnight === undefined) throw new Error(`${date} has no midnight in London at 23:00 or 00:00 UTC`);
  return midnight;
}

function iso(millis: number): string {
  return new Date(millis).toISOString();
}
