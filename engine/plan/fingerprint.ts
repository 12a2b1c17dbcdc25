/**
 * A rule's fingerprint names its state. It changes with everything that changes what the state means, and with nothing
 * else: texts, severity and `having` can change and the windows in flight go on.
 */
import { shortHash } from '../alert/identity.ts';
import type { Node } from '../expression/expression.ts';
import { canonical, reads } from '../expression/tree.ts';
import type { PipelineDefinition, RuleDefinition } from '../pipeline/definition.ts';
import { producersOf, sourcesOf } from './sources.ts';

const stateFormat = 1;

export function fingerprint(definition: PipelineDefinition, rule: RuleDefinition): string {
  const text = (node: Node | undefined): unknown =>
    node && [
      canonical(node),
      reads(node)
        .filter(([root]) => root === 'params')
        .map(([, name = '']) => definition.params[name] ?? null),
    ];
  const named = (list: readonly { name: string; expression: { node: Node } }[]): unknown =>
    list.map(({ name, expression }) => [name, text(expression.node)]);
  const paneWidth = rule.window?.kind === 'sliding' || rule.window === undefined ? rule.alert?.cooldown : undefined;
  return shortHash(
    JSON.stringify([
      stateFormat,
      rule.name,
      rule.mode === 'shadow',
      rule.from,
      text(rule.where?.node),
      named(rule.groupBy),
      rule.window ?? null,
      named(rule.aggregate),
      rule.window === undefined ? named(rule.select ?? []) : null,
      paneWidth ?? null,
      rule.emit === 'final',
      [rule.alert?.evidence, rule.alert?.evidenceFields],
      sourcesOf(definition, rule.from).map((stream) => [
        stream.name,
        text(stream.eventTime?.node),
        text(stream.eventId?.node),
        text(stream.partitionKey.node),
      ]),
      rule.from
        .flatMap((stream) => producersOf(definition, stream))
        .map((producer) => fingerprint(definition, producer)),
    ]),
  ).slice(0, 8);
}
