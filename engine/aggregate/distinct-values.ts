/**
 * `values`: the different values; of more than `limit`, those that came first. A value stands where its earliest event
 * does, so which ones are kept follows from the events alone: what one part drops has as many before it in the whole.
 */
import type { Accumulator } from './accumulator.ts';
import { decodeKept, encodeKept, insertKept, type Kept } from './kept-values.ts';
import { compareOrder, copyOrder, type Order } from './order.ts';
import { decodeValue, encodeValue, type Json } from './value.ts';
import { valueIdentity } from './value-identity.ts';

interface Distinct extends Kept {
  readonly identity: string;
  readonly value: unknown;
}

const byOrder = (a: Kept, b: Kept): number => compareOrder(a.order, b.order);

export class DistinctValues implements Accumulator {
  readonly #kept: Distinct[] = [];
  readonly #byIdentity = new Map<string, Distinct>();
  readonly #limit: number;
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(value: unknown, order: Order): void {
    const identity = valueIdentity(value);
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) {
      if (compareOrder(known.order, order) <= 0) return;
      this.#kept.splice(this.#kept.indexOf(known), 1);
    }
    const fresh = { identity, value, order: copyOrder(order) };
    this.#byIdentity.set(identity, fresh);
    const dropped = insertKept(this.#kept, fresh, this.#limit, byOrder);
    if (dropped !== undefined) this.#byIdentity.delete(dropped.identity);
  }

  remove(value: unknown, order: Order): boolean {
    const known = this.#byIdentity.get(valueIdentity(value));
    return known === undefined || compareOrder(known.order, order) !== 0;
  }

  absorb(encoded: Json): void {
    decodeKept(encoded, (order, [value]) => this.add(decodeValue(value), order));
  }

  encode(): Json {
    return encodeKept(this.#kept, ({ value }) => [encodeValue(value)]);
  }

  result(): unknown {
    return this.#kept.map(({ value }) => value);
  }
}
