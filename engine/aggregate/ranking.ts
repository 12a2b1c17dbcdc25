/** `top`, `argmin` and `argmax`: the values of the events that rank first; of equal rank, the earlier event. */
import type { Accumulator } from './accumulator.ts';
import { compareValues } from './extreme.ts';
import { decodeKept, encodeKept, insertKept, type Kept } from './kept-values.ts';
import { compareOrder, copyOrder, type Order } from './order.ts';
import { Ranked } from './ranked.ts';
import { decodeValue, encodeValue, type Json } from './value.ts';

interface Placed extends Kept {
  readonly ranked: Ranked;
}

export class Ranking implements Accumulator {
  readonly #placed: Placed[] = [];
  readonly #sign: 1 | -1;
  readonly #limit: number;
  readonly #isList: boolean;
  readonly #compare = (a: Placed, b: Placed): number =>
    this.#sign * compareValues(b.ranked.by, a.ranked.by) || compareOrder(a.order, b.order);

  /** `sign`: 1 for the largest first, -1 for the smallest. The result is a list where a limit is given, else one value. */
  constructor(sign: 1 | -1, limit?: number) {
    this.#sign = sign;
    this.#limit = limit ?? 1;
    this.#isList = limit !== undefined;
  }

  add(value: unknown, order: Order): void {
    if (!(value instanceof Ranked)) return;
    const last = this.#placed[this.#limit - 1];
    if (last !== undefined && this.#sign * compareValues(value.by, last.ranked.by) < 0) return;
    insertKept(this.#placed, { ranked: value, order: copyOrder(order) }, this.#limit, this.#compare);
  }

  remove(_value: unknown, order: Order): boolean {
    return this.#placed.every((placed) => compareOrder(placed.order, order) !== 0);
  }

  absorb(encoded: Json): void {
    decodeKept(encoded, (order, [value, by]) => this.add(new Ranked(decodeValue(value), decodeValue(by)), order));
  }

  encode(): Json {
    return encodeKept(this.#placed, ({ ranked }) => [encodeValue(ranked.value), encodeValue(ranked.by)]);
  }

  result(): unknown {
    return this.#isList ? this.#placed.map(({ ranked }) => ranked.value) : (this.#placed[0]?.ranked.value ?? null);
  }
}
