/**
 * A checked CEL expression (https://cel.dev), in the engine's own tree: whatever parser reads it, the rest of the
 * engine depends on these types alone.
 */

/** Characters of the expression's source, counted from 0, the end exclusive. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

export type Node = SourceRange &
  (
    | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
    | { readonly kind: 'name'; readonly name: string }
    /** `operand.field`, or `operand.?field` where optional. */
    | { readonly kind: 'field'; readonly operand: Node; readonly field: string; readonly optional: boolean }
    /** `operand[index]`, or `operand[?index]` where optional. */
    | { readonly kind: 'index'; readonly operand: Node; readonly index: Node; readonly optional: boolean }
    /** A function call; `target` is the receiver of `target.name(arguments)`. */
    | { readonly kind: 'call'; readonly name: string; readonly target?: Node; readonly arguments: readonly Node[] }
    | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly operand: Node }
    | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
    | { readonly kind: 'conditional'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
    | { readonly kind: 'list'; readonly items: readonly Node[] }
    | { readonly kind: 'map'; readonly entries: readonly { readonly key: Node; readonly value: Node }[] }
    /** `has(operand.field)`. */
    | { readonly kind: 'has'; readonly operand: Node; readonly field: string }
    /** `range.all(variable, body)` and its kind; `map` with three arguments has a `filter`. */
    | {
        readonly kind: 'macro';
        readonly macro: 'all' | 'exists' | 'exists_one' | 'map' | 'filter';
        readonly range: Node;
        readonly variable: string;
        readonly filter?: Node;
        readonly body: Node;
      }
  );

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||' | 'in';

/** What the checker knows of a value; `dyn` where only the event can tell. */
export type ValueType = 'dyn' | 'null' | 'bool' | 'number' | 'string' | 'timestamp' | 'duration' | 'list' | 'map';

export interface Expression {
  readonly source: string;
  readonly node: Node;
  readonly type: ValueType;
}

/** What an expression may name. */
export interface Scope {
  /** Root names and their types; for a map with known fields (`params`, `window`, `meta`), these. */
  readonly names: ReadonlyMap<string, ValueType | { readonly fields: ReadonlyMap<string, ValueType> }>;
  /** True where aggregate calls (`sum(event.total)`) may stand. */
  readonly aggregates: boolean;
  /** The tables whose rows may be looked up, by name; absent where none may be, since there is no event to do it for. */
  readonly tables?: ReadonlyMap<string, TableShape>;
  /** The names that stand for events where `event` does not: steps of a sequence, sides of a join. */
  readonly events?: readonly string[];
}

/** What the checker knows of a table: the type of its keys, and the fields of its rows. */
export interface TableShape {
  readonly key: ValueType;
  readonly fields: ReadonlyMap<string, ValueType>;
  /** True where events change its rows. */
  readonly changes?: boolean;
}

/** A fault in an expression; the caller turns its range into a place in the file. */
export interface ExpressionFault {
  /** The last part of the fault's code, for example `unknown-name`, `syntax`, `type`, `not-yet`. */
  readonly code: string;
  readonly message: string;
  readonly allowed?: string;
  readonly range: SourceRange;
  /** The whole expression as it should be written, where that is known. */
  readonly rewritten?: string;
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly ExpressionFault[] };

/** A text with `{{ expression }}` in it: literal parts and expressions in turn. */
export interface Text {
  readonly source: string;
  readonly parts: readonly (string | Expression)[];
}

/** `row`: the row, a failure where there is none. `optional`: the row or none. `has`: whether there is one. */
export type LookUpKind = 'row' | 'optional' | 'has';

/** How generated JavaScript gets at what lies outside an expression. */
export interface Binding {
  /** JavaScript for a root name's value. */
  name(name: string): string;
  /** JavaScript for a whole path such as `['event', 'total']`, where the caller has read it already; else undefined. */
  path?(path: readonly string[]): string | undefined;
  /** JavaScript for a node that the caller evaluates itself, such as an aggregate's result; else undefined. */
  replace?(node: Node): string | undefined;
  /** JavaScript that looks up a row of a table; `key` is that of the key. */
  lookUp?(table: string, how: LookUpKind, key: string): string;
  /** Declares a temporary variable and returns its name. */
  temporary(): string;
}
