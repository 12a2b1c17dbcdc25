/** The parts of a rule's function that take of an event what is kept with it, and what an alert shows of it. */
import { emit } from '../expression/emit.ts';
import type { Expression, Node } from '../expression/expression.ts';
import { reads } from '../expression/tree.ts';
import type { JoinDefinition, RuleDefinition, SequenceDefinition } from '../pipeline/definition.ts';
import { type Block, literal } from './block.ts';
import { keptFields, stepFields } from './generate-sequence.ts';
import { numbered } from './sequence-plan.ts';

/** The fields of the event that an alert shows as evidence. */
export function fieldsOf(rule: RuleDefinition, block: Block): string {
  if (rule.alert === undefined || rule.alert.evidence === 0) return '{}';
  return rule.alert.evidenceFields === 'all' ? block.readWhole() : fieldsRead(rule, block);
}

/**
 * What is kept of an event for a match or a pair, and what an alert shows of it: the fields that the rule reads, also
 * those of steps. They are one object where none is read of what lies within another: half as much to keep and to store.
 * What is only shown may be of any size, and so is left out of what is kept where both together are too much to keep.
 */
export function seenOfSteps(
  rule: RuleDefinition,
  index: number,
  parts: SequenceDefinition | JoinDefinition,
  block: Block,
): { readonly lines: readonly string[]; readonly kept: string; readonly fields: string } {
  const kept = block.temporary();
  const names = stepFields(parts, [...said(rule), ...resulting(rule)]);
  const paths = pathsRead(rule);
  const isRead = rule.alert !== undefined && rule.alert.evidence > 0 && rule.alert.evidenceFields === 'read';
  if (!isRead || names === undefined)
    return { lines: [`${kept} = ${keptFields(names, block)};`], kept, fields: fieldsOf(rule, block) };
  const within = [...paths.values()].filter(({ length }) => length > 2).map(([, name]) => name);
  for (const name of names) if (!within.includes(name)) paths.set(name, ['event', name]);
  const apart = `${kept} = ${keptFields(names, block)};`;
  if (within.length > 0) return { lines: [apart], kept, fields: fieldsAt(paths, block) };
  const lines = [`${kept} = ${keptFields([...paths.keys()], block)};`];
  if (paths.size === names.length) return { lines, kept, fields: kept };
  const fields = block.temporary();
  lines.push(
    `${fields} = ${kept};`,
    `if (sink.bounds.isTooLarge(${index}, ${kept})) {\n${fields} = ${fieldsAt(paths, block)};\n${apart}\n}`,
  );
  return { lines, kept, fields };
}

/** The fields of the event that the rule's expressions read, by their paths. */
export function fieldsRead(rule: RuleDefinition, block: Block): string {
  return fieldsAt(pathsRead(rule), block);
}

function pathsRead(rule: RuleDefinition): Map<string, readonly string[]> {
  const paths = new Map<string, readonly string[]>();
  for (const { node } of expressionsOf(rule))
    for (const path of reads(node))
      if (path[0] === 'event' && path.length > 1) paths.set(path.slice(1).join('.'), path);
  return paths;
}

function fieldsAt(paths: ReadonlyMap<string, readonly string[]>, block: Block): string {
  return `{ ${[...paths].map(([name, path]) => `${literal(name)}: ${pathCode(path, block)}`).join(', ')} }`;
}

/** The expressions that see events of the rule, and what is said of a result. */
export function expressionsOf({ distinct, ...rule }: RuleDefinition): Expression[] {
  return [
    ...(rule.where ? [rule.where] : []),
    ...(rule.window?.kind === 'until' ? [rule.window.until] : []),
    ...(rule.window && 'parts' in rule.window ? numbered(rule.window.parts) : []).flatMap(({ where }) => where ?? []),
    ...(rule.window?.kind === 'join' ? rule.window.on : []),
    ...[...rule.groupBy, ...(distinct ? [] : rule.aggregate), ...(rule.select ?? [])].map(
      ({ expression }) => expression,
    ),
    ...said(rule),
  ];
}

/** What is asked and said of a result: `having`, and the expressions of the alert. */
export function said({ having, alert }: RuleDefinition): Expression[] {
  const all = having === undefined ? [] : [having];
  if (alert === undefined) return all;
  const texts = [
    alert.title,
    ...(alert.description ? [alert.description] : []),
    ...alert.labels.map(({ text }) => text),
  ];
  all.push(...texts.flatMap(({ parts }) => parts.filter((part) => typeof part !== 'string')));
  return typeof alert.severity === 'string' ? all : [...all, alert.severity];
}

/** What `select` says of a result. */
export function resulting({ select = [] }: RuleDefinition): Expression[] {
  return select.map(({ expression }) => expression);
}

/** What expressions see of an event that a window is of, as it is kept with the event. */
export function eventSeen(expressions: readonly Expression[], block: Block): string {
  const paths = expressions.flatMap(({ node }) => reads(node)).filter(([root]) => root === 'event');
  if (paths.some(({ length }) => length === 1)) return `$.kept(${block.readWhole()})`;
  const names = [...new Set(paths.map(([, name = '']) => name))];
  return `$.kept({ ${names.map((name) => `${literal(name)}: ${block.read(name)}`).join(', ')} })`;
}

/** Code that reads a path without failing. */
export function pathCode(path: readonly string[], block: Pick<Block, 'binding'>): string {
  let node: Node = { kind: 'name', name: path[0] ?? '', start: 0, end: 0 };
  for (const field of path.slice(1)) node = { kind: 'field', operand: node, field, optional: false, start: 0, end: 0 };
  return emit(node, block.binding);
}
