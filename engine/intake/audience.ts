/** Whom a record is for: a rule or a table, by its position. */
export type Reader = { readonly rule: number } | { readonly table: number };

const none: ReadonlySet<string> = new Set();

/** For whom a record is read: for all, or for one rule, with the rules that read what that one makes, or one table. */
export class Audience {
  #isAll = true;
  #rule: number | undefined;
  #table: number | undefined;
  #except = none;
  /** How many of the rules whose events are being read now, one made from another, are the one. */
  #within = 0;

  /** `only` undefined: all; `except` the ids of events that are not for it. */
  set(only: Reader | undefined, except: ReadonlySet<string> = none): void {
    this.#isAll = only === undefined;
    this.#rule = only && 'rule' in only ? only.rule : undefined;
    this.#table = only && 'table' in only ? only.table : undefined;
    this.#except = except;
    this.#within = 0;
  }

  holds(rule: number, event: string): boolean {
    return this.#isAll || this.#within > 0 || this.#isMeant(rule, event);
  }

  /** What a rule makes again of an event is a row again too: it was none where the rule could not take the event. */
  holdsRow(table: number, event: string): boolean {
    return this.#isAll || this.#within > 0 || (table === this.#table && !this.#except.has(event));
  }

  /** Events that a rule makes of one event are read from here to `leave`. */
  enter(rule: number, event: string): void {
    if (this.#isMeant(rule, event)) this.#within++;
  }

  leave(rule: number, event: string): void {
    if (this.#isMeant(rule, event)) this.#within--;
  }

  #isMeant(rule: number, event: string): boolean {
    return rule === this.#rule && !this.#except.has(event);
  }
}
