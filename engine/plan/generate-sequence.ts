/**
 * The functions of a sequence: which of its steps an event can be, as far as the event alone tells, and what of it is
 * kept; and per step, what is asked of the event and the steps before it.
 */
import { emit } from '../expression/emit.ts';
import type { Binding, Expression, Node } from '../expression/expression.ts';
import { children, reads, staticPath } from '../expression/tree.ts';
import type { PipelineDefinition, SequenceDefinition } from '../pipeline/definition.ts';
import { Block, literal } from './block.ts';
import { conjunctsOf } from '../expression/conjuncts.ts';
import { namedSteps, numbered } from './sequence-plan.ts';

/** Lines that set the bits of the steps that an event of a stream can be; the variable that holds them. */
export function stepsOf(
  sequence: Pick<SequenceDefinition, 'parts'>,
  stream: string,
  index: number,
  block: Block,
): { readonly lines: readonly string[]; readonly bits: string } {
  const bits = block.temporary();
  const names = new Set(namedSteps(sequence.parts).map(({ name }) => name));
  const lines = [`${bits} = 0;`];
  for (const [number, { from, where }] of numbered(sequence.parts).entries()) {
    if (!from.includes(stream)) continue;
    const set = `${bits} |= ${2 ** number};`;
    const { own } = conjunctsOf(where?.node, names);
    if (own === undefined) {
      lines.push(set);
      continue;
    }
    const fits = block.temporary();
    lines.push(
      `${fits} = ${emit(own, block.binding)};`,
      `if (${fits} === true) ${set} else if (${fits} !== false) sink.predicateFailed(${index});`,
    );
  }
  return { lines, bits };
}

/**
 * When absences end, where the event that begins a match says so alone: if that is no time, nothing can come of it. The
 * code tells of an event that can be that step and nothing else.
 */
export function endsOfFirst(
  { match, parts }: SequenceDefinition,
  bits: string,
  block: Block,
): { readonly isFirst: string; readonly ends: readonly Expression[]; readonly binding: Binding } | undefined {
  const first = parts.find(({ kind }) => kind !== 'not');
  if (match === 'strict' || first?.kind !== 'step' || first.times !== undefined) return undefined;
  const ends = parts.flatMap((part) => {
    const roots = part.kind === 'not' && part.until ? reads(part.until.node).map(([root]) => root) : [];
    const isAlone = roots.includes(first.name) && roots.every((root) => root === first.name || root === 'params');
    return isAlone && part.kind === 'not' && part.until ? [part.until] : [];
  });
  const { binding } = block;
  return {
    isFirst: `${bits} === ${2 ** numbered(parts).indexOf(first)}`,
    ends,
    binding: {
      ...binding,
      name: (name) => binding.name(name === first.name ? 'event' : name),
      path: ([root = '', ...path]) => binding.path?.([root === first.name ? 'event' : root, ...path]),
    },
  };
}

/** The fields of an event that conditions on steps, `having` and texts read; undefined where they read it as a whole. */
export function stepFields(
  sequence: Pick<SequenceDefinition, 'parts'>,
  said: readonly Expression[],
): readonly string[] | undefined {
  const names = new Set(namedSteps(sequence.parts).map(({ name }) => name));
  const fields = new Set<string>();
  const known: boolean[] = [];
  const see = (node: Node | undefined, roots: ReadonlySet<string>): void => {
    if (node !== undefined) known.push(collect(node, roots, fields));
  };
  for (const part of numbered(sequence.parts)) {
    const { own, rest } = conjunctsOf(part.where?.node, names);
    see(rest, new Set([...names, 'event']));
    // Alerts show what conditions ask of the events, those on one event too.
    if (own !== undefined) collect(own, new Set(['event']), fields);
    if (part.kind === 'not') see(part.until?.node, names);
  }
  for (const { node } of said) see(node, names);
  return known.includes(false) ? undefined : [...fields];
}

/** Fields of an event as they are kept with it; undefined: all. */
export function keptFields(fields: readonly string[] | undefined, block: Block): string {
  if (fields === undefined) return `$.kept(${block.readWhole()})`;
  const values = fields.map((name) => block.read(name));
  const general = `$.keptFields(${literal(fields)}, [${values.join(', ')}])`;
  // In a literal such a name is no field.
  if (values.length === 0 || fields.includes('__proto__')) return general;
  const asRead = fields.map((name) => `${literal(name)}: ${block.read(name)}`);
  return `${values.map((value) => `$.isScalar(${value})`).join(' && ')} ? { ${asRead.join(', ')} } : ${general}`;
}

/** Collects the fields that are read of what has one of these names; false where it is read as a whole. */
function collect(node: Node, names: ReadonlySet<string>, fields: Set<string>): boolean {
  if ((node.kind === 'field' || node.kind === 'has') && isEvent(node.operand, names)) {
    fields.add(node.field);
    return node.operand.kind === 'name' || collectIndex(node.operand, names, fields);
  }
  if (node.kind === 'macro' && isNamed(node.range, names)) {
    const inner = new Set([...names, node.variable]);
    return [node.filter, node.body].every((part) => part === undefined || collect(part, inner, fields));
  }
  if (
    node.kind === 'call' &&
    node.name === 'size' &&
    [node.target, ...node.arguments].some((one) => one && isNamed(one, names))
  )
    return true;
  // Whether there is an event at all, each of its fields may be missing.
  if (node.kind === 'binary' && [node.left, node.right].some(isNull))
    return [node.left, node.right].every((one) => isNamed(one, names) || collect(one, names, fields));
  if (isNamed(node, names)) return false;
  return children(node).reduce((known, child) => collect(child, names, fields) && known, true);
}

/** An event that a name stands for, or one of a list. */
function isEvent(node: Node, names: ReadonlySet<string>): boolean {
  return isNamed(node, names) || (node.kind === 'index' && isNamed(node.operand, names));
}

function collectIndex(node: Node, names: ReadonlySet<string>, fields: Set<string>): boolean {
  return node.kind !== 'index' || collect(node.index, names, fields);
}

function isNull(node: Node): boolean {
  return node.kind === 'literal' && node.value === null;
}

function isNamed(node: Node, names: ReadonlySet<string>): boolean {
  const path = staticPath(node);
  return path?.length === 1 && names.has(path[0] ?? '');
}

/** By number: what is asked of an event and the steps before it, and when an absence ends. */
export function sequenceFunctions(definition: PipelineDefinition, sequence: SequenceDefinition): string {
  const named = namedSteps(sequence.parts);
  const names = new Set(named.map(({ name }) => name));
  const valueOf = (node: Node): string | undefined => {
    const at = node.kind === 'name' ? named.findIndex(({ name }) => name === node.name) : -1;
    return at < 0 ? undefined : `v[${at}]`;
  };
  const of = (node: Node | undefined, wrap: (code: string) => string): string => {
    if (node === undefined) return 'undefined';
    const block = new Block(definition, ['event'], valueOf, 't');
    const code = wrap(emit(node, block.binding));
    return `(event, v, t) => {\n${block.declarations()}return ${code};\n}`;
  };
  const conditions = numbered(sequence.parts).map(({ where }) =>
    of(conjunctsOf(where?.node, names).rest, (code) => code),
  );
  const ends = numbered(sequence.parts).map((part) =>
    of(part.kind === 'not' ? part.until?.node : undefined, (code) => `$.instant(${code})`),
  );
  return `conditions: [${conditions.join(', ')}],\nends: [${ends.join(', ')}]`;
}
