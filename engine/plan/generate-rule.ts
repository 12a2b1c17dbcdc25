/** The part of a stream's function that evaluates one rule on an event and tells the sink. */
import type { AggregateCall } from '../expression/aggregate-call.ts';
import { emit } from '../expression/emit.ts';
import type { Expression, Node } from '../expression/expression.ts';
import { plainLookUps } from '../expression/table-lookup.ts';
import { reads } from '../expression/tree.ts';
import type { JoinDefinition, RuleDefinition, SequenceDefinition } from '../pipeline/definition.ts';
import { type Block, literal } from './block.ts';
import {
  eventSeen,
  expressionsOf,
  fieldsOf,
  fieldsRead,
  pathCode,
  resulting,
  said,
  seenOfSteps,
} from './generate-seen.ts';
import { endsOfFirst, stepsOf } from './generate-sequence.ts';
import { passesOn } from './sources.ts';
import { slotsOf } from './slots.ts';

export function generateRuleEvaluation(rule: RuleDefinition, index: number, stream: string, block: Block): string {
  const label = `rule${index}`;
  const lines: string[] = [];
  const temporary = (): string => block.temporary();
  const fail = (part: string, source: string, node: Node, { binding }: Pick<Block, 'binding'> = block): string => {
    return `{ sink.valueFailed(${index}, ${literal(part)}, ${literal(source)}, ${readBy(node, { binding })}); break ${label}; }`;
  };
  /** Evaluates a value into a temporary; where `fits` is not so, the event is handed over as failed. */
  const value = (
    part: string,
    { node, source }: Pick<Expression, 'node' | 'source'>,
    fits: (code: string) => string,
  ): string => {
    const variable = temporary();
    lines.push(`${variable} = ${emit(node, block.binding)};`, `if (!(${fits(variable)})) ${fail(part, source, node)}`);
    return variable;
  };

  if (rule.where !== undefined) {
    const matched = temporary();
    lines.push(
      `${matched} = ${emit(rule.where.node, block.binding)};`,
      `if (${matched} !== true) { if (${matched} !== false) sink.predicateFailed(${index}); break ${label}; }`,
    );
  }
  const sequence = rule.window?.kind === 'sequence' ? rule.window : undefined;
  const steps = sequence && stepsOf(sequence, stream, index, block);
  if (steps !== undefined) {
    lines.push(...steps.lines);
    // Where nothing may come between steps, every event tells something.
    if (sequence?.match !== 'strict') lines.push(`if (${steps.bits} === 0) break ${label};`);
    if (sequence !== undefined) absencesEnd(sequence, steps.bits);
  }
  const join = rule.window?.kind === 'join' ? rule.window : undefined;
  if (join !== undefined) {
    joinTouches(join);
    return `${label}: {\n${lines.join('\n')}\n}`;
  }
  const groups = rule.groupBy.map(({ name, expression }) => value(`groupBy.${name}`, expression, isKey));
  const selected =
    rule.window === undefined
      ? (rule.select ?? []).map(({ name, expression }) => [name, value(`select.${name}`, expression, isValue)])
      : [];
  const select = `{ ${selected.map(([name, code]) => `${literal(name)}: ${code}`).join(', ')} }`;

  if (rule.into !== undefined && rule.window === undefined)
    lines.push(
      `sink.derive(${index}, ${literal(rule.into)}, ${rule.select === undefined ? block.readWhole() : select});`,
    );
  else if (rule.window === undefined) {
    const fields = fieldsOf(rule, block);
    lines.push(
      `sink.match(${index}, [${groups.join(', ')}], ${rule.select === undefined ? fieldsRead(rule, block) : select}, event, ${fields}, meta);`,
    );
  } else {
    const args = rule.distinct
      ? [passesOn(rule) ? `$.kept(${block.readWhole()})` : eventSeen(expressionsOf(rule), block)]
      : slotsOf(rule.aggregate).list.map(({ call, aggregate }) => argument(call, aggregate));
    if (rule.window.kind === 'before') args.push(eventSeen([...said(rule), ...resulting(rule)], block));
    if (rule.window.kind === 'until') args.push(windowEnd(rule.window.until));
    const seen = sequence && seenOfSteps(rule, index, sequence, block);
    if (steps !== undefined && seen !== undefined) {
      lines.push(...seen.lines);
      args.push(steps.bits, seen.kept);
    }
    const fields = seen?.fields ?? fieldsOf(rule, block);
    lines.push(`sink.touch(${index}, [${groups.join(', ')}], [${args.join(', ')}], ${fields});`);
  }
  return `${label}: {\n${lines.join('\n')}\n}`;

  /** An event of both sides is one where they have one key. */
  function joinTouches(join: JoinDefinition): void {
    const { lines: found, bits } = stepsOf(join, stream, index, block);
    lines.push(...found, `if (${bits} === 0) break ${label};`);
    const [left = '', right = ''] = join.on.map((key, side) => {
      lines.push(`if ((${bits} & ${side + 1}) !== 0) {`);
      const variable = value(`join.on.${side === 0 ? 'left' : 'right'}`, key, isKey);
      lines.push('}');
      return variable;
    });
    const seen = seenOfSteps(rule, index, join, block);
    const touch = (key: string, sides: number): string =>
      `sink.touch(${index}, [${key}], [${sides}, ${seen.kept}], ${seen.fields});`;
    lines.push(
      ...seen.lines,
      `if (${bits} === 3 && ${left} === ${right}) ${touch(left, 3)}`,
      `else {\nif ((${bits} & 1) !== 0) ${touch(left, 1)}\nif ((${bits} & 2) !== 0) ${touch(right, 2)}\n}`,
    );
  }

  function absencesEnd(sequence: SequenceDefinition, bits: string): void {
    const first = endsOfFirst(sequence, bits, block);
    if (first === undefined) return;
    for (const { node, source } of first.ends) {
      const isNever = `${first.isFirst} && $.instant(${emit(node, first.binding)}) === undefined`;
      lines.push(`if (${isNever}) ${fail('sequence.not.until', source, node, first)}`);
    }
  }

  /** When the window ends that an event may open: later than the event. */
  function windowEnd({ node, source }: Expression): string {
    const variable = temporary();
    lines.push(
      `${variable} = $.instant(${emit(node, block.binding)});`,
      `if (!(${variable} > meta.eventTime.millis)) ${fail('window.until', source, node)}`,
    );
    return variable;
  }

  /** The argument of one accumulator: null where the event does not count. */
  function argument(call: AggregateCall, aggregate: string): string {
    const counts = call.predicate === undefined ? undefined : temporary();
    if (counts !== undefined && call.predicate !== undefined) {
      lines.push(
        `${counts} = ${emit(call.predicate, block.binding)};`,
        `if (${counts} !== true && ${counts} !== false) sink.predicateFailed(${index});`,
      );
    }
    if (call.value === undefined) return counts === undefined ? 'true' : `(${counts} === true ? true : null)`;
    const taken = (node: Node, accepted: (code: string) => string): string => {
      const variable = temporary();
      const code = emit(node, block.binding);
      lines.push(`${variable} = ${counts === undefined ? code : `${counts} === true ? ${code} : null`};`);
      const failed = fail(`aggregate.${aggregate}`, `${call.name}(…)`, node);
      lines.push(`if (!(${variable} === null || ${accepted(variable)})) ${failed}`);
      return variable;
    };
    const variable = taken(call.value, (code) => acceptedBy(call, code));
    if (call.by === undefined) return variable;
    const by = taken(call.by, isComparable);
    return `(${variable} === null || ${by} === null ? null : new $.Ranked(${variable}, ${by}))`;
  }
}

const isValue = (code: string): string => `${code} !== undefined`;
/** A number such as 1e400 is JSON, and infinite here: no key, and nothing to add up. */
export const isKey = (code: string): string =>
  `typeof ${code} === 'string' || Number.isFinite(${code}) || typeof ${code} === 'boolean'`;

const isComparable = (code: string): string =>
  `Number.isFinite(${code}) || typeof ${code} === 'string' || ${code} instanceof $.Timestamp || ${code} instanceof $.Duration`;

function acceptedBy({ name }: AggregateCall, code: string): string {
  switch (name) {
    case 'sum':
    case 'avg':
    case 'stddev':
    case 'percentile':
      return `Number.isFinite(${code})`;
    case 'min':
    case 'max':
      return isComparable(code);
    default:
      return isValue(code);
  }
}

/** The paths that an expression reads and the rows that it looks up, each with its value. */
export function readBy(node: Node, block: Pick<Block, 'binding'>): string {
  const fields = reads(node)
    .filter(([root]) => root !== 'tables')
    .map((path) => `[${literal(path.join('.'))}, ${pathCode(path, block)}]`);
  const rows = plainLookUps(node).map(({ table, path }) => {
    const row = block.binding.lookUp?.(table, 'row', pathCode(path, block));
    return `[${literal(`tables.${table}[${path.join('.')}]`)}, ${row}]`;
  });
  return `[${[...fields, ...rows].join(', ')}]`;
}
