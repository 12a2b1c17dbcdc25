/**
 * Reads JSON where it lies, in bytes, one value after the other; what nobody asks for is passed over and not made. It
 * takes less than JSON is: of all else, and of what is no JSON, it answers `undefined`, and the text is for JSON.parse to
 * read or to refuse. What it does take is what JSON.parse would have made of it.
 */

import type { EpochMillis } from '../time.ts';
import { readUtcTime, utcTimeLengths } from './utc-time.ts';

/** The UTF-8 text of a range of the bytes, as a text of its own; undefined where they are not to be taken. */
export type Decode = (from: number, to: number, isAscii: boolean) => string | undefined;

const quote = 34;
const backslash = 92;
const comma = 44;
const colon = 58;
const minus = 45;
const plus = 43;
const point = 46;
const zero = 48;
const nine = 57;
const firstPrintable = 32;
const firstBeyondAscii = 128;
const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;

/** V8 makes a slice of a longer text refer to the text that it was cut from, and so keep all of that alive. */
const longestCopy = 12;
/** So many digits are exact as a double, and so is their quotient by a power of ten: it is the nearest double. */
const exactDigits = 15;
const powersOfTen = Array.from({ length: exactDigits + 1 }, (_, places) => 10 ** places);
/** JSON.parse goes deeper. */
const deepest = 32;

export class JsonCursor {
  /** The byte behind the last value must be a control character: there reading ends. */
  bytes: Uint8Array = new Uint8Array(1);
  /** A character for a byte. */
  text = '';
  at = 0;
  readonly #decode: Decode;
  /** Of the string that was read last. */
  #isPlain = true;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** Passes over spaces, and over `byte` where it comes next. Lines do not end within a value here. */
  takes(byte: number): boolean {
    const { bytes } = this;
    let { at } = this;
    while (bytes[at] === 32 || bytes[at] === 9) at++;
    this.at = bytes[at] === byte ? at + 1 : at;
    return bytes[at] === byte;
  }

  /** Passes over a string's content and its closing quote, and answers where the content ends; -1 where it does not. */
  passString(): number {
    const { bytes } = this;
    let beyondAscii = 0;
    for (let i = this.at; ; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === quote) {
        this.at = i + 1;
        this.#isPlain = beyondAscii < firstBeyondAscii;
        return i;
      }
      if (byte === backslash) return this.#passEscaped(i);
      if (byte < firstPrintable) return -1;
      beyondAscii |= byte;
    }
  }

  /** A value; `last` is given again where it is the same text, and costs nothing then. */
  value(last: string): unknown {
    const { bytes } = this;
    if (this.takes(quote)) return this.#string(last);
    const from = this.at;
    const byte = bytes[from] ?? 0;
    if (byte === minus || (byte >= zero && byte <= nine)) return this.#number();
    if (!this.pass()) return undefined;
    if (byte === 116) return true;
    if (byte === 102) return false;
    if (byte === 110) return null;
    const text = this.#decode(from, this.at, false);
    return text === undefined ? undefined : parsed(text);
  }

  /** A time in one of the usual forms; undefined, and nothing is passed over, where it is none. */
  time(): EpochMillis | undefined {
    const from = this.at;
    if (this.takes(quote))
      for (const length of utcTimeLengths) {
        if (this.bytes[this.at + length] !== quote) continue;
        const time = readUtcTime(this.bytes, this.at, length);
        if (time === undefined) break;
        this.at += length + 1;
        return time;
      }
    this.at = from;
    return undefined;
  }

  /** Passes over a value; false where JSON.parse is to be asked. */
  pass(depth = 0): boolean {
    if (this.takes(quote)) {
      const from = this.at;
      const end = this.passString();
      // Escapes and bytes beyond ASCII can be wrong.
      return end >= 0 && (this.#isPlain || this.#decoded(from, end) !== undefined);
    }
    switch (this.bytes[this.at]) {
      case openBrace:
        return depth < deepest && this.#passMembers(closeBrace, depth);
      case openBracket:
        return depth < deepest && this.#passMembers(closeBracket, depth);
      case 116:
        return this.#passWord('true');
      case 102:
        return this.#passWord('false');
      case 110:
        return this.#passWord('null');
      default:
        return this.#number() !== undefined;
    }
  }

  #passMembers(close: number, depth: number): boolean {
    this.at++;
    if (this.takes(close)) return true;
    do {
      if (close === closeBrace) {
        if (!this.takes(quote)) return false;
        const end = this.passString();
        if (end < 0 || !this.#isPlain || !this.takes(colon)) return false;
      }
      if (!this.pass(depth + 1)) return false;
    } while (this.takes(comma));
    return this.takes(close);
  }

  #passWord(word: string): boolean {
    for (let i = 0; i < word.length; i++) if (this.bytes[this.at + i] !== word.charCodeAt(i)) return false;
    this.at += word.length;
    return true;
  }

  #string(last: string): string | undefined {
    const from = this.at;
    const end = this.passString();
    if (end < 0) return undefined;
    if (!this.#isPlain) return this.#decoded(from, end);
    if (this.#is(last, from, end)) return last;
    return end - from <= longestCopy ? this.text.slice(from, end) : this.#decode(from, end, true);
  }

  /** From behind: times and ids that follow each other differ there. */
  #is(text: string, from: number, end: number): boolean {
    if (text.length !== end - from) return false;
    for (let i = text.length - 1; i >= 0; i--) if (this.bytes[from + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  #passEscaped(at: number): number {
    const { bytes } = this;
    for (let i = at; ; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === quote) {
        this.at = i + 1;
        this.#isPlain = false;
        return i;
      }
      if (byte < firstPrintable) return -1;
      if (byte === backslash && (bytes[++i] ?? 0) < firstPrintable) return -1;
    }
  }

  /** A string that has escapes or characters beyond ASCII. */
  #decoded(from: number, end: number): string | undefined {
    const text = this.#decode(from, end, false);
    if (text?.includes('\\') !== true) return text;
    const value = parsed(`"${text}"`);
    return typeof value === 'string' ? value : undefined;
  }

  #number(): number | undefined {
    const { bytes } = this;
    const start = this.at;
    const first = bytes[start] === minus ? start + 1 : start;
    let i = first;
    let digits = 0;
    for (; isDigit(bytes[i]); i++) digits = digits * 10 + (bytes[i] ?? zero) - zero;
    let count = i - first;
    if (count === 0 || (count > 1 && bytes[first] === zero)) return undefined;
    let places = 0;
    if (bytes[i] === point) {
      const begin = ++i;
      for (; isDigit(bytes[i]); i++) digits = digits * 10 + (bytes[i] ?? zero) - zero;
      places = i - begin;
      if (places === 0) return undefined;
      count += places;
    }
    const hasExponent = bytes[i] === 101 || bytes[i] === 69;
    if (hasExponent) {
      i++;
      if (bytes[i] === minus || bytes[i] === plus) i++;
      const begin = i;
      while (isDigit(bytes[i])) i++;
      if (i === begin) return undefined;
    }
    this.at = i;
    if (hasExponent || count > exactDigits) return Number(this.text.slice(start, i));
    const value = places === 0 ? digits : digits / (powersOfTen[places] ?? 1);
    return first === start ? value : -value;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

/** Undefined for what is no JSON: whoever reads the whole text says what is wrong with it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
