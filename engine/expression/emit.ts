/**
 * From a checked tree to JavaScript. The code's value is the CEL value, or `undefined` where evaluation failed. It names
 * the runtime `$` (operators.ts), `$re` (regular-expression.ts, only where it matches patterns), what the binding gives
 * it, and parameters `$0`, `$1`… of its own closures. Nothing of the user's text gets into it but as a JSON string or,
 * after a dot, as a plain word.
 */
import { aggregateCall } from './aggregate-call.ts';
import { duration, timestamp } from './conversions.ts';
import { emitBinary, type Held, type Operands } from './emit-binary.ts';
import type { Binding, Node } from './expression.ts';
import { functionForms } from './function-table.ts';
import { tableLookUp } from './table-lookup.ts';
import { constant, inheritedByMaps, inheritedByValues, property } from './javascript.ts';

type Of<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>;

/** The JavaScript expression of a tree, in brackets where it needs them. */
export function emit(node: Node, binding: Binding): string {
  return new Emitter(binding, new Map()).code(node);
}

/** Names whose value is known to be a plain JSON object, so that a field is read without asking. */
const plainMaps: ReadonlySet<string> = new Set(['event', 'meta', 'params', 'window']);

const macroFunctions = {
  all: 'all',
  exists: 'exists',
  exists_one: 'existsOne',
  map: 'mapItems',
  filter: 'filter',
} as const;

class Emitter implements Operands {
  private readonly binding: Binding;
  /** What macros have bound: name to parameter. */
  private readonly variables: ReadonlyMap<string, string>;

  constructor(binding: Binding, variables: ReadonlyMap<string, string>) {
    this.binding = binding;
    this.variables = variables;
  }

  code(node: Node): string {
    const replaced = this.binding.replace?.(node);
    if (replaced !== undefined) return replaced;
    const row = this.row(node);
    if (row !== undefined) return row;
    switch (node.kind) {
      case 'literal':
        return constant(node.value);
      case 'name':
        return this.variables.get(node.name) ?? this.binding.name(node.name);
      case 'field':
        return this.field(node);
      case 'has':
        return this.has(node);
      case 'index':
        return `$.${node.optional ? 'optionalIndex' : 'index'}(${this.code(node.operand)}, ${this.code(node.index)})`;
      case 'unary':
        return `$.${node.operator === '!' ? 'not' : 'negate'}(${this.code(node.operand)})`;
      case 'binary':
        return emitBinary(node, this);
      case 'conditional': {
        const condition = this.hold(node.condition);
        return `(${condition.set} === true ? ${this.code(node.then)} : ${condition.use} === false ? ${this.code(node.otherwise)} : undefined)`;
      }
      case 'list':
        return `$.list(${this.codes(node.items)})`;
      case 'map':
        return `$.map(${this.codes(node.entries.flatMap(({ key, value }) => [key, value]))})`;
      case 'macro':
        return this.macro(node);
      case 'call':
        return this.call(node);
    }
  }

  codes(nodes: readonly Node[]): string {
    return nodes.map((node) => this.code(node)).join(', ');
  }

  hold(node: Node): Held {
    const code = this.code(node);
    if (node.kind === 'literal' || /^[\w$]+$/.test(code)) return { set: code, use: code };
    const use = this.binding.temporary();
    return { set: `(${use} = ${code})`, use };
  }

  private row(node: Node): string | undefined {
    const lookUp = tableLookUp(node, (name) => this.variables.has(name));
    return lookUp && this.binding.lookUp?.(lookUp.table, lookUp.how, this.code(lookUp.key));
  }

  /** The path of a chain of plain fields from one of the binding's names. */
  private path(node: Node): readonly string[] | undefined {
    if (node.kind === 'name') return this.variables.has(node.name) ? undefined : [node.name];
    if (node.kind !== 'field' || node.optional) return undefined;
    const path = this.path(node.operand);
    return path && [...path, node.field];
  }

  /** A field of a plain map: `undefined` says that it is missing, and never that there is no map. */
  private plainField(node: Of<'field'> | Of<'has'>): string | undefined {
    const { operand } = node;
    if (operand.kind !== 'name' || this.variables.has(operand.name) || !plainMaps.has(operand.name)) return undefined;
    const known = this.binding.path?.([operand.name, node.field]);
    if (known !== undefined) return known;
    if (inheritedByMaps.has(node.field)) return undefined;
    return `${this.code(operand)}${property(node.field)}`;
  }

  private field(node: Of<'field'>): string {
    const name = constant(node.field);
    if (node.optional) return `$.optionalField(${this.code(node.operand)}, ${name})`;
    const path = this.path(node);
    const known = path && this.binding.path?.(path);
    if (known !== undefined) return known;
    const plain = this.plainField(node);
    if (plain !== undefined) return plain;
    const operand = this.code(node.operand);
    if (inheritedByValues.has(node.field) || isOptional(node.operand)) return `$.field(${operand}, ${name})`;
    return `${operand}?.${property(node.field).replace(/^\./, '')}`;
  }

  private has(node: Of<'has'>): string {
    const plain = this.plainField(node);
    return plain === undefined
      ? `$.has(${this.code(node.operand)}, ${constant(node.field)})`
      : `(${plain} !== undefined)`;
  }

  private macro(node: Of<'macro'>): string {
    const parameter = `$${this.variables.size}`;
    const inner = new Emitter(this.binding, new Map(this.variables).set(node.variable, parameter));
    const closures = [node.body, ...(node.filter === undefined ? [] : [node.filter])].map(
      (body) => `, (${parameter}) => ${inner.code(body)}`,
    );
    return `$.${macroFunctions[node.macro]}(${this.code(node.range)}${closures.join('')})`;
  }

  private call(node: Of<'call'>): string {
    const { name, target } = node;
    if (aggregateCall(node) !== undefined) throw new Error(`nothing is bound to the aggregate ${name}()`);
    const [first] = node.arguments;
    if (target !== undefined && name === 'orValue' && first !== undefined) return this.orValue(target, first);
    if (target !== undefined && name === 'or' && first !== undefined) {
      const held = this.hold(target);
      return `(${held.set} === undefined || ${held.use}.value !== undefined ? ${held.use} : ${this.code(first)})`;
    }
    if (target === undefined && first?.kind === 'literal' && typeof first.value === 'string') {
      const ready =
        name === 'duration' ? duration(first.value) : name === 'timestamp' ? timestamp(first.value) : undefined;
      if (ready !== undefined) return `(new $.${name === 'duration' ? 'Duration' : 'Timestamp'}(${ready.millis}))`;
    }
    const form = functionForms(name).find(({ receiver }) => (receiver === undefined) === (target === undefined));
    if (form === undefined) throw new Error(`no function ${name}() in the function table`);
    return `${form.runtime}(${this.codes(target === undefined ? node.arguments : [target, ...node.arguments])})`;
  }

  private orValue(target: Node, otherwise: Node): string {
    const plain = target.kind === 'field' && target.optional ? this.plainField(target) : undefined;
    if (plain !== undefined) {
      const value = /^[\w$]+$/.test(plain) ? plain : this.binding.temporary();
      const set = value === plain ? value : `(${value} = ${plain})`;
      return `(${set} === undefined ? ${this.code(otherwise)} : ${value})`;
    }
    const held = this.hold(target);
    return `(${held.set} === undefined ? undefined : ${held.use}.value === undefined ? ${this.code(otherwise)} : ${held.use}.value)`;
  }
}

/** True for a node whose value is an optional, as far as the tree tells; the checker lets no other one through. */
function isOptional(node: Node): boolean {
  if (node.kind === 'field' || node.kind === 'index') return node.optional || isOptional(node.operand);
  if (node.kind === 'conditional') return isOptional(node.then);
  return node.kind === 'call' && ['optional.of', 'optional.none', 'or'].includes(node.name);
}
