/** Looking through an expression's tree. */
import type { Node } from './expression.ts';

/** A node's direct parts, in the order of the source. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'field':
    case 'has':
    case 'unary':
      return [node.operand];
    case 'index':
      return [node.operand, node.index];
    case 'call':
      return node.target === undefined ? node.arguments : [node.target, ...node.arguments];
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.condition, node.then, node.otherwise];
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'macro':
      return node.filter === undefined ? [node.range, node.body] : [node.range, node.filter, node.body];
  }
}

/** Visits every node, a node before its parts; where `visit` answers false, its parts are left out. */
export function walk(node: Node, visit: (node: Node) => boolean | undefined): void {
  if (visit(node) === false) return;
  for (const child of children(node)) walk(child, visit);
}

/** The path of a plain chain of fields from a name, `['event', 'customer', 'id']`; undefined for anything else. */
export function staticPath(node: Node): readonly string[] | undefined {
  if (node.kind === 'name') return [node.name];
  if (node.kind !== 'field' && node.kind !== 'has') return undefined;
  const path = staticPath(node.operand);
  return path && [...path, node.field];
}

/**
 * The distinct paths that an expression reads, each as long as the source tells: `event.items[0].sku` reads
 * `['event', 'items']`. Variables of macros are no reads.
 */
export function reads(node: Node): string[][] {
  const found = new Map<string, string[]>();
  collectReads(node, [], found);
  return [...found.values()];
}

function collectReads(node: Node, variables: readonly string[], found: Map<string, string[]>): void {
  const path = staticPath(node);
  const root = path?.[0];
  if (path !== undefined && root !== undefined) {
    if (!variables.includes(root)) found.set(JSON.stringify(path), [...path]);
  } else if (node.kind === 'macro') {
    collectReads(node.range, variables, found);
    const inner = [...variables, node.variable];
    if (node.filter !== undefined) collectReads(node.filter, inner, found);
    collectReads(node.body, inner, found);
  } else {
    for (const child of children(node)) collectReads(child, variables, found);
  }
}

/**
 * The expression as normal text: two expressions that differ in spaces, quotes, brackets or the names of macro variables
 * alone have the same. It is CEL but for the names of macro variables, and made for comparison, not for reading.
 */
export function canonical(node: Node): string {
  return print(node, []);
}

function print(node: Node, variables: readonly string[]): string {
  const show = (part: Node): string => print(part, variables);
  switch (node.kind) {
    case 'literal':
      return JSON.stringify(node.value);
    case 'name': {
      const depth = variables.lastIndexOf(node.name);
      return depth < 0 ? node.name : `$${depth}`;
    }
    case 'field':
      return `${show(node.operand)}${node.optional ? '[?' : '['}${JSON.stringify(node.field)}]`;
    case 'index':
      return `${show(node.operand)}${node.optional ? '[?' : '['}${show(node.index)}]`;
    case 'call': {
      const target = node.target === undefined ? '' : `${show(node.target)}.`;
      return `${target}${node.name}(${node.arguments.map(show).join(',')})`;
    }
    case 'unary':
      return `${node.operator}(${show(node.operand)})`;
    case 'binary':
      return `(${show(node.left)} ${node.operator} ${show(node.right)})`;
    case 'conditional':
      return `(${show(node.condition)}?${show(node.then)}:${show(node.otherwise)})`;
    case 'list':
      return `[${node.items.map(show).join(',')}]`;
    case 'map':
      return `{${node.entries.map(({ key, value }) => `${show(key)}:${show(value)}`).join(',')}}`;
    case 'has':
      return `has(${show(node.operand)}[${JSON.stringify(node.field)}])`;
    case 'macro': {
      const inner = [...variables, node.variable];
      const parts = node.filter === undefined ? [node.body] : [node.filter, node.body];
      const bodies = parts.map((part) => print(part, inner)).join(',');
      return `${show(node.range)}.${node.macro}($${variables.length},${bodies})`;
    }
  }
}
