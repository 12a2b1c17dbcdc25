/** Orders of a given size, the same on every run. */

const countries = ['GB', 'GB', 'GB', 'FR', 'DE', 'NL', 'IE', 'ES'];
const types = ['order', 'order', 'order', 'dispatched', 'return'];
const channels = ['web', 'shop', 'phone', 'partner'];
const start = Date.parse('2026-03-02T06:00:00Z');

/** Numbers below one, each a function of those before it (mulberry32, public domain). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What makes one list of orders another than the next. */
export interface Sample {
  readonly count: number;
  /** Of one order. */
  readonly bytes: number;
  /** The customer of each. */
  readonly customer: (number: number, random: () => number) => number;
  /** Hours after the beginning. */
  readonly from: number;
}

/**
 * JSON texts of about so many bytes, over six hours. What the rules read takes about
 * 250 bytes; lines of the order, such as nobody reads, fill it up.
 */
export function* sampleOrders({ count, bytes, customer, from }: Sample): Generator<string> {
  const random = randomNumbers(7 + from);
  const one = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  for (let number = 0; number < count; number++) {
    const order = {
      id: `e-${from}-${String(number).padStart(9, '0')}`,
      type: one(types),
      orderId: `o-${Math.floor(random() * 1e9)}`,
      customerId: `c-${customer(number, random)}`,
      at: new Date(start + Math.floor((from + (6 * number) / count) * 3_600_000)).toISOString(),
      total: Math.round(random() * 60_000) / 100,
      country: one(countries),
      channel: one(channels),
      quantity: 1 + Math.floor(random() * 20),
      express: random() < 0.1,
      stars: 1 + Math.floor(random() * 5),
    };
    const lines: object[] = [];
    let length = JSON.stringify({ ...order, lines }).length;
    while (length < bytes - 20) {
      const line = {
        sku: `S-${Math.floor(random() * 1e5)}`,
        text: 'a jar of something sweet',
        price: Math.round(random() * 1e4) / 100,
      };
      lines.push(line);
      length += JSON.stringify(line).length + 1;
    }
    yield JSON.stringify({ ...order, lines });
  }
}
