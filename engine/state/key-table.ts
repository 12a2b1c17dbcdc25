/**
 * Values by group key, hash first: the hashes of all keys stand in one array with the places of their entries, so that
 * looking a key up follows no reference to the keys beside it, and makes no text of several group values.
 */

/** The group values of a key: texts, finite numbers and booleans. */
type Groups = readonly unknown[];

const fewest = 64;
/** No keys stand so close together by chance; those that do by intent are kept apart, so that they cost no more. */
const mostProbes = 64;

export class KeyTable<V> {
  /** Two numbers a slot: the hash, and the entry's place + 1; 0 where the slot is free. */
  #slots = new Int32Array(2 * fewest);
  /** The group value of a key that has one: the list of it would be one more reference to follow. */
  #keys: unknown[] = [];
  /** Undefined where the entry was deleted; its place is for the same key again. */
  #values: (V | undefined)[] = [];
  #size = 0;
  /** Places of those that found no slot near their own, by `textOf` their keys. */
  #crowded = new Map<string, number>();

  /** How many keys there are. */
  get size(): number {
    return this.#size;
  }

  get(key: Groups): V | undefined {
    const place = this.#place(key, hashOf(key));
    return place < 0 ? undefined : this.#values[place];
  }

  set(key: Groups, value: V): void {
    const hash = hashOf(key);
    const place = this.#place(key, hash);
    if (place < 0 || this.#values[place] === undefined) this.#size++;
    if (place >= 0) {
      this.#values[place] = value;
      return;
    }
    this.#keys.push(key.length === 1 ? key[0] : key);
    this.#values.push(value);
    if (4 * this.#keys.length > this.#slots.length) this.#rebuild();
    else this.#index(hash, this.#keys.length - 1);
  }

  delete(key: Groups): void {
    const place = this.#place(key, hashOf(key));
    if (place < 0 || this.#values[place] === undefined) return;
    this.#values[place] = undefined;
    this.#size--;
  }

  /** Puts for each value what `kept` gives for it; undefined: it is deleted. */
  replace(kept: (value: V) => V | undefined): void {
    for (let place = 0; place < this.#values.length; place++) {
      const value = this.#values[place];
      if (value === undefined) continue;
      const next = kept(value);
      this.#values[place] = next;
      if (next === undefined) this.#size--;
    }
    if (this.#size < this.#values.length) this.#rebuild();
  }

  /** The place of a key's entry; -1 where there is none. */
  #place(key: Groups, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let at = (2 * hash) & mask, probes = 0; probes < mostProbes; at = (at + 2) & mask, probes++) {
      const next = slots[at + 1] ?? 0;
      if (next === 0) return -1;
      if (slots[at] === hash && isKey(this.#keys[next - 1], key)) return next - 1;
    }
    return this.#crowded.get(textOf(key)) ?? -1;
  }

  /** Takes out the entries that were deleted, and makes room for as many as are left. */
  #rebuild(): void {
    const keys = this.#keys;
    const values = this.#values;
    let slots = 2 * fewest;
    while (slots < 6 * this.#size) slots *= 2;
    this.#slots = new Int32Array(slots);
    this.#keys = [];
    this.#values = [];
    this.#crowded = new Map();
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place];
      const value = values[place];
      if (value === undefined) continue;
      this.#keys.push(key);
      this.#values.push(value);
      this.#index(hashOf(groupsOf(key)), this.#keys.length - 1);
    }
  }

  #index(hash: number, place: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let at = (2 * hash) & mask, probes = 0; probes < mostProbes; at = (at + 2) & mask, probes++) {
      if (slots[at + 1] !== 0) continue;
      slots[at] = hash;
      slots[at + 1] = place + 1;
      return;
    }
    this.#crowded.set(textOf(groupsOf(this.#keys[place])), place);
  }
}

/** Of a key as the table holds it. */
function groupsOf(held: unknown): Groups {
  return Array.isArray(held) ? held : [held];
}

function isKey(held: unknown, key: Groups): boolean {
  if (key.length === 1) return held === key[0];
  return Array.isArray(held) && isSameKey(held, key);
}

export function isSameKey(a: Groups, b: Groups): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

function hashOf(key: Groups): number {
  let hash = 0x41c6ce57;
  for (let i = 0; i < key.length; i++) {
    const value = key[i];
    if (typeof value === 'string') {
      for (let at = 0; at < value.length; at++) hash = Math.imul(hash ^ value.charCodeAt(at), 1_597_334_677);
      // Texts that meet differ where they do.
      hash = Math.imul(hash ^ value.length, 2_654_435_761);
    } else {
      // Of two zeros, which are one key, one.
      double[0] = Number(value) + 0;
      hash = Math.imul(hash ^ (halves[0] ?? 0), 2_654_435_761);
      hash = Math.imul(hash ^ (hash >>> 15) ^ (halves[1] ?? 0), 1_597_334_677);
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507);
  return hash ^ (hash >>> 13);
}

/** A key as one text that no other gives: each value with its type and length. */
function textOf(key: Groups): string {
  return key.map((value) => `${(typeof value).charAt(0)}${String(value).length}:${String(value)}`).join('');
}
