/**
 * A shop's customers as they come and go: they visit, browse, download, order, get their order packed and dispatched,
 * and review it. Every seed is a story of its own; the same seed tells the same one. Something worth an alert happens
 * early, and now and then an event comes late or broken, as everywhere.
 */

/** The streams that the lifecycle can play. */
export const lifecycleStreams = ['orders', 'reviews', 'visits', 'customers'] as const;
export type LifecycleStream = (typeof lifecycleStreams)[number];

export interface LifecycleEvent {
  readonly stream: LifecycleStream;
  readonly event: Readonly<Record<string, string | number>>;
}

interface Order {
  readonly orderId: string;
  readonly customerId: string;
  readonly total: number;
  readonly country: string;
}

/** An event that is sure to come soon, given its time. */
type Step = (at: string) => LifecycleEvent;

const customers = 60;
const countries = ['GB', 'GB', 'GB', 'GB', 'GB', 'GB', 'DE', 'FR', 'IE', 'NL'];
const pages = ['/', '/sale', '/lamps', '/chairs', '/catalogue.pdf', '/delivery', '/returns'];
const tiers = ['bronze', 'silver', 'gold'];
const praise = ['Just as I hoped.', 'Lovely, thank you!', 'Good value.', 'Arrived early.'];
const blame = ['Arrived broken.', 'Not what I ordered.', 'Still waiting for an answer.'];

/** How long ago a late event happened, in milliseconds: longer than any hour is kept open. */
const veryLate = 3 * 3_600_000;

export class CustomerLifecycle {
  private readonly random: () => number;
  private readonly agenda: Step[] = [];
  private readonly open: { readonly order: Order; packed: boolean }[] = [];
  private readonly unreviewed: Order[] = [];
  private events = 0;
  private orders = 0;

  constructor(seed: number) {
    this.random = mulberry32(seed);
  }

  /** The next event, that happens at `now` or shortly before. */
  next(now: number): LifecycleEvent {
    this.events += 1;
    // The first alerts must not keep anybody waiting.
    if (this.events === 3 || this.chance(0.004)) this.spendALot();
    if (this.events === 6 || this.chance(0.004)) this.exportOrder();
    if (this.events === 12) this.agenda.push(this.review(this.newOrder(90), 1));
    const at = new Date(now - Math.floor(this.random() * 2000)).toISOString();
    const planned = this.chance(0.5) ? this.agenda.shift() : undefined;
    if (planned !== undefined) return planned(at);
    if (this.chance(0.002)) return brokenOrder(this.orderEvent('order', this.newOrder(25))(at));
    if (this.chance(0.002)) return this.orderEvent('order', this.newOrder(25))(new Date(now - veryLate).toISOString());
    return this.anything()(at);
  }

  private anything(): Step {
    const dice = this.random();
    if (dice < 0.3) return this.visit('visit');
    if (dice < 0.5) return this.visit('browse');
    if (dice < 0.56) return this.visit('download');
    if (dice < 0.59) return this.tier();
    if (dice < 0.7) return this.place(this.newOrder(10 + Math.floor(this.random() * this.random() * 45_000) / 100));
    return this.fulfil();
  }

  /** One step of an order that somebody waits for; without any, a visit. */
  private fulfil(): Step {
    if (this.unreviewed.length > 20) {
      const order = this.unreviewed.shift();
      if (order !== undefined) return this.review(order, this.chance(0.12) ? this.whole(1, 2) : this.whole(3, 5));
    }
    const waiting = this.open[Math.floor(this.random() * this.open.length)];
    if (waiting === undefined) return this.visit('browse');
    if (!waiting.packed) {
      waiting.packed = true;
      return this.orderEvent('packed', waiting.order);
    }
    this.open.splice(this.open.indexOf(waiting), 1);
    this.unreviewed.push(waiting.order);
    return this.orderEvent('dispatched', waiting.order);
  }

  /** One customer places three orders of high value. */
  private spendALot(): void {
    const customerId = this.customer();
    for (let count = 0; count < 3; count++) {
      this.agenda.push(this.place({ ...this.newOrder(this.whole(510, 990)), customerId, country: 'GB' }));
    }
  }

  /** An order of more than a thousand leaves the country. */
  private exportOrder(): void {
    const order = { ...this.newOrder(this.whole(1010, 2400)), country: this.pick(['DE', 'FR', 'US', 'JP']) };
    this.agenda.push(
      this.orderEvent('order', order),
      this.orderEvent('packed', order),
      this.orderEvent('dispatched', order),
    );
  }

  private newOrder(total: number): Order {
    this.orders += 1;
    const customerId = this.customer();
    const country = this.pick(countries);
    return { orderId: `o${String(this.orders)}`, customerId, total: Math.round(total * 100) / 100, country };
  }

  private place(order: Order): Step {
    this.open.push({ order, packed: false });
    return this.orderEvent('order', order);
  }

  private orderEvent(type: 'order' | 'packed' | 'dispatched', order: Order): Step {
    return (at) => ({ stream: 'orders', event: { id: `${order.orderId}-${type}`, at, type, ...order } });
  }

  private review({ orderId, customerId }: Order, stars: number): Step {
    const text = this.pick(stars <= 2 ? blame : praise);
    return (at) => ({ stream: 'reviews', event: { id: `r-${orderId}`, at, customerId, orderId, stars, text } });
  }

  private visit(type: 'visit' | 'browse' | 'download'): Step {
    const customerId = this.customer();
    const page = this.pick(pages);
    const id = `v${String(this.events)}`;
    return (at) => ({ stream: 'visits', event: { id, at, type, customerId, page } });
  }

  private tier(): Step {
    const customerId = this.customer();
    const tier = this.pick(tiers);
    const id = `t${String(this.events)}`;
    return (at) => ({ stream: 'customers', event: { id, at, customerId, tier } });
  }

  private customer(): string {
    return `c${String(this.whole(1, customers))}`;
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private whole(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  private pick<T extends string>(values: readonly T[]): T {
    const value = values[Math.floor(this.random() * values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }
}

/** A producer with a fault: the total as text, with a comma. */
function brokenOrder({ stream, event }: LifecycleEvent): LifecycleEvent {
  return { stream, event: { ...event, total: '24,90' } };
}

/** https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
