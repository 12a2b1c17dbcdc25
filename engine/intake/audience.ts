/** For which rules a record is read: for all, or for one, with the rules that read what that one makes. */
export class Audience {
  #only: number | undefined;
  #index: number | undefined;
  /** How many of the rules whose events are being read now, one made from another, are the one. */
  #within = 0;

  /** `only` is the rule's position, undefined: all; `index` the event's among those of the record, undefined: any. */
  set(only: number | undefined, index: number | undefined): void {
    this.#only = only;
    this.#index = index;
    this.#within = 0;
  }

  holds(rule: number, index: number): boolean {
    return this.#only === undefined || this.#within > 0 || this.#isMeant(rule, index);
  }

  /** Events that a rule makes of one event are read from here to `leave`. */
  enter(rule: number, index: number): void {
    if (this.#isMeant(rule, index)) this.#within++;
  }

  leave(rule: number, index: number): void {
    if (this.#isMeant(rule, index)) this.#within--;
  }

  #isMeant(rule: number, index: number): boolean {
    return rule === this.#only && (this.#index === undefined || this.#index === index);
  }
}
