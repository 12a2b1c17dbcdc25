/**
 * The PartiQL statements that are understood: INSERT of one item; UPDATE with SET and REMOVE, DELETE and SELECT with a
 * WHERE of comparisons joined by AND. Values are parameters (?) or literals.
 */
import { type AttributeValue, invalid } from './attribute-value.ts';
import { type Comparator, comparators } from './condition.ts';
import { normalize } from './decimal.ts';

export type Source =
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'tuple'; readonly entries: readonly (readonly [string, Source])[] }
  | { readonly kind: 'list'; readonly members: readonly Source[] };

/** What SET gives to an attribute: a source, or an attribute plus or minus a source. */
export type Assignment = { readonly name: string } & (
  | { readonly source: Source }
  | { readonly of: string; readonly sign: '+' | '-'; readonly operand: Source }
);

export interface Test {
  readonly name: string;
  readonly by: Comparator | 'IS MISSING' | 'IS NOT MISSING';
  readonly operand: Source | undefined;
}

export type Statement = { readonly table: string; readonly parameters: number } & (
  | { readonly kind: 'insert'; readonly entries: readonly (readonly [string, Source])[] }
  | {
      readonly kind: 'update';
      readonly assignments: readonly Assignment[];
      readonly removals: readonly string[];
      readonly where: readonly Test[];
    }
  | { readonly kind: 'delete'; readonly where: readonly Test[] }
  | {
      readonly kind: 'select';
      readonly index: string | undefined;
      /** Undefined is all of them. */
      readonly names: readonly string[] | undefined;
      readonly where: readonly Test[];
    }
);

const token =
  /\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_][A-Za-z0-9_]*|<>|<=|>=|[?=<>{}[\](),.:*+-])/y;

/** Statements come again and again with other parameters. */
const known = new Map<string, Statement>();
const knownLimit = 1_000;

export function parseStatement(text: string): Statement {
  const found = known.get(text);
  if (found !== undefined) return found;
  const statement = new Parser(text).statement();
  if (known.size >= knownLimit) known.clear();
  known.set(text, statement);
  return statement;
}

class Parser {
  readonly #tokens: readonly string[];
  #next = 0;
  #parameters = 0;

  constructor(readonly text: string) {
    const tokens: string[] = [];
    const end = text.trimEnd().length;
    token.lastIndex = 0;
    while (token.lastIndex < end) {
      const found = token.exec(text)?.[1];
      if (found === undefined) throw this.#fault();
      tokens.push(found);
    }
    this.#tokens = tokens;
  }

  statement(): Statement {
    const statement = this.#statement();
    if (this.#next < this.#tokens.length) throw this.#fault();
    return { ...statement, parameters: this.#parameters };
  }

  #statement(): Statement {
    const parameters = 0;
    if (this.#take('INSERT')) {
      this.#expect('INTO');
      const table = this.#name();
      this.#expect('VALUE');
      this.#expect('{');
      return { kind: 'insert', table, entries: this.#entries(), parameters };
    }
    if (this.#take('UPDATE')) {
      const table = this.#name();
      const [assignments, removals] = this.#changes();
      return { kind: 'update', table, assignments, removals, where: this.#where(), parameters };
    }
    if (this.#take('DELETE')) {
      this.#expect('FROM');
      return { kind: 'delete', table: this.#name(), where: this.#where(), parameters };
    }
    this.#expect('SELECT');
    const names = this.#take('*') ? undefined : this.#names();
    this.#expect('FROM');
    const table = this.#name();
    const index = this.#take('.') ? this.#name() : undefined;
    const where = this.#next < this.#tokens.length ? this.#where() : [];
    return { kind: 'select', table, index, names, where, parameters };
  }

  #changes(): readonly [readonly Assignment[], readonly string[]] {
    const assignments: Assignment[] = [];
    const removals: string[] = [];
    for (;;) {
      if (this.#take('SET')) {
        do assignments.push(this.#assignment());
        while (this.#take(','));
      } else if (this.#take('REMOVE')) removals.push(this.#name());
      else break;
    }
    if (assignments.length + removals.length === 0) throw this.#fault();
    return [assignments, removals];
  }

  #assignment(): Assignment {
    const name = this.#name();
    this.#expect('=');
    if (!/^["A-Za-z_]/.test(this.#peek()) || /^(true|false|null)$/i.test(this.#peek()))
      return { name, source: this.#source() };
    const of = this.#name();
    const sign = this.#take('+') ? '+' : '-';
    if (sign === '-') this.#expect('-');
    return { name, of, sign, operand: this.#source() };
  }

  #where(): readonly Test[] {
    this.#expect('WHERE');
    const tests = [this.#test()];
    while (this.#take('AND')) tests.push(this.#test());
    return tests;
  }

  #test(): Test {
    const name = this.#name();
    if (this.#take('IS')) {
      const by = this.#take('NOT') ? 'IS NOT MISSING' : 'IS MISSING';
      this.#expect('MISSING');
      return { name, by, operand: undefined };
    }
    const by = comparators.find((each) => this.#take(each));
    if (by === undefined) throw this.#fault();
    return { name, by, operand: this.#source() };
  }

  #source(): Source {
    const next = this.#peek();
    this.#next += 1;
    if (next === '?') {
      this.#parameters += 1;
      return { kind: 'parameter', index: this.#parameters - 1 };
    }
    if (next === '{') return { kind: 'tuple', entries: this.#entries() };
    if (next === '[') {
      const members: Source[] = [];
      while (!this.#take(']')) {
        if (members.length > 0) this.#expect(',');
        members.push(this.#source());
      }
      return { kind: 'list', members };
    }
    if (next.startsWith("'")) return { kind: 'value', value: { S: unquote(next) } };
    if (/^\d/.test(next)) return { kind: 'value', value: { N: normalize(next) } };
    if (next === '-' && /^\d/.test(this.#peek())) {
      this.#next += 1;
      return { kind: 'value', value: { N: normalize(`-${this.#tokens[this.#next - 1] ?? ''}`) } };
    }
    if (/^(true|false)$/i.test(next)) return { kind: 'value', value: { BOOL: next.toLowerCase() === 'true' } };
    if (/^null$/i.test(next)) return { kind: 'value', value: { NULL: true } };
    throw this.#fault();
  }

  /** The members of a tuple whose brace has been read. */
  #entries(): readonly (readonly [string, Source])[] {
    const entries: (readonly [string, Source])[] = [];
    while (!this.#take('}')) {
      if (entries.length > 0) this.#expect(',');
      const name = this.#peek();
      if (!name.startsWith("'")) throw this.#fault();
      this.#next += 1;
      this.#expect(':');
      if (entries.some(([other]) => other === unquote(name)))
        throw invalid(`Duplicate keys in tuple. Key: ${unquote(name)}`);
      entries.push([unquote(name), this.#source()]);
    }
    return entries;
  }

  #names(): readonly string[] {
    const names = [this.#name()];
    while (this.#take(',')) names.push(this.#name());
    return names;
  }

  #name(): string {
    const next = this.#peek();
    if (!/^["A-Za-z_]/.test(next)) throw this.#fault();
    this.#next += 1;
    return next.startsWith('"') ? unquote(next) : next;
  }

  #peek(): string {
    return this.#tokens[this.#next] ?? '';
  }

  #take(expected: string): boolean {
    if (this.#peek().toUpperCase() !== expected) return false;
    this.#next += 1;
    return true;
  }

  #expect(expected: string): void {
    if (!this.#take(expected)) throw this.#fault();
  }

  #fault() {
    return invalid(`Statement wasn't well formed, can't be processed: ${this.text}`);
  }
}

/** The text of a quoted token; a doubled quote stands for one. */
const unquote = (quoted: string): string =>
  quoted.slice(1, -1).replaceAll(quoted.charAt(0).repeat(2), quoted.charAt(0));
