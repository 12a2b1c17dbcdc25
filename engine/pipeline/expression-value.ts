/**
 * Expressions and texts in a pipeline file: taken out of their YAML with its traps found, checked, and every fault put
 * back to the very characters in the file.
 */
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type {
  Checked,
  Expression,
  ExpressionFault,
  Scope,
  SourceRange,
  Text,
  ValueType,
} from '../expression/expression.ts';
import { parseExpression } from '../expression/parse.ts';
import { parseText } from '../expression/text.ts';
import type { FaultReport } from './fault-report.ts';
import type { Entry } from './fields.ts';
import { quotedFlowMap } from './flow-map.ts';
import { quotedWhereNeeded, singleQuoted } from './quoting.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import { isEmpty, isTextScalar, rangeOf, type TextScalar } from './yaml-node.ts';
import { quotedLine } from './yaml-repair.ts';

type Kind = 'expression' | 'text';

/** The types that an expression may have at its place, and that in the user's words. */
export interface Wanted {
  readonly types: readonly ValueType[];
  readonly words: string;
}

export const predicate: Wanted = { types: ['bool'], words: 'a condition, which is true or false' };
export const scalarValue: Wanted = {
  types: ['bool', 'number', 'string'],
  words: 'a text, a number or a boolean',
};

export function readExpression(
  report: FaultReport,
  entry: Entry,
  scope: Scope,
  wanted?: Wanted,
): Expression | undefined {
  const scalar = sourceOf(report, entry, 'expression');
  if (scalar === undefined) return undefined;
  const expression = taken(report, entry, scalar, scope, parseExpression);
  if (expression) report.expressions.push({ entry, expression, scope });
  if (expression === undefined || wanted === undefined) return expression;
  if (expression.type === 'dyn' || wanted.types.includes(expression.type)) return expression;
  const is = expression.type === 'bool' ? 'true or false' : `a ${expression.type}`;
  report.error(`${entry.code}.type`, entry.range, `'${entry.name}' is ${expression.type === 'null' ? 'null' : is}`, {
    allowed: wanted.words,
  });
  return undefined;
}

export function readText(report: FaultReport, entry: Entry, scope: Scope): Text | undefined {
  const scalar = sourceOf(report, entry, 'text');
  const text = scalar && taken(report, entry, scalar, scope, parseText);
  for (const part of text?.parts ?? []) {
    if (typeof part !== 'string') report.expressions.push({ entry, expression: part, scope });
  }
  return text;
}

/** A text without expressions in it. */
export function readPlainText(report: FaultReport, entry: Entry): string | undefined {
  return sourceOf(report, entry, 'text')?.value;
}

/** The scalar that holds an expression or a text; undefined, with a fault, where YAML reads something else there. */
function sourceOf(report: FaultReport, entry: Entry, kind: Kind): TextScalar | undefined {
  const { value, code, name, range } = entry;
  const a = kind === 'text' ? 'a text' : 'an expression';
  // Aliases were reported where the file was read as YAML.
  if (isAlias(value)) return undefined;
  if (value === null || isEmpty(value)) {
    // A tag that swallowed the value was reported there, too.
    report.error(`${code}.empty`, range, `'${name}' has no value`, { allowed: a });
    return undefined;
  }
  if (!isScalar(value)) {
    const given = isMap(value) ? 'a map' : isSeq(value) ? 'a list' : 'something else';
    const line = report.source.line(report.source.lineAt(range.start));
    const quotedOne = line.trimStart().startsWith(`${name}:`) ? quotedLine(line) : quotedFlowMap(line);
    const rewritten =
      value.flow === true && report.source.withReplaced(range, '') !== undefined ? quotedOne : undefined;
    report.error(
      `${code}.not-${kind}`,
      report.source.inFirstLine(range),
      `YAML reads the value of '${name}' as ${given}`,
      {
        allowed: `${a}${value.flow === true ? ' in single quotes' : ''}`,
        rewritten,
      },
    );
    return undefined;
  }
  if (!isTextScalar(value)) {
    const type = value.value === null ? 'null' : `the ${typeof value.value} ${value.source}`;
    report.error(`${code}.not-${kind}`, range, `YAML reads the value of '${name}' as ${type}`, {
      allowed: `${a}: in single quotes where it looks like a YAML value`,
      rewritten: report.source.withReplaced(range, singleQuoted(value.source)),
    });
    return undefined;
  }
  if (value.value.trim() === '') {
    report.error(`${code}.empty`, range, `'${name}' is empty`, { allowed: a });
    return undefined;
  }
  if (value.type === 'PLAIN' && isCut(report, entry, kind, value.value)) return undefined;
  return value;
}

/** Reports a comment right after a value without quotes: it may have been meant as part of the value. */
function isCut(report: FaultReport, { name, range }: Entry, kind: Kind, value: string): boolean {
  const { source } = report;
  const lineNumber = source.lineAt(range.end);
  const line = source.line(lineNumber);
  const column = range.end - source.lineStart(lineNumber);
  const [comment, space = '', cut = ''] = /^([ \t]+)(#.*)$/.exec(line.slice(column)) ?? [];
  if (comment === undefined) return false;
  const start = range.end + space.length;
  // An expression that is whole without its comment had one; a text was cut.
  const quotes = (value.split('"').length - 1) % 2 === 1;
  const meant = kind === 'text' || quotes ? singleQuoted(value + space + cut) : singleQuoted(value) + space + cut;
  const single = source.withReplaced(range, '') !== undefined;
  report.error(
    'yaml.comment-cuts-text',
    { start, end: start + cut.length },
    `the '#' after '${name}' begins a comment: YAML reads the value only up to it`,
    {
      allowed: 'the value in single quotes; a comment on a line of its own',
      rewritten: single ? source.withReplaced({ start: range.start, end: start + cut.length }, meant) : undefined,
    },
  );
  return true;
}

function taken<T>(
  report: FaultReport,
  entry: Entry,
  scalar: TextScalar,
  scope: Scope,
  parse: (source: string, scope: Scope) => Checked<T>,
): T | undefined {
  const checked = parse(scalar.value, scope);
  if (checked.ok) return checked.value;
  const toFile = offsets(report, scalar);
  for (const fault of checked.faults) {
    const named = scalar.value.slice(fault.range.start, fault.range.end);
    const bare = bareWord(entry, fault, scalar);
    const isBetter = fault.rewritten !== undefined && cures(parse(fault.rewritten, scope), fault, scalar.value);
    const rewritten =
      fault.rewritten === undefined || !isBetter ? undefined : rewrittenLine(report, scalar, toFile, fault.rewritten);
    report.error(
      `${entry.code}.${fault.code}`,
      bare ? rangeOf(scalar) : toFile(fault.range),
      bare?.message ?? fault.message,
      {
        allowed:
          named === 'event' && !scope.names.has('event') && scope.events === undefined
            ? `an aggregate, for example last(event.x) under 'aggregate'; ${fault.allowed}`
            : (bare?.allowed ?? fault.allowed),
        rewritten: rewritten ?? (bare && report.source.withReplaced(rangeOf(scalar), bare.quoted)),
      },
    );
  }
  return undefined;
}

/** True where a rewriting can be read at the place of its fault; what comes behind it may be at fault as well. */
function cures(checked: Checked<unknown>, { range, rewritten = '' }: ExpressionFault, value: string): boolean {
  if (checked.ok) return true;
  const end = range.end + Math.max(0, rewritten.length - value.length);
  return checked.faults.every(({ code, range: { start } }) => code !== 'syntax' || start > end);
}

/** A range of an entry's expression or text as a range of the file. */
export function rangeInFile(report: FaultReport, { value, range }: Entry, inner: SourceRange): SourceRange {
  return isTextScalar(value) ? offsets(report, value)(inner) : range;
}

function offsets(report: FaultReport, { range: [start, end], type, value }: TextScalar) {
  return scalarOffsets(report.source.text.slice(start, end), start, type, value);
}

/** `orderId: "ORD"`: YAML takes the quotes, and what is left is a name that nothing has. */
function bareWord(entry: Entry, fault: ExpressionFault, scalar: TextScalar) {
  const { value } = scalar;
  if (
    !['unknown-name', 'syntax'].includes(fault.code) ||
    fault.rewritten !== undefined ||
    !/^[\w-]+( [\w-]+)*$/.test(value)
  )
    return undefined;
  const quoted = singleQuoted(JSON.stringify(value));
  return {
    quoted,
    allowed: `for the text ${value}: ${entry.name}: ${quoted}${fault.allowed === undefined ? '' : `; ${fault.allowed}`}`,
    message: `'${value}' is no expression${scalar.type?.startsWith('QUOTE') === true ? ": the quotes around it are YAML's, and not part of the expression" : ''}`,
  };
}

/** The line with the part of the expression changed that differs from how it should be written. */
function rewrittenLine(
  report: FaultReport,
  scalar: TextScalar,
  toFile: (range: SourceRange) => SourceRange,
  better: string,
): string | undefined {
  const { value, type } = scalar;
  const range = rangeOf(scalar);
  if (type === 'PLAIN' && report.source.withReplaced(range, '') !== undefined) {
    const stays = /[[\]{},]/.test(value);
    return report.source.withReplaced(range, stays && !/: | #/.test(better) ? better : quotedWhereNeeded(better));
  }
  let start = 0;
  while (start < Math.min(value.length, better.length) && value[start] === better[start]) start += 1;
  let same = 0;
  while (same < Math.min(value.length, better.length) - start && value.at(-1 - same) === better.at(-1 - same))
    same += 1;
  const middle = better.slice(start, better.length - same);
  const escaped =
    type === 'QUOTE_SINGLE'
      ? middle.replaceAll("'", "''")
      : type === 'QUOTE_DOUBLE'
        ? JSON.stringify(middle).slice(1, -1)
        : middle;
  return report.source.withReplaced(toFile({ start, end: value.length - same }), escaped);
}
