/** The aggregates by name, and the simplest of them: `count sum avg first last`. */
import type { Accumulator, AccumulatorPlan } from './accumulator.ts';
import { Collect } from './collect.ts';
import { CountDistinct } from './count-distinct.ts';
import { DecimalSum } from './decimal-sum.ts';
import { Deviation } from './deviation.ts';
import { DistinctValues } from './distinct-values.ts';
import { Distribution } from './distribution.ts';
import { Extreme, RunningExtreme } from './extreme.ts';
import { compareOrder, copyOrder, encodeOrder, type Order, readOrder } from './order.ts';
import { Ranking } from './ranking.ts';
import { RunningValues } from './running-values.ts';
import { decodeValue, encodeValue, isList, type Json } from './value.ts';

/** So many different values are kept as they are; of more, a sketch. */
const mostExact = 1000;

/**
 * `isSmall`: whether it must stay small. Over a log, whose events are there anyhow, it need not: it stays exact, and
 * keeps what is needed to take out again what was added first, as the window moves on.
 */
export function createAccumulator({ kind, limit = 1 }: AccumulatorPlan, isSmall = true): Accumulator {
  switch (kind) {
    case 'count':
      return new Count();
    case 'sum':
      return new Sum();
    case 'avg':
      return new Average();
    case 'stddev':
      return new Deviation();
    case 'min':
      return isSmall ? new Extreme(-1) : new RunningExtreme(-1);
    case 'max':
      return isSmall ? new Extreme(1) : new RunningExtreme(1);
    case 'first':
      return isSmall ? new Edge(-1) : new Collect(undefined, Number.POSITIVE_INFINITY);
    case 'last':
    case 'newest':
      return new Edge(1);
    case 'countDistinct':
      return new CountDistinct(isSmall ? mostExact : Number.POSITIVE_INFINITY);
    case 'percentile':
      return new Distribution(isSmall ? mostExact : Number.POSITIVE_INFINITY);
    case 'collect':
      return new Collect(limit, isSmall ? limit : Number.POSITIVE_INFINITY);
    case 'values':
      return isSmall ? new DistinctValues(limit) : new RunningValues(limit);
    case 'top':
      return new Ranking(1, limit, isSmall ? limit : Number.POSITIVE_INFINITY);
    case 'argmin':
      return new Ranking(-1, undefined, isSmall ? 1 : Number.POSITIVE_INFINITY);
    case 'argmax':
      return new Ranking(1, undefined, isSmall ? 1 : Number.POSITIVE_INFINITY);
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

class Sum extends DecimalSum implements Accumulator {
  override add(value: unknown): void {
    super.add(Number(value));
  }
  remove(value: unknown): boolean {
    this.subtract(Number(value));
    return true;
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
    if (!isList(encoded)) return;
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
    this.#order = copyOrder(order);
    this.#value = value;
  }
  remove(_value: unknown, order: Order): boolean {
    return this.#order === undefined || compareOrder(order, this.#order) !== 0;
  }
  absorb(encoded: Json): void {
    if (!isList(encoded)) return;
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
