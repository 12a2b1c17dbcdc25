/**
 * Reads chosen fields of JSON objects, and passes over all others. Objects of a stream mostly have the same fields in the
 * same order, so the field that followed last time is looked for first.
 */
import type { JsonCursor } from './json-cursor.ts';

const quote = 34;
const comma = 44;
const colon = 58;
const openBrace = 123;
const closeBrace = 125;

/** More names than any stream's events have are made by a program, and are not to be remembered. */
const mostNames = 1000;

interface Field {
  /** The name's characters, all ASCII. */
  readonly codes: Uint8Array;
  /** Its place among the chosen ones; -1 where it is none. */
  readonly slot: number;
  readonly isTime: boolean;
  /** The field that came after it. */
  next: Field | undefined;
  /** Its text in the object before. */
  last: string;
}

export class FieldReader<T> {
  readonly #fields: Map<string, Field>;
  readonly #values: unknown[];
  readonly #make: (values: readonly unknown[]) => T | undefined;
  readonly #inner: ((values: readonly unknown[]) => FieldReader<unknown> | undefined)[] = [];
  readonly #start: Field = fieldOf('', -1);

  /**
   * `make` gets the values in the order of the names, undefined for what the object has not; `time` is the name of one
   * that may be read as an instant, in epoch milliseconds, where it is a text in one of the usual forms.
   */
  constructor(names: readonly string[], make: (values: readonly unknown[]) => T | undefined, time?: string) {
    this.#fields = new Map(names.map((name, slot) => [name, fieldOf(name, slot, name === time)]));
    this.#values = names.map(() => undefined);
    this.#make = make;
  }

  /** The values of a field are read by another reader, chosen by what was read of the object before. */
  within(name: string, choose: (values: readonly unknown[]) => FieldReader<unknown> | undefined): void {
    const field = this.#fields.get(name);
    if (field !== undefined) this.#inner[field.slot] = choose;
  }

  /** What `make` gives of the object at the cursor; undefined where JSON.parse is to be asked. */
  read(cursor: JsonCursor): T | undefined {
    const values = this.#values;
    for (let i = 0; i < values.length; i++) values[i] = undefined;
    if (!cursor.takes(openBrace)) return undefined;
    if (cursor.takes(closeBrace)) return this.#make(values);
    let before = this.#start;
    do {
      const field = cursor.takes(quote) ? this.#field(cursor, before) : undefined;
      if (field === undefined || !cursor.takes(colon)) return undefined;
      before = field;
      if (field.slot < 0) {
        if (!cursor.pass()) return undefined;
        continue;
      }
      const choose = this.#inner[field.slot];
      const time = field.isTime ? cursor.time() : undefined;
      const value = time ?? (choose === undefined ? cursor.value(field.last) : choose(values)?.read(cursor));
      // A name that comes twice is JSON.parse's: what was read by the first may have chosen how the rest is read.
      if (value === undefined || values[field.slot] !== undefined) return undefined;
      if (typeof value === 'string') field.last = value;
      values[field.slot] = value;
    } while (cursor.takes(comma));
    return cursor.takes(closeBrace) ? this.#make(values) : undefined;
  }

  /** The field whose name begins at the cursor, which is then behind the closing quote. */
  #field(cursor: JsonCursor, before: Field): Field | undefined {
    const { next } = before;
    if (next !== undefined && isNext(cursor, next.codes)) return next;
    const from = cursor.at;
    const end = cursor.passString();
    if (end < 0) return undefined;
    const name = cursor.text.slice(from, end);
    if (!isPlainName.test(name)) return undefined;
    let field = this.#fields.get(name);
    if (field === undefined) {
      if (this.#fields.size >= mostNames) return undefined;
      field = fieldOf(name, -1);
      this.#fields.set(name, field);
    }
    before.next = field;
    return field;
  }
}

/** Names with escapes or beyond ASCII are JSON.parse's. */
const isPlainName = /^[ -[\]-~]*$/;

function fieldOf(name: string, slot: number, isTime = false): Field {
  const codes = Uint8Array.from(name, (character) => character.charCodeAt(0));
  return { codes, slot, isTime, next: undefined, last: '' };
}

function isNext(cursor: JsonCursor, codes: Uint8Array): boolean {
  const { bytes, at } = cursor;
  const { length } = codes;
  if (bytes[at + length] !== quote) return false;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== codes[i]) return false;
  cursor.at = at + length + 1;
  return true;
}
