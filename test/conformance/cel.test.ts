/** The official cases of CEL, as far as the language claims them: each passes, or stands with its reason in cel-deviations.ts. */
import { tests as conformance } from '@bufbuild/cel-spec/testdata/conformance.js';
import { Duration, Timestamp, equal } from '../../engine/expression/operators.ts';
import { parseExpression } from '../../engine/expression/parse.ts';
import { readSyntax } from '../../engine/expression/syntax.ts';
import { parseDuration, parseTimestamp } from '../../engine/expression/time-text.ts';
import { run, scopeOf } from '../engine/expression/evaluate.ts';
import { counts, differs, refused } from './cel-deviations.ts';

type Json = Readonly<Record<string, unknown>>;
interface Suite {
  readonly name: string;
  readonly suites?: readonly Suite[];
  readonly tests?: readonly { readonly original: Json & { readonly expr: string; readonly name?: string } }[];
}
interface Case {
  readonly name: string;
  readonly original: Json & { readonly expr: string };
}

const claimed: Readonly<Record<string, readonly string[]>> = {
  basic: [],
  comparisons: [],
  conversions: [],
  fields: [],
  fp_math: [],
  integer_math: [],
  lists: [],
  logic: [],
  macros: [],
  math_ext: [
    'greatest_int_result',
    'greatest_double_result',
    'least_int_result',
    'least_double_result',
    'ceil',
    'floor',
    'round',
    'trunc',
    'abs',
    'sign',
  ],
  optionals: [],
  parse: [],
  string: [],
  string_ext: [
    'char_at',
    'index_of',
    'last_index_of',
    'ascii_casing',
    'replace',
    'split',
    'substring',
    'trim',
    'join',
    'value_errors',
  ],
  timestamps: [],
};

function casesOf(suite: Suite, path: string): Case[] {
  const own = (suite.tests ?? []).map(({ original }, i) => ({ name: `${path}/${original.name ?? i}`, original }));
  return [...own, ...(suite.suites ?? []).flatMap((inner) => casesOf(inner, `${path}/${inner.name}`))];
}

const all: readonly Case[] = ((conformance as Suite).suites ?? []).flatMap((suite) => {
  const sections = claimed[suite.name];
  if (sections === undefined) return [];
  return (suite.suites ?? [])
    .filter(({ name }) => sections.length === 0 || sections.includes(name))
    .flatMap((section) => casesOf(section, `${suite.name}/${section.name}`));
});

/** The suites give a few names twice. */
const cases: readonly Case[] = all.map((one, i) => ({
  ...one,
  name: all.slice(0, i).some(({ name }) => name === one.name) ? `${one.name}#2` : one.name,
}));

/** A value of the test data as a value of ours; throws for what JSON and the three classes cannot hold. */
function valueOf(value: Json): unknown {
  const [[kind, held] = ['', undefined]] = Object.entries(value);
  switch (kind) {
    case 'int64Value':
      return Number(held);
    case 'doubleValue':
    case 'stringValue':
    case 'boolValue':
    case 'nullValue':
      return held;
    case 'listValue':
      return ((held as { values?: Json[] }).values ?? []).map(valueOf);
    case 'mapValue':
      return Object.fromEntries(
        ((held as { entries?: { key: Json; value: Json }[] }).entries ?? []).map((entry) => {
          const key = valueOf(entry.key);
          if (typeof key !== 'string') throw new Error('a key that is no text');
          return [key, valueOf(entry.value)];
        }),
      );
    case 'objectValue': {
      const object = held as { '@type': string; value?: string };
      const text = object.value ?? '';
      const millis = object['@type'].endsWith('Timestamp')
        ? parseTimestamp(text)
        : object['@type'].endsWith('Duration')
          ? parseDuration(text)
          : undefined;
      if (millis === undefined) throw new Error(`a value of ${object['@type']}`);
      return object['@type'].endsWith('Timestamp') ? new Timestamp(millis) : new Duration(millis);
    }
    default:
      throw new Error(`a value of the kind ${kind}`);
  }
}

type Outcome = 'passes' | 'refused' | 'differs';

/** `refused`: the expression cannot be written, and the user is told why; `differs`: it can, and gives something else. */
function outcome({ original }: Case): Outcome {
  let values: Record<string, unknown>;
  let expected: unknown;
  try {
    const bindings = Object.entries((original['bindings'] ?? {}) as Record<string, { value: Json }>);
    values = Object.fromEntries(bindings.map(([name, { value }]) => [name, valueOf(value)]));
    const typed = (original['typedResult'] as { result?: Json } | undefined)?.result;
    expected =
      original['evalError'] === undefined
        ? valueOf((original['value'] as Json | undefined) ?? typed ?? { boolValue: true })
        : undefined;
  } catch {
    // What JSON cannot hold, no event and no parameter can bring: the case cannot be posed, but its expression can.
    return parseExpression(original.expr, { names: new Map(), aggregates: false }).ok ? 'differs' : 'refused';
  }
  const checked =
    original['disableCheck'] === true ? unchecked(original.expr) : parseExpression(original.expr, scopeOf(values));
  if (!checked.ok) {
    const judged = checked.faults.every(({ code }) =>
      [
        'type',
        'unknown-name',
        'unknown-function',
        'wrong-arguments',
        'bad-pattern',
        'bad-time',
        'bad-duration',
        'bad-zone',
      ].includes(code),
    );
    return judged && expected === undefined ? 'passes' : 'refused';
  }
  const got = run(checked.value.node, values);
  return (expected === undefined ? got === undefined : equal(got, expected) === true) ? 'passes' : 'differs';
}

/** As CEL without its type checker; functions must exist all the same. */
function unchecked(source: string): ReturnType<typeof parseExpression> {
  const { node, faults } = readSyntax(source);
  if (node === undefined || faults.length > 0) return { ok: false, faults };
  const checked = parseExpression(source, { names: new Map(), aggregates: false });
  const unknown = checked.ok ? [] : checked.faults.filter(({ code }) => code === 'unknown-function');
  return unknown.length > 0 ? { ok: false, faults: unknown } : { ok: true, value: { source, node, type: 'dyn' } };
}

const outcomes = new Map(cases.map((one) => [one.name, outcome(one)]));
/** The names under every reason: each line is a section and its cases. */
function listed(kind: 'refused' | 'differs'): readonly string[] {
  return Object.values(kind === 'refused' ? refused : differs)
    .flatMap((lines) => lines.trim().split('\n'))
    .flatMap((line) => {
      const [section = '', ...names] = line.trim().split(/[: ]+/);
      return names.map((name) => `${section}/${name}`);
    });
}
function found(kind: Outcome): readonly string[] {
  return [...outcomes].filter(([, got]) => got === kind).map(([name]) => name);
}

test('a case of the claimed suites passes unless it is a listed deviation', () => {
  const unlisted = new Set([...listed('refused'), ...listed('differs')]);
  expect([...outcomes].filter(([name, got]) => got !== 'passes' && !unlisted.has(name))).toEqual([]);
});

test.each(['refused', 'differs'] as const)('the list of deviations holds no case that is not %s', (kind) => {
  const actual = new Set(found(kind));
  expect(listed(kind).filter((name) => !actual.has(name))).toEqual([]);
});

test('no case stands twice on the list, and most of the claimed suites pass', () => {
  const names = [...listed('refused'), ...listed('differs')];
  expect(new Set(names).size).toBe(names.length);
  const actual = {
    cases: outcomes.size,
    pass: found('passes').length,
    refused: found('refused').length,
    differ: found('differs').length,
  };
  expect(outcomes.size).toBe(cases.length);
  expect(actual.pass + actual.refused + actual.differ).toBe(actual.cases);
  console.info(`CEL conformance: ${JSON.stringify(actual)}`);
  expect(actual).toEqual(counts);
});
