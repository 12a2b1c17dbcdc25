/** `collect`: the first values in the order of their events; and `first` over a log. */
import type { Accumulator } from './accumulator.ts';
import { decodeKept, encodeKept, insertKept, type Kept, removeKept } from './kept-values.ts';
import { compareOrder, copyOrder, type Order } from './order.ts';
import { decodeValue, encodeValue, type Json } from './value.ts';

interface Collected extends Kept {
  readonly value: unknown;
}

const byOrder = (a: Kept, b: Kept): number => compareOrder(a.order, b.order);

export class Collect implements Accumulator {
  readonly #collected: Collected[] = [];
  readonly #limit: number | undefined;
  readonly #most: number;

  /** It keeps `most`, and shows `limit` of them; where there is no limit, the first one, or null. */
  constructor(limit: number | undefined, most: number) {
    this.#limit = limit;
    this.#most = most;
  }

  add(value: unknown, order: Order): void {
    const collected = this.#collected;
    if (collected.length >= this.#most) {
      const last = collected.at(-1);
      if (last !== undefined && compareOrder(last.order, order) <= 0) return;
    }
    insertKept(collected, { order: copyOrder(order), value }, this.#most, byOrder);
  }

  remove(value: unknown, order: Order): boolean {
    // What was not among the first so many is not needed; where it was, another takes its place that may not be here.
    return removeKept(this.#collected, { order, value }, byOrder) ? this.#most === Number.POSITIVE_INFINITY : true;
  }

  absorb(encoded: Json): void {
    decodeKept(encoded, (order, [value]) => this.add(decodeValue(value), order));
  }

  encode(): Json {
    return encodeKept(this.#collected, ({ value }) => [encodeValue(value)]);
  }

  result(): unknown {
    if (this.#limit === undefined) return this.#collected[0]?.value ?? null;
    const shown: unknown[] = [];
    for (const { value } of this.#collected) if (shown.push(value) >= this.#limit) break;
    return shown;
  }
}
