/** `collect`: the first values in the order of their events. */
import type { Accumulator } from './accumulator.ts';
import { decodeKept, encodeKept, insertKept, type Kept } from './kept-values.ts';
import { compareOrder, copyOrder, type Order } from './order.ts';
import { decodeValue, encodeValue, type Json } from './value.ts';

interface Collected extends Kept {
  readonly value: unknown;
}

const byOrder = (a: Kept, b: Kept): number => compareOrder(a.order, b.order);

export class Collect implements Accumulator {
  readonly #collected: Collected[] = [];
  readonly #limit: number;
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(value: unknown, order: Order): void {
    const last = this.#collected[this.#limit - 1];
    if (last !== undefined && compareOrder(last.order, order) <= 0) return;
    insertKept(this.#collected, { order: copyOrder(order), value }, this.#limit, byOrder);
  }

  remove(_value: unknown, order: Order): boolean {
    return this.#collected.every((kept) => compareOrder(kept.order, order) !== 0);
  }

  absorb(encoded: Json): void {
    decodeKept(encoded, (order, [value]) => this.add(decodeValue(value), order));
  }

  encode(): Json {
    return encodeKept(this.#collected, ({ value }) => [encodeValue(value)]);
  }

  result(): unknown {
    return this.#collected.map(({ value }) => value);
  }
}
