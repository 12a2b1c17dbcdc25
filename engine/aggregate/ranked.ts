/** What `top`, `argmin` and `argmax` take of an event: a value, and what it is ranked by. */
export class Ranked {
  readonly value: unknown;
  readonly by: unknown;
  constructor(value: unknown, by: unknown) {
    this.value = value;
    this.by = by;
  }
}
