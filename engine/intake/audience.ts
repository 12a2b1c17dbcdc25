const none: ReadonlySet<string> = new Set();

/** For which rules a record is read: for all, or for one, with the rules that read what that one makes. */
export class Audience {
  #only: number | undefined;
  #except = none;
  /** How many of the rules whose events are being read now, one made from another, are the one. */
  #within = 0;

  /** `only` is the rule's position, undefined: all; `except` the ids of events that are not for it. */
  set(only: number | undefined, except: ReadonlySet<string> = none): void {
    this.#only = only;
    this.#except = except;
    this.#within = 0;
  }

  /** True where a record is for all. */
  get isAll(): boolean {
    return this.#only === undefined;
  }

  holds(rule: number, event: string): boolean {
    return this.#only === undefined || this.#within > 0 || this.#isMeant(rule, event);
  }

  /** Events that a rule makes of one event are read from here to `leave`. */
  enter(rule: number, event: string): void {
    if (this.#isMeant(rule, event)) this.#within++;
  }

  leave(rule: number, event: string): void {
    if (this.#isMeant(rule, event)) this.#within--;
  }

  #isMeant(rule: number, event: string): boolean {
    return rule === this.#only && !this.#except.has(event);
  }
}
