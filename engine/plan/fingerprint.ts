/**
 * A rule's fingerprint names its state. It changes with everything that changes what the state means, and with nothing
 * else: texts, severity and `having` can change and the windows in flight go on.
 */
import { shortHash } from '../alert/identity.ts';
import type { Json } from '../aggregate/value.ts';
import type { Expression } from '../expression/expression.ts';
import { canonical, reads } from '../expression/tree.ts';
import {
  isOfStream,
  type NamedExpression,
  type PipelineDefinition,
  type RuleDefinition,
  type SequencePart,
  type TableDefinition,
  type WindowDefinition,
} from '../pipeline/definition.ts';
import { producersOf, sourcesOf, tablesOf } from './sources.ts';

const stateFormat = 1;

/** What a rule's state depends on, each part in the words of the pipeline file, in the order of the digest. */
export type FingerprintParts = readonly (readonly [part: string, value: unknown])[];

/** An expression without its spelling: its tree, and the values of the parameters that it reads. */
export function meaning(definition: PipelineDefinition, expression: Expression | undefined): unknown {
  return (
    expression && [
      canonical(expression.node),
      reads(expression.node)
        .filter(([root]) => root === 'params')
        .map(([, name = '']): Json => definition.params[name] ?? null),
    ]
  );
}

function windowMeaning(definition: PipelineDefinition, window: WindowDefinition | undefined): unknown {
  if (window?.kind === 'sequence')
    return { ...window, parts: window.parts.map((part) => partMeaning(definition, part)) };
  if (window?.kind === 'join')
    return {
      ...window,
      parts: window.parts.map((part) => partMeaning(definition, part)),
      on: window.on.map((key) => meaning(definition, key)),
    };
  if (window?.kind !== 'until') return window ?? null;
  return { ...window, until: meaning(definition, window.until) };
}

function partMeaning(definition: PipelineDefinition, part: SequencePart): unknown {
  if ('parts' in part) return { kind: part.kind, parts: part.parts.map((inner) => partMeaning(definition, inner)) };
  const where = meaning(definition, part.where);
  return part.kind === 'step' ? { ...part, where } : { ...part, where, until: meaning(definition, part.until) };
}

function namedMeaning(definition: PipelineDefinition, list: readonly NamedExpression[]): unknown {
  return list.map(({ name, expression }) => [name, meaning(definition, expression)]);
}

function tableMeaning(definition: PipelineDefinition, table: TableDefinition): unknown {
  const { name, key, value, validFrom } = table;
  // Not the rows: what they change, they change for events to come.
  const parts = [name, meaning(definition, key), namedMeaning(definition, value), meaning(definition, validFrom)];
  return isOfStream(table) ? [...parts, table.from, upstream(definition, table.from)] : parts;
}

/** The rules that make the events of derived streams. */
function upstream(definition: PipelineDefinition, from: readonly string[]): unknown {
  return from.flatMap((stream) => producersOf(definition, stream)).map((producer) => fingerprint(definition, producer));
}

/** Forms whose panes are as wide as the cooldown where that is longer than the window. */
const logs: ReadonlySet<string> = new Set(['sliding', 'before', 'last', 'session', 'until']);

export function fingerprintParts(definition: PipelineDefinition, rule: RuleDefinition): FingerprintParts {
  const named = (list: readonly NamedExpression[]) => namedMeaning(definition, list);
  const { cooldown } = rule.alert ?? {};
  // Of windows that are alerts of their own, it says no more than the form does.
  const joins = cooldown !== 0 || rule.window === undefined || logs.has(rule.window.kind);
  const tables = tablesOf(definition, rule);
  return [
    ['the format of the state', stateFormat],
    ['the name', rule.name],
    ['mode: shadow', rule.mode === 'shadow'],
    ['from', rule.from],
    ['where', meaning(definition, rule.where)],
    ['groupBy', named(rule.groupBy)],
    ['window', windowMeaning(definition, rule.window)],
    ['aggregate', named(rule.aggregate)],
    ['select', rule.window === undefined || rule.into !== undefined ? named(rule.select ?? []) : null],
    ['cooldown', joins ? (cooldown ?? null) : null],
    ['emit: final', rule.emit === 'final'],
    ['evidence', [rule.alert?.evidence, rule.alert?.evidenceFields]],
    [
      'eventTime, eventId or partitionKey of its streams',
      sourcesOf(definition, rule.from).map((stream) => [
        stream.name,
        meaning(definition, stream.eventTime),
        meaning(definition, stream.eventId),
        meaning(definition, stream.partitionKey),
      ]),
    ],
    // Rules that read none keep the state that they had before there were tables.
    ...(tables.length === 0
      ? []
      : [['the tables that it reads', tables.map((table) => tableMeaning(definition, table))] as const]),
    ['the rules that it reads', upstream(definition, rule.from)],
  ];
}

export function fingerprint(definition: PipelineDefinition, rule: RuleDefinition): string {
  return shortHash(JSON.stringify(fingerprintParts(definition, rule).map(([, value]) => value))).slice(0, 8);
}

/** Names the values of a table: what changes it changes what they mean. */
export function tableFingerprint(definition: PipelineDefinition, table: TableDefinition): string {
  return shortHash(JSON.stringify(tableMeaning(definition, table))).slice(0, 8);
}
