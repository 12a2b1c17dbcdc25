/**
 * UCI Online Retail as events: a stream `lines` with one event a line, and a stream `orders` with one event an invoice.
 *
 * Arrival order is the order of the file, which is sorted by time; an order stands just before its first line. Each line
 * keeps its own time. The time of an order is that of its first line, also for the 43 invoices whose lines carry two.
 * Cancellations (`C…`) and adjustments of bad debts (`A…`) are invoices as any other. A line cannot be converted where
 * it has no eight columns, no invoice, or a quantity, price or time that is none; it is in no order's total either.
 */
import { londonToUtc } from './london-time.ts';

export interface LineEvent {
  /** The number of the line, counted from 1 after the header, as text. */
  readonly id: string;
  readonly invoice: string;
  readonly stockCode: string;
  readonly description: string;
  /** Negative where goods came back or stock was written off. */
  readonly quantity: number;
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** Pounds each. */
  readonly price: number;
  /** `17850`; null for guests. */
  readonly customer: string | null;
  readonly country: string;
}

export interface OrderEvent {
  /** The invoice. */
  readonly id: string;
  readonly at: string;
  readonly customer: string | null;
  readonly country: string;
  /** Pounds: quantity × price over its lines, exactly. */
  readonly total: number;
  readonly lines: number;
  readonly cancelled: boolean;
}

export type StreamRecord =
  | { readonly stream: 'orders'; readonly partitionKey: string; readonly event: OrderEvent }
  | { readonly stream: 'lines'; readonly partitionKey: string; readonly event: LineEvent };

/** A line of the file that could not be converted, and why. */
export interface Rejected {
  readonly line: number;
  readonly reason: string;
}

/** A converted line with its amount as an exact decimal, in units of `amountUnit`. */
interface ConvertedLine {
  readonly event: LineEvent;
  readonly amount: bigint;
}

export interface Conversion {
  readonly lines: readonly ConvertedLine[];
  readonly orders: ReadonlyMap<string, OrderEvent>;
  readonly rejected: readonly Rejected[];
}

/** Digits after the point that a price may have. */
const decimals = 6;
const amountUnit = 10 ** decimals;

/** The rows of the file, without its header, as events. */
export async function convertRows(
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  progress: (lines: number) => void = () => {},
): Promise<Conversion> {
  const lines: ConvertedLine[] = [];
  const rejected: Rejected[] = [];
  let number = 0;
  for await (const row of rows) {
    number += 1;
    const line = convertRow(row, number);
    if (typeof line === 'string') rejected.push({ line: number, reason: line });
    else lines.push(line);
    progress(number);
  }
  return { lines, orders: sumOrders(lines), rejected };
}

/** The converted line, or the reason why there is none. */
function convertRow(row: readonly string[], number: number): ConvertedLine | string {
  if (row.length !== 8) return `has ${row.length} columns, not 8`;
  const [invoice, stockCode, description, quantity, time, price, customer, country] = row as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (invoice === '') return 'has no invoice';
  if (!/^-?\d{1,9}$/.test(quantity)) return `has the quantity '${quantity}', not an integer`;
  const unscaled = decimal(price);
  if (unscaled === undefined) return `has the price '${price}', not a decimal with at most ${decimals} places`;
  const at = londonToUtc(time);
  if (at === undefined) return `has the time '${time}', not one like '2010-12-01 08:26:00'`;
  const event: LineEvent = {
    id: String(number),
    invoice,
    stockCode,
    description,
    quantity: Number(quantity),
    at,
    price: Number(price),
    // The file was once saved by a tool that took the numbers of customers, some of them missing, for floats.
    customer: customer === '' ? null : customer.replace(/\.0$/, ''),
    country,
  };
  return { event, amount: BigInt(quantity) * unscaled };
}

/** `-2.55` as -2550000n; undefined where the text is no such number. */
function decimal(text: string): bigint | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction.length > decimals) return undefined;
  return BigInt(sign + whole + fraction.padEnd(decimals, '0'));
}

function sumOrders(lines: readonly ConvertedLine[]): Map<string, OrderEvent> {
  const amounts = new Map<string, { first: LineEvent; amount: bigint; lines: number }>();
  for (const { event, amount } of lines) {
    const order = amounts.get(event.invoice);
    if (order === undefined) {
      amounts.set(event.invoice, { first: event, amount, lines: 1 });
    } else {
      order.amount += amount;
      order.lines += 1;
    }
  }
  const orders = new Map<string, OrderEvent>();
  for (const [invoice, { first, amount, lines: count }] of amounts) {
    orders.set(invoice, {
      id: invoice,
      at: first.at,
      customer: first.customer,
      country: first.country,
      // Below 2^53 units the quotient is the double nearest to the exact decimal, so that it prints as that.
      total: exact(amount) / amountUnit,
      lines: count,
      cancelled: invoice.startsWith('C'),
    });
  }
  return orders;
}

function exact(amount: bigint): number {
  const number = Number(amount);
  if (!Number.isSafeInteger(number)) throw new RangeError(`a total of ${amount} millionths of a pound is too large`);
  return number;
}

/** The events in arrival order. */
export function* records(
  conversion: Conversion,
  streams: ReadonlySet<StreamRecord['stream']> = new Set(['lines', 'orders']),
): Generator<StreamRecord> {
  const begun = new Set<string>();
  for (const { event } of conversion.lines) {
    const order = begun.has(event.invoice) ? undefined : conversion.orders.get(event.invoice);
    if (order !== undefined) {
      begun.add(event.invoice);
      // Guests have no key that would keep their orders together, and need none.
      if (streams.has('orders')) {
        yield { stream: 'orders', partitionKey: order.customer ?? order.id, event: order };
      }
    }
    if (streams.has('lines')) yield { stream: 'lines', partitionKey: event.invoice, event };
  }
}
