/**
 * `values` over a log: all different values, each with the places of all its events, so that the value stands where the
 * earliest of those does that are left.
 */
import type { Accumulator } from './accumulator.ts';
import { decodeKept, encodeKept, insertKept, type Kept, removeKept } from './kept-values.ts';
import { compareOrder, copyOrder, type Order } from './order.ts';
import { decodeValue, encodeValue, type Json } from './value.ts';
import { valueIdentity } from './value-identity.ts';

interface Repeated extends Kept {
  /** That of its earliest event. */
  order: Order;
  readonly value: unknown;
  /** Of all its events, in order. */
  readonly events: Kept[];
}

const byOrder = (a: Kept, b: Kept): number => compareOrder(a.order, b.order);
const all = Number.POSITIVE_INFINITY;

export class RunningValues implements Accumulator {
  /** By their earliest events. */
  readonly #values: Repeated[] = [];
  readonly #byIdentity = new Map<string, Repeated>();
  readonly #limit: number;
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(value: unknown, order: Order): void {
    const identity = valueIdentity(value);
    const event = { order: copyOrder(order) };
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) {
      insertKept(known.events, event, all, byOrder);
      this.#place(known);
      return;
    }
    const fresh = { order: event.order, value, events: [event] };
    this.#byIdentity.set(identity, fresh);
    insertKept(this.#values, fresh, all, byOrder);
  }

  remove(value: unknown, order: Order): boolean {
    const identity = valueIdentity(value);
    const known = this.#byIdentity.get(identity);
    if (known === undefined) return true;
    removeKept(known.events, { order }, byOrder);
    if (known.events.length > 0) this.#place(known);
    else {
      removeKept(this.#values, known, byOrder);
      this.#byIdentity.delete(identity);
    }
    return true;
  }

  /** Puts a value where the earliest of its events stands. */
  #place(value: Repeated): void {
    const [earliest] = value.events;
    if (earliest === undefined || compareOrder(earliest.order, value.order) === 0) return;
    removeKept(this.#values, value, byOrder);
    value.order = earliest.order;
    insertKept(this.#values, value, all, byOrder);
  }

  absorb(encoded: Json): void {
    decodeKept(encoded, (order, [value]) => this.add(decodeValue(value), order));
  }

  encode(): Json {
    return encodeKept(this.#values, ({ value }) => [encodeValue(value)]);
  }

  result(): unknown {
    const shown: unknown[] = [];
    for (const { value } of this.#values) if (shown.push(value) >= this.#limit) break;
    return shown;
  }
}
