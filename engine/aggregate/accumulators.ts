/** The aggregates: `count sum avg min max first last countDistinct collect`. */
import type { Accumulator, AccumulatorPlan } from './accumulator.ts';
import { Extreme } from './extreme.ts';
import { DecimalSum } from './decimal-sum.ts';
import { shortHash } from '../alert/identity.ts';
import { jsonSize } from './json-size.ts';
import { compareOrder, decodeOrder, encodeOrder, type Order } from './order.ts';
import { canonicalJson, decodeValue, encodeValue, isList, type Json } from './value.ts';
import type { EpochMillis } from '../time.ts';

export function createAccumulator(plan: AccumulatorPlan): Accumulator {
  switch (plan.kind) {
    case 'count':
      return new Count();
    case 'sum':
      return new Sum();
    case 'avg':
      return new Average();
    case 'min':
      return new Extreme(-1);
    case 'max':
      return new Extreme(1);
    case 'first':
      return new Edge(-1);
    case 'last':
    case 'newest':
      return new Edge(1);
    case 'countDistinct':
      return new CountDistinct();
    case 'collect':
      return new Collect(plan.limit ?? 1);
  }
}

class Count implements Accumulator {
  #n = 0;
  add(): void {
    this.#n++;
  }
  remove(): boolean {
    this.#n--;
    return true;
  }
  absorb(encoded: Json): void {
    this.#n += Number(encoded);
  }
  encode(): Json {
    return this.#n;
  }
  result(): number {
    return this.#n;
  }
}

class Sum implements Accumulator {
  readonly #sum = new DecimalSum();
  add(value: unknown): void {
    this.#sum.add(Number(value));
  }
  remove(value: unknown): boolean {
    this.#sum.subtract(Number(value));
    return true;
  }
  absorb(encoded: Json): void {
    this.#sum.absorb(encoded);
  }
  encode(): Json {
    return this.#sum.encode();
  }
  result(): number {
    return this.#sum.result();
  }
}

class Average implements Accumulator {
  readonly #sum = new DecimalSum();
  #n = 0;
  add(value: unknown): void {
    this.#sum.add(Number(value));
    this.#n++;
  }
  remove(value: unknown): boolean {
    this.#sum.subtract(Number(value));
    this.#n--;
    return true;
  }
  absorb(encoded: Json): void {
    if (encoded === null || typeof encoded !== 'object' || !isList(encoded)) return;
    this.#sum.absorb(encoded[0] ?? '0');
    this.#n += Number(encoded[1]);
  }
  encode(): Json {
    return [this.#sum.encode(), this.#n];
  }
  result(): number | null {
    return this.#n === 0 ? null : this.#sum.dividedBy(this.#n);
  }
}

/** The value of the first or the last event by event time and order of arrival. */
class Edge implements Accumulator {
  #value: unknown = null;
  #order: Order | undefined;
  readonly #sign: 1 | -1;
  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }
  add(value: unknown, order: Order): void {
    if (this.#order !== undefined && this.#sign * compareOrder(order, this.#order) <= 0) return;
    this.#order = {
      t: order.t,
      arrival: order.arrival,
      shard: order.shard,
      sequenceNumber: order.sequenceNumber,
      index: order.index,
    };
    this.#value = value;
  }
  remove(_value: unknown, order: Order): boolean {
    return this.#order === undefined || compareOrder(order, this.#order) !== 0;
  }
  absorb(encoded: Json): void {
    if (encoded === null || typeof encoded !== 'object' || !isList(encoded)) return;
    const order = readOrder(encoded[0]);
    if (order !== undefined) this.add(decodeValue(encoded[1]), order);
  }
  encode(): Json {
    return this.#order === undefined ? null : [encodeOrder(this.#order), encodeValue(this.#value)];
  }
  result(): unknown {
    return this.#value;
  }
}

class CountDistinct implements Accumulator {
  /** Identity of a value to how often it was added, so that it can be taken out again. */
  readonly #times = new Map<Json, number>();
  add(value: unknown): void {
    const identity = identityOf(value);
    this.#times.set(identity, (this.#times.get(identity) ?? 0) + 1);
  }
  remove(value: unknown): boolean {
    const identity = identityOf(value);
    const times = this.#times.get(identity) ?? 0;
    if (times > 1) this.#times.set(identity, times - 1);
    else this.#times.delete(identity);
    return true;
  }
  hasRoom(value: unknown, most: number): boolean {
    return this.#times.size < most || this.#times.has(identityOf(value));
  }
  absorb(encoded: Json): void {
    if (encoded !== null && typeof encoded === 'object' && isList(encoded))
      for (const identity of encoded) this.add(identity);
  }
  encode(): Json {
    return [...this.#times.keys()];
  }
  result(): number {
    return this.#times.size;
  }
}

/** Characters. */
const longestIdentity = 64;

/** What tells a value from others: itself, or a text for what is long or no scalar. An identity is its own identity. */
function identityOf(value: unknown): Json {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value : `\u0000${canonicalJson(encodeValue(value))}`;
  return text.length <= longestIdentity ? text : `\u0000#${shortHash(text)}`;
}

/** Bytes of JSON that a value adds to a `countDistinct` at most. */
export function identitySize(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'boolean') return 25;
  if (typeof value === 'string' && value.length <= longestIdentity) return jsonSize(value) + 1;
  return typeof value === 'string' ? 30 : 6 * longestIdentity;
}

/** The first `limit` values in event-time order. */
class Collect implements Accumulator {
  #values: { readonly order: Order; readonly value: unknown }[] = [];
  readonly #limit: number;
  constructor(limit: number) {
    this.#limit = limit;
  }
  add(value: unknown, order: Order): void {
    let at = this.#values.length;
    while (at > 0 && compareOrder((this.#values[at - 1] ?? { order }).order, order) > 0) at--;
    if (at >= this.#limit) return;
    this.#values.splice(at, 0, { order: decodeOrder(encodeOrder(order)), value });
    if (this.#values.length > this.#limit) this.#values.pop();
  }
  remove(_value: unknown, order: Order): boolean {
    return this.#values.every((kept) => compareOrder(kept.order, order) !== 0);
  }
  absorb(encoded: Json): void {
    if (encoded === null || typeof encoded !== 'object' || !isList(encoded)) return;
    for (const kept of encoded) {
      if (kept === null || typeof kept !== 'object' || !isList(kept)) continue;
      const order = readOrder(kept[0]);
      if (order !== undefined) this.add(decodeValue(kept[1]), order);
    }
  }
  encode(): Json {
    return this.#values.map(({ order, value }) => [encodeOrder(order), encodeValue(value)]);
  }
  result(): unknown {
    return this.#values.map(({ value }) => value);
  }
}

function readOrder(encoded: Json | undefined): Order | undefined {
  if (encoded === undefined || encoded === null || typeof encoded !== 'object' || !isList(encoded)) return undefined;
  const [t, arrival, shard, sequenceNumber, index] = encoded;
  if (
    typeof t !== 'number' ||
    typeof arrival !== 'number' ||
    typeof shard !== 'string' ||
    typeof sequenceNumber !== 'string' ||
    typeof index !== 'number'
  )
    return undefined;
  return decodeOrder([t as EpochMillis, arrival as EpochMillis, shard, sequenceNumber, index]);
}
