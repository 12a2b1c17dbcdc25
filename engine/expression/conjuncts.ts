/** A condition over an event and what came before it, in two parts: what is asked of the event alone, and the rest. */
import type { Node } from './expression.ts';
import { reads } from './tree.ts';

export interface Conjuncts {
  /** Undefined where nothing is asked. */
  readonly own: Node | undefined;
  readonly rest: Node | undefined;
}

/** `names` are those of what came before. A condition holds where both parts do, whichever is evaluated first. */
export function conjunctsOf(condition: Node | undefined, names: ReadonlySet<string>): Conjuncts {
  const all = condition === undefined ? [] : flatten(condition);
  const isOwn = (node: Node): boolean => reads(node).every(([root = '']) => !names.has(root));
  return { own: joined(all.filter(isOwn)), rest: joined(all.filter((node) => !isOwn(node))) };
}

function flatten(node: Node): Node[] {
  if (node.kind !== 'binary' || node.operator !== '&&') return [node];
  return [...flatten(node.left), ...flatten(node.right)];
}

function joined(nodes: readonly Node[]): Node | undefined {
  return nodes.reduce<Node | undefined>(
    (left, right) =>
      left === undefined ? right : { kind: 'binary', operator: '&&', left, right, start: left.start, end: right.end },
    undefined,
  );
}
