/**
 * From source text to the engine's tree. The library is the parser and nothing else: its own checker knows CEL's int,
 * uint and double, and stops at the first fault.
 */
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import type { ExpressionFault, Node, SourceRange } from './expression.ts';
import { isNamespace } from './function-table.ts';
import { syntaxFault } from './syntax-fault.ts';
import { children } from './tree.ts';

const parser = new Environment({
  enableOptionalTypes: true,
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 5000 },
});

/** The generated code nests as the tree does, and JavaScript's own parser must not run out of stack. */
const deepest = 200;

/** How deep a tree is; a chain of one logical operator is flat, as its code is. */
function depth(node: Node, outer?: string): number {
  const operator = node.kind === 'binary' ? node.operator : undefined;
  const flat = operator === outer && (operator === '&&' || operator === '||');
  return (flat ? 0 : 1) + Math.max(0, ...children(node).map((child) => depth(child, operator)));
}

/** The tree, and what was found in the text that CEL has but this language does not claim. */
export interface Syntax {
  /** Absent where the text is no expression at all. */
  readonly node?: Node;
  readonly faults: readonly ExpressionFault[];
}

export function readSyntax(source: string): Syntax {
  if (source.trim() === '') {
    const message = 'The expression is empty.';
    return {
      faults: [
        {
          code: 'syntax',
          message,
          allowed: 'an expression, such as event.total > 500',
          range: { start: 0, end: source.length },
        },
      ],
    };
  }
  try {
    const faults: ExpressionFault[] = [];
    const node = new Reader(source, faults).read(parser.parse(source).ast);
    if (depth(node) > deepest)
      faults.push({
        code: 'syntax',
        message: 'The expression is too deeply nested.',
        range: { start: node.start, end: node.end },
      });
    return { node, faults };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { faults: [syntaxFault(source, error)] };
  }
}

const macroNames = ['all', 'exists', 'exists_one', 'map', 'filter'] as const;
type Macro = (typeof macroNames)[number];

/** Converts the library's tree; what cannot be converted becomes a fault and a value of any type in its place. */
class Reader {
  private readonly source: string;
  private readonly faults: ExpressionFault[];

  constructor(source: string, faults: ExpressionFault[]) {
    this.source = source;
    this.faults = faults;
  }

  read(ast: ASTNode): Node {
    const range = { start: ast.start, end: ast.end };
    switch (ast.op) {
      case 'value':
        return this.literal(ast.args, range);
      case 'id':
        return { ...range, kind: 'name', name: ast.args };
      case '.':
      case '.?':
        return {
          ...range,
          kind: 'field',
          operand: this.read(ast.args[0]),
          field: ast.args[1],
          optional: ast.op === '.?',
        };
      case '[]':
      case '[?]': {
        const operand = this.read(ast.args[0]);
        const index = this.read(ast.args[1]);
        const optional = ast.op === '[?]';
        // `event["order id"]` is a field as `event.total` is.
        if (index.kind === 'literal' && typeof index.value === 'string') {
          return { ...range, kind: 'field', operand, field: index.value, optional };
        }
        return { ...range, kind: 'index', operand, index, optional };
      }
      case '!_':
        return { ...range, kind: 'unary', operator: '!', operand: this.read(ast.args) };
      case '-_': {
        const operand = this.read(ast.args);
        if (operand.kind === 'literal' && typeof operand.value === 'number')
          return { ...range, kind: 'literal', value: -operand.value };
        return { ...range, kind: 'unary', operator: '-', operand };
      }
      case '?:': {
        const [condition, then, otherwise] = ast.args;
        return {
          ...range,
          kind: 'conditional',
          condition: this.read(condition),
          then: this.read(then),
          otherwise: this.read(otherwise),
        };
      }
      case 'list':
        return { ...range, kind: 'list', items: ast.args.map((item) => this.read(item)) };
      case 'map':
        return {
          ...range,
          kind: 'map',
          entries: ast.args.map(([key, value]) => ({ key: this.read(key), value: this.read(value) })),
        };
      case 'call':
        return this.call(ast.args[0], undefined, ast.args[1], range);
      case 'rcall':
        return this.call(ast.args[0], ast.args[1], ast.args[2], range);
      default:
        return {
          ...range,
          kind: 'binary',
          operator: ast.op,
          left: this.read(ast.args[0]),
          right: this.read(ast.args[1]),
        };
    }
  }

  private literal(value: unknown, range: SourceRange): Node {
    if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') {
      return { ...range, kind: 'literal', value };
    }
    if (typeof value === 'bigint') {
      if (Number.isSafeInteger(Number(value))) return { ...range, kind: 'literal', value: Number(value) };
      const given = this.source.slice(range.start, range.end);
      return this.refuse(
        'integer-too-large',
        `The number ${given} is too large to be exact.`,
        'whole numbers up to 9007199254740991; put longer ids in quotes',
        range,
      );
    }
    if (value instanceof Uint8Array) {
      return this.refuse(
        'not-claimed',
        'Bytes are not part of the language.',
        'a text: leave the b before the quote away',
        range,
      );
    }
    return this.refuse('not-claimed', 'Unsigned numbers are not part of the language.', 'the number without u', range);
  }

  private refuse(code: string, message: string, allowed: string, range: SourceRange): Node {
    this.faults.push({ code, message, allowed, range });
    return { ...range, kind: 'call', name: 'dyn', arguments: [{ ...range, kind: 'literal', value: null }] };
  }

  private call(name: string, receiver: ASTNode | undefined, given: readonly ASTNode[], range: SourceRange): Node {
    const macro = macroNames.find((known) => known === name);
    if (receiver !== undefined && macro !== undefined) return this.macro(macro, receiver, given, range);
    if (receiver === undefined && name === 'has') return this.has(given, range);
    if (receiver?.op === 'id' && receiver.args === 'cel') {
      return this.refuse(
        'not-claimed',
        `cel.${name} is not part of the language.`,
        'the expression itself, written where it is used',
        range,
      );
    }
    const args = given.map((argument) => this.read(argument));
    // `math.abs` is a name with a dot, not a call on a value named math.
    if (receiver?.op === 'id' && isNamespace(receiver.args))
      return { ...range, kind: 'call', name: `${receiver.args}.${name}`, arguments: args };
    return { ...range, kind: 'call', name, ...(receiver && { target: this.read(receiver) }), arguments: args };
  }

  private macro(macro: Macro, receiver: ASTNode, given: readonly ASTNode[], range: SourceRange): Node {
    const [variable, ...rest] = given;
    const [body, second] = rest.slice(-1).concat(rest.slice(0, -1));
    const form =
      macro === 'map' ? 'list.map(x, value) or list.map(x, predicate, value)' : `list.${macro}(x, predicate)`;
    if (variable?.op === 'id' && body !== undefined && (rest.length === 1 || (rest.length === 2 && macro === 'map'))) {
      const filter = second && { filter: this.read(second) };
      return {
        ...range,
        kind: 'macro',
        macro,
        range: this.read(receiver),
        variable: variable.args,
        ...filter,
        body: this.read(body),
      };
    }
    const twoVariables = variable?.op === 'id' && rest.length === 2 && second?.op === 'id';
    if (twoVariables)
      return this.refuse('not-claimed', `.${macro}() over two variables is not part of the language.`, form, range);
    return this.refuse('wrong-arguments', `.${macro}() takes a name and an expression.`, form, range);
  }

  private has(given: readonly ASTNode[], range: SourceRange): Node {
    const argument = given[0];
    if (given.length === 1 && argument?.op === '.') {
      return { ...range, kind: 'has', operand: this.read(argument.args[0]), field: argument.args[1] };
    }
    const allowed = 'has(event.field); for a field whose name is no plain word: "field" in event';
    return this.refuse('wrong-arguments', 'has() takes one field.', allowed, range);
  }
}
