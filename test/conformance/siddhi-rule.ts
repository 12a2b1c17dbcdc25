/** Rules of Siddhi's pattern language as rules of Weir: those that can be said. */
import { readFileSync } from 'node:fs';

export interface SiddhiCase {
  readonly source: string;
  readonly name: string;
  readonly kind: string;
  readonly siddhiQL: string;
  readonly events: readonly { readonly stream: string; readonly t: number; readonly data: readonly unknown[] }[];
  readonly expectedRows: readonly (readonly unknown[])[];
  readonly endT: number;
}

export function siddhiCases(file: string): SiddhiCase[] {
  return JSON.parse(readFileSync(file, 'utf8')) as SiddhiCase[];
}

/** `Pattern.testQuery1`, as Siddhi's classes and methods are called. */
export function nameOf({ source, name }: SiddhiCase): string {
  return `${/(\w+)TestCase\.java$/.exec(source)?.[1] ?? source}.${name}`;
}

export interface SaidRule {
  readonly text: string;
  /** What Siddhi says with `every`; without it a rule speaks once. */
  readonly repeats: boolean;
  /** Of each stream, the names of its columns. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** Of each column of a row, the step, which of its events, and the field. */
  readonly row: readonly { readonly step: string; readonly at: number | undefined; readonly field: string }[];
}

/** Why a rule cannot be said. */
export class Unsaid extends Error {}

export function ruleOf(siddhiQL: string): SaidRule {
  const columns = new Map<string, string[]>();
  for (const [, stream = '', list = ''] of siddhiQL.matchAll(/define stream (\w+) \(([^)]*)\)/g))
    columns.set(
      stream,
      list.split(',').map((column) => column.trim().split(' ')[0] ?? ''),
    );
  const [, pattern = '', selected = ''] = /\bfrom (.*?)\bselect (.*?) insert into/s.exec(siddhiQL) ?? [];
  if (columns.size === 0 || pattern === '' || !pattern.includes('[')) throw new Unsaid('it is no pattern');
  const [, inner = '', within] = /^(.*?)(?:\s+within (\d+ \w+))?$/s.exec(pattern.trim()) ?? [];
  const whole = unwrapped(inner);
  const isStrict = !whole.includes('->');
  const repeatsWhole = /^every \(/.test(whole) && unwrapped(whole.slice(6)) !== whole.slice(6);
  const parts = split(repeatsWhole ? unwrapped(whole.slice(6)) : whole, isStrict ? ',' : '->');
  const repeatsFirst = parts.findIndex((part) => part.startsWith('every '));
  const first = parts.findIndex((part) => !/^(?:every )?not /.test(part) || / (?:and|or) /.test(part));
  if (parts.some((part, at) => at > first && part.startsWith('every ')))
    throw new Unsaid('`every` after the first step');
  if (parts.some((part) => part.startsWith('every ') && part.includes(isStrict ? ',' : '->')))
    throw new Unsaid('`every` around several steps, with more after them');
  const steps = parts.flatMap((part, at) => stepsOf(part.replace(/^every /, ''), at <= first));
  const row = selected.split(',').map((column) => {
    const [, step = '', at, field = ''] = /^\s*(\w+)(?:\[(\d+)\])?\.(\w+)/.exec(column) ?? [];
    return { step, at: at === undefined ? undefined : Number(at), field };
  });
  const lists = new Set(steps.filter(({ text }) => text.includes('times:')).map(({ name }) => name));
  if (row.some(({ step, at }) => at === undefined && lists.has(step))) throw new Unsaid('a column that is a list');
  const said = row.map(({ step, at, field }) => `{{ ${step}${at === undefined ? '' : `[${at}]`}.${field} }}`);
  const text = `pipeline: siddhi
streams:
${[...columns.keys()].map((name) => `  ${name}: { partitionKey: event.symbol, eventTime: event.t }`).join('\n')}
rules:
  query:
    sequence:
${steps.map((step) => `      - ${step.text}`).join('\n')}
    within: ${within === undefined ? '366d' : durationOf(within)}
    match: ${isStrict ? 'strict' : 'skip-till-next'}
    after: ${repeatsFirst >= 0 ? 'next-event' : 'skip-past-last'}
    alert:
      severity: low
      title: '${said.join(' ')}'
`;
  return { text, repeats: repeatsWhole || repeatsFirst >= 0, columns, row };
}

interface Step {
  readonly name: string;
  readonly text: string;
}

function stepsOf(part: string, isFirst: boolean): Step[] {
  const inner = unwrapped(part);
  for (const [word, kind] of [
    [' and ', 'all'],
    [' or ', 'any'],
  ] as const) {
    const members = split(inner, word);
    if (members.length === 1) continue;
    const isNot = (member: string): boolean => member.startsWith('not ');
    const nots = members.filter(isNot);
    const taken = members.filter((member) => !isNot(member));
    // What must not come before an event, or for a time before it: a part of its own.
    const before = isFirst || nots.every((member) => !member.includes(' for '));
    if (kind === 'all' && nots.length > 0 && before && (taken.length === 1 || (isFirst && taken.length === 0)))
      return [...nots, ...taken].map(stepOf);
    if (isFirst && nots.length > 0) throw new Unsaid('a `not` beside an event that begins a match, or another `not`');
    return [{ name: kind, text: `${kind}: [${members.map((member) => `{ ${stepOf(member).text} }`).join(', ')}]` }];
  }
  return [stepOf(inner)];
}

function stepOf(text: string): Step {
  const match = /^(?:(\w+)=)?(not )?(\w+)(?:\[(.*)\])?\s*(?:<(\d+)(?::(\d+))?>|(\+))?(?: for (\d+ ?\w+))?$/s.exec(
    text.trim(),
  );
  if (match === null) throw new Unsaid(`no step: ${text}`);
  const [, name = '', not, stream = '', condition, least, most, more, length] = match;
  const where = condition === undefined ? [] : [`where: '${conditionOf(condition)}'`];
  if (not !== undefined) {
    const how = length === undefined ? [] : [`for: ${durationOf(length)}`];
    return { name: 'not', text: `not: { ${[`from: ${stream}`, ...where, ...how].join(', ')} }` };
  }
  if (least === '0') throw new Unsaid('a step that may take no event');
  const times =
    more === '+'
      ? ['times: "1.."']
      : least === undefined
        ? []
        : [`times: "${least}${most === undefined ? '' : `..${most}`}"`];
  return { name, text: `${name}: { ${[`from: ${stream}`, ...where, ...times].join(', ')} }` };
}

function conditionOf(condition: string): string {
  return condition
    .replaceAll(/'([^']*)'/g, '"$1"')
    .replaceAll(/(?<![\w."\]])([A-Za-z]\w*)(?![\w."[])/g, (_, name: string) => `event.${name}`)
    .trim();
}

function durationOf(text: string): string {
  const [, count = '', unit = ''] = /^(\d+) ?(\w+)$/.exec(text) ?? [];
  return `${count}${unit.startsWith('milli') ? 'ms' : 's'}`;
}

/** Without the brackets around the whole. */
function unwrapped(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('(') || !trimmed.endsWith(')')) return trimmed;
  let depth = 0;
  for (let at = 0; at < trimmed.length; at++) {
    const character = trimmed[at];
    if (character === '(') depth++;
    if (character === ')' && --depth === 0) return at === trimmed.length - 1 ? trimmed.slice(1, -1).trim() : trimmed;
  }
  return trimmed;
}

/** Cuts a text at a separator that stands outside of brackets. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if ('([<'.includes(text[at] ?? '') && !(text[at] === '<' && !/\d/.test(text[at + 1] ?? ''))) depth++;
    if (')]'.includes(text[at] ?? '') || (text[at] === '>' && /\d/.test(text[at - 1] ?? '') && depth > 0)) depth--;
    if (depth > 0 || !text.startsWith(separator, at)) continue;
    parts.push(text.slice(from, at).trim());
    from = at + separator.length;
    at = from - 1;
  }
  return [...parts, text.slice(from).trim()];
}
