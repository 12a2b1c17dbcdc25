/** `top`, `argmin` and `argmax`: the values of the events that rank first; of equal rank, the earlier event. */
import type { Accumulator } from './accumulator.ts';
import { compareValues } from './extreme.ts';
import { decodeKept, encodeKept, insertKept, type Kept, removeKept } from './kept-values.ts';
import { compareOrder, copyOrder, type Order } from './order.ts';
import { Ranked } from './ranked.ts';
import { decodeValue, encodeValue, type Json } from './value.ts';

interface Placed extends Kept {
  readonly ranked: Ranked;
}

export class Ranking implements Accumulator {
  readonly #placed: Placed[] = [];
  readonly #sign: 1 | -1;
  readonly #limit: number | undefined;
  readonly #most: number;
  readonly #compare = (a: Placed, b: Placed): number =>
    this.#sign * compareValues(b.ranked.by, a.ranked.by) || compareOrder(a.order, b.order);

  /**
   * `sign`: 1 for the largest first, -1 for the smallest. It keeps `most`, and shows `limit` of them; where there is no
   * limit, the first one, or null.
   */
  constructor(sign: 1 | -1, limit: number | undefined, most: number) {
    this.#sign = sign;
    this.#limit = limit;
    this.#most = most;
  }

  add(value: unknown, order: Order): void {
    if (!(value instanceof Ranked)) return;
    const placed = this.#placed;
    if (placed.length >= this.#most) {
      const last = placed.at(-1);
      if (last !== undefined && this.#sign * compareValues(value.by, last.ranked.by) < 0) return;
    }
    insertKept(placed, { ranked: value, order: copyOrder(order) }, this.#most, this.#compare);
  }

  remove(value: unknown, order: Order): boolean {
    if (!(value instanceof Ranked)) return true;
    // What was not among the first so many is not needed; where it was, another takes its place that may not be here.
    const removed = removeKept(this.#placed, { ranked: value, order }, this.#compare);
    return removed ? this.#most === Number.POSITIVE_INFINITY : true;
  }

  absorb(encoded: Json): void {
    decodeKept(encoded, (order, [value, by]) => this.add(new Ranked(decodeValue(value), decodeValue(by)), order));
  }

  encode(): Json {
    return encodeKept(this.#placed, ({ ranked }) => [encodeValue(ranked.value), encodeValue(ranked.by)]);
  }

  result(): unknown {
    if (this.#limit === undefined) return this.#placed[0]?.ranked.value ?? null;
    const shown: unknown[] = [];
    for (const { ranked } of this.#placed) if (shown.push(ranked.value) >= this.#limit) break;
    return shown;
  }
}
