/** For which rules a record is read: for all, or for one, with the rules that read what that one makes. */
export class Audience {
  #only: number | undefined;
  /** How many of the rules whose events are being read now, one made from another, are the one. */
  #within = 0;

  /** `only` is the rule's position; undefined: all. */
  set(only: number | undefined): void {
    this.#only = only;
    this.#within = 0;
  }

  holds(rule: number): boolean {
    return this.#only === undefined || this.#within > 0 || rule === this.#only;
  }

  /** Events that a rule makes are read from here to `leave`. */
  enter(rule: number): void {
    if (rule === this.#only) this.#within++;
  }

  leave(rule: number): void {
    if (rule === this.#only) this.#within--;
  }
}
