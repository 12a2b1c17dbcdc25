import { emit } from '../../../engine/expression/emit.ts';
import type {
  Binding,
  Expression,
  ExpressionFault,
  Node,
  Scope,
  ValueType,
} from '../../../engine/expression/expression.ts';
import * as $ from '../../../engine/expression/operators.ts';
import { parseExpression } from '../../../engine/expression/parse.ts';
import * as $re from '../../../engine/expression/regular-expression.ts';

type Names = Readonly<Record<string, unknown>>;

/** A scope with types; a record of types is a map with known fields. */
export function typedScope(
  names: Readonly<Record<string, ValueType | Readonly<Record<string, ValueType>>>>,
  aggregates = false,
): Scope {
  const entries = Object.entries(names).map(([name, type]) => {
    return [name, typeof type === 'string' ? type : { fields: new Map(Object.entries(type)) }] as const;
  });
  return { names: new Map(entries), aggregates };
}

/** A scope whose names can hold anything. */
export function scopeOf(names: Names, aggregates = false): Scope {
  return { names: new Map(Object.keys(names).map((name) => [name, 'dyn'] as const)), aggregates };
}

/** The function that generated code makes of a tree; the names' values are its argument. */
export function compile(node: Node, binding: Partial<Binding> = {}): (names: Names) => unknown {
  const temporaries: string[] = ['t'];
  const code = emit(node, {
    name: (name) => `$names[${JSON.stringify(name)}]`,
    temporary: () => {
      temporaries.push(`t${temporaries.length}`);
      return temporaries.at(-1) ?? '';
    },
    ...binding,
  });
  const body = `"use strict"; return ($names) => { let ${temporaries.join(', ')}; return ${code}; };`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- generated code is what is tested
  const load = new Function('$', '$re', body) as (...runtime: readonly unknown[]) => (names: Names) => unknown;
  const evaluateOnce = load($, $re);
  return (names) => {
    $.resetSteps();
    return evaluateOnce(names);
  };
}

export function run(node: Node, names: Names): unknown {
  return compile(node)(names);
}

export function parsed(source: string, scope: Scope = scopeOf({ event: {}, params: {} })): Expression {
  const checked = parseExpression(source, scope);
  if (!checked.ok) throw new Error(`${source}: ${JSON.stringify(checked.faults)}`);
  return checked.value;
}

const functions = new Map<string, (names: Names) => unknown>();

/** The value of an expression over an event; undefined where evaluation fails. */
export function evaluate(source: string, event: unknown = {}, more: Names = {}): unknown {
  const names = { event, params: {}, ...more };
  const key = JSON.stringify([source, Object.keys(names)]);
  const known = functions.get(key) ?? compile(parsed(source, scopeOf(names)).node);
  functions.set(key, known);
  return known(names);
}

/** Each fault as its code and the text that it points at. */
export function faultsOf(source: string, scope: Scope): string[] {
  const checked = parseExpression(source, scope);
  return checked.ok ? [] : shown(source, checked.faults);
}

export function shown(source: string, faults: readonly ExpressionFault[]): string[] {
  return faults.map(({ code, range }) => `${code}: ${source.slice(range.start, range.end)}`);
}
