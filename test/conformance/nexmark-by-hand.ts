/** Rows of the NEXMark queries that the data has none for, worked out from the bids by loops over all of them. */
import { auctions, type Bid, bids, persons, rowText } from './nexmark-events.ts';

/** The table of q13 by its keys, which are all that there can be. */
const sideInput = Array.from({ length: 10_000 }, (_, key) => `value-${(key * 7919) % 10_000}`);

export const sideInputFile = `key,value\n${sideInput.map((value, key) => `${key},${value}\n`).join('')}`;

const ranks: readonly ((bid: Bid) => boolean)[] = [
  () => true,
  ({ price }) => price < 10_000,
  ({ price }) => price >= 10_000 && price < 1_000_000,
  ({ price }) => price >= 1_000_000,
];
const channels = ['apple', 'google', 'facebook', 'baidu'];

const day = (bid: Bid): string => bid.date_time.slice(0, 10);
const minute = (bid: Bid): string => bid.date_time.slice(11, 16);
const time = (bid: Bid): number => Date.parse(`${bid.date_time.replace(' ', 'T')}Z`);
/** RisingWave calculates in decimals: three places here, so in thousandths. */
const dollars = (bid: Bid): number => (bid.price * 908) / 1000;

function grouped(key: (bid: Bid) => string): (readonly [string, ...Bid[]])[] {
  return [...new Set(bids.map(key))].map((name) => [name, ...bids.filter((bid) => key(bid) === name)]);
}

const statistics = (of: readonly Bid[]): number[] => [
  ...ranks.map((rank) => of.filter(rank).length),
  ...ranks.map((rank) => new Set(of.filter(rank).map(({ bidder }) => bidder)).size),
  ...ranks.map((rank) => new Set(of.filter(rank).map(({ auction }) => auction)).size),
];

/** Bids of a user in runs with gaps of at most ten seconds. */
function sessions(of: readonly Bid[]): Bid[][] {
  const runs: Bid[][] = [];
  for (const bid of [...of].sort((a, b) => time(a) - time(b))) {
    const last = runs.at(-1)?.at(-1);
    if (last !== undefined && time(bid) - time(last) <= 10_000) runs.at(-1)?.push(bid);
    else runs.push([bid]);
  }
  return runs;
}

interface Sale {
  readonly auction: (typeof auctions)[number];
  readonly bid: Bid;
}

/** The highest bid of each auction that has one, of equal ones the earliest, in the order in which auctions close. */
function sales(): Sale[] {
  return auctions
    .flatMap((auction) => {
      const of = bids.filter(
        (bid) =>
          bid.auction === auction['id'] && bid.date_time >= auction.date_time && bid.date_time <= closeOf(auction),
      );
      const [bid] = of.sort((a, b) => b.price - a.price || time(a) - time(b));
      return bid === undefined ? [] : [{ auction, bid }];
    })
    .sort((a, b) => (closeOf(a.auction) < closeOf(b.auction) ? -1 : 1));
}

function closeOf(auction: Sale['auction']): string {
  return String(auction['expires']);
}

/** The sales by what an auction says: by its category, or its seller. */
function salesBy(field: string): (readonly [unknown, number[]])[] {
  const all = sales();
  return [...new Set(all.map(({ auction }) => auction[field]))].map((name) => [
    name,
    all.filter(({ auction }) => auction[field] === name).map(({ bid }) => bid.price),
  ]);
}

const mean = (prices: readonly number[]): number => prices.reduce((sum, price) => sum + price, 0) / prices.length;

function kindOfHour(bid: Bid): string {
  const hour = Number(bid.date_time.slice(11, 13));
  if (hour >= 8 && hour <= 18) return 'dayTime';
  return hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime';
}

function channelId({ channel, url }: Bid): string | undefined {
  const known = channels.indexOf(channel.toLowerCase());
  return known >= 0 ? String(known) : /(?:&|^)channel_id=([^&]*)/.exec(url)?.[1];
}

const rowsByQuery: Readonly<Record<string, () => readonly (readonly unknown[])[]>> = {
  q3: () =>
    auctions.flatMap((auction) =>
      persons
        .filter(({ id, state }) => id === auction['seller'] && ['or', 'id', 'ca'].includes(String(state)))
        .filter(() => auction['category'] === 10)
        .map(({ name, city, state }) => [name, city, state, auction['id']]),
    ),
  q4: () => salesBy('category').map(([category, prices]) => [category, mean(prices)]),
  q6: () =>
    salesBy('seller').flatMap(([seller, prices]) =>
      prices.map((_, at) => [seller, mean(prices.slice(Math.max(0, at - 9), at + 1))]),
    ),
  q9: () =>
    sales().map(({ auction: of, bid }) => [
      ...[of['id'], of['item_name'], of['description'], of['initial_bid'], of['reserve'], of.date_time],
      ...[of['expires'], of['seller'], of['category'], of['extra']],
      ...[bid.auction, bid.bidder, bid.price, bid.date_time, bid.extra],
    ]),
  q10: () => bids.map((bid) => [bid.auction, bid.bidder, bid.price, bid.date_time, bid.extra, day(bid), minute(bid)]),
  q11: () =>
    grouped(({ bidder }) => String(bidder)).flatMap(([bidder, ...of]) =>
      sessions(of).map((session) => [bidder, session.length]),
    ),
  q12: () =>
    grouped((bid) => `${bid.bidder} ${Math.floor(time(bid) / 10_000)}`).map(([key, ...of]) => [
      key.split(' ')[0],
      of.length,
    ]),
  q13: () => bids.map((bid) => [bid.auction, bid.bidder, bid.price, bid.date_time, sideInput[bid.auction % 10_000]]),
  q14: () =>
    bids
      .filter((bid) => dollars(bid) > 1_000_000 && dollars(bid) < 50_000_000)
      .map((bid) => [
        bid.auction,
        bid.bidder,
        dollars(bid),
        kindOfHour(bid),
        bid.date_time,
        bid.extra,
        bid.extra.replaceAll(/[^c]/g, '').length,
      ]),
  q15: () => grouped(day).map(([name, ...of]) => [name, ...statistics(of)]),
  q16: () =>
    grouped((bid) => `${bid.channel} ${day(bid)}`).map(([name, ...of]) => [
      name,
      of.map(minute).sort().at(-1),
      ...statistics(of),
    ]),
  q19: () =>
    grouped(({ auction }) => String(auction)).map(([auction, ...of]) => [
      auction,
      of
        .map(({ price }) => price)
        .sort((a, b) => b - a)
        .slice(0, 10),
    ]),
  q20: () =>
    bids.flatMap((bid) =>
      auctions
        .filter(({ id, category }) => id === bid.auction && category === 10)
        .map((of) => [
          ...[bid.auction, bid.bidder, bid.price, bid.channel, bid.url, bid.date_time, bid.extra],
          ...[of['item_name'], of['description'], of['initial_bid'], of['reserve'], of.date_time],
          ...[of['expires'], of['seller'], of['category'], of['extra']],
        ]),
    ),
  q21: () =>
    bids.flatMap((bid) => {
      const id = channelId(bid);
      return id === undefined ? [] : [[bid.auction, bid.bidder, bid.price, bid.channel, id]];
    }),
  q22: () => bids.map((bid) => [bid.auction, bid.bidder, bid.price, bid.channel, ...bid.url.split('/').slice(3, 6)]),
};

export function rowsByHand(query: string): string[] | undefined {
  return rowsByQuery[query]?.().map(rowText).sort();
}
