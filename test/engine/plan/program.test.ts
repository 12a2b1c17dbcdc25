import { build } from 'esbuild';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileHere } from '../../../engine/plan/compile-here.ts';
import { planModule } from '../../../engine/plan/module.ts';
import type { Compiled, Meta, Sink } from '../../../engine/plan/program.ts';
import { Timestamp } from '../../../engine/expression/operators.ts';
import type { PipelineDefinition } from '../../../engine/pipeline/definition.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';
import { compiled as compiledText, rules, withRules } from '../protocol/pipelines.ts';

const text = `pipeline: test
timezone: Europe/London
params:
  limit: 500
  word: "it's \\"quoted\\" \\u2028 \${x} \`"
streams:
  orders:
    partitionKey: event.customer
    eventTime: timestamp(event.at)
    eventId: event.id + "/" + string(event.line)
    schema:
      type: object
      required: [id]
      properties:
        id:
          type: [string, number]
        at:
          type: string
          format: date-time
rules:
  big:
    from: orders
    where: event.total > params.limit && event.?note.orValue("") != params.word && event.name.matches("^[a-z]+$")
    select:
      half: event.total / 2
      label: '"#" + event.id'
    alert:
      severity: 'event.total > 1000 ? "high" : "low"'
      title: 'Order {{ event.id }}: {{ event.total }} {{ event.missing }}'
      labels:
        team: 'fraud {{ params.limit }}'
  tidy:
    from: orders
    select:
      customer: event.customer
      total: event.total
    into: tidied
  spent:
    from: tidied
    groupBy:
      customer: event.customer
      big: event.total > 700
    window:
      tumbling: 1h
    aggregate:
      mean: sum(event.total) / count()
      spent: sum(event.total)
      large: sum(event.total, event.total > 600)
    having: spent > params.limit && window.end > window.start
    alert:
      severity: medium
      title: '{{ customer }} spent {{ spent }}, {{ fixed(mean, 2) }} each, from {{ window.start }}'
  unused:
    from: orders
    mode: "off"
    alert:
      severity: low
      title: 'x'
`;

function defined(source: string): PipelineDefinition {
  const { definition, faults } = readPipeline(source);
  if (definition === undefined) throw new Error(faults.map(({ code, message }) => `${code} ${message}`).join('\n'));
  return definition;
}

const definition = defined(text);

/** The module as the bundler makes it of the deployment's pipeline. */
async function bundled(of: PipelineDefinition): Promise<Compiled> {
  const folder = mkdtempSync(join(tmpdir(), 'plan-module-'));
  try {
    writeFileSync(join(folder, 'plan.js'), planModule(of));
    const engine = new URL('../../../engine/', import.meta.url).pathname;
    const file = join(folder, 'bundle.mjs');
    await build({
      entryPoints: [join(folder, 'plan.js')],
      outfile: file,
      bundle: true,
      format: 'esm',
      platform: 'node',
      nodePaths: [new URL('../../../node_modules', import.meta.url).pathname],
      logLevel: 'silent',
      alias: {
        'weir:runtime': `${engine}plan/runtime.ts`,
        'weir:regular-expression': `${engine}expression/regular-expression.ts`,
        'weir:schema-mismatch': `${engine}plan/schema-mismatch.ts`,
      },
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    return (await import(pathToFileURL(file).href)) as Compiled;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Everything that the program says to the sink, derived streams followed. */
function said({ program }: Compiled, event: Record<string, unknown>): unknown[] {
  const calls: unknown[] = [];
  const meta: Meta = {
    stream: 'orders',
    partitionKey: 'ann',
    shard: '0',
    sequenceNumber: '1',
    arrivalTime: new Timestamp(0),
    eventTime: new Timestamp(0),
    eventId: 'e',
  };
  const sink: Sink = {
    match: (rule, groups, values, matched, fields) =>
      calls.push(['match', rule, groups, values, fields, program.rules[rule]?.eventTexts?.(matched, meta)]),
    derive: (rule, stream, derived) => {
      calls.push(['derive', rule, stream, derived]);
      program.streams[stream]?.evaluate(derived, meta, sink);
    },
    bounds: { isTooLarge: () => false },
    touch: (...call) => calls.push(['touch', ...call]),
    row: (...call) => calls.push(['row', ...call]),
    rowFailed: (...call) => calls.push(['rowFailed', ...call]),
    predicateFailed: (rule) => calls.push(['predicateFailed', rule]),
    valueFailed: (...call) => calls.push(['valueFailed', ...call]),
  };
  program.streams['orders']?.evaluate(event, meta, sink);
  return calls;
}

const order = { id: 'o1', line: 2, customer: 'ann', total: 650, name: 'abc', at: '2026-06-01T12:00:00Z' };

describe.each([
  ['here', async (of: PipelineDefinition) => compileHere(of)],
  ['as a bundled module', bundled],
])('a program that is compiled %s', (_, compile) => {
  let compiled: Compiled;
  beforeAll(async () => {
    compiled = await compile(definition);
  });

  test('has the plan, without what is off', () => {
    expect(compiled.plan).toMatchObject({
      format: 1,
      pipeline: 'test',
      rules: [{ name: 'big' }, { name: 'tidy' }, { name: 'spent', sources: ['orders'], writer: 'key', grouping: 1 }],
    });
    expect(JSON.parse(JSON.stringify(compiled.plan))).toEqual(compiled.plan);
  });

  test('reads time, id and partition key', () => {
    const { streams } = compiled.program;
    const meta = {} as Meta;
    expect(streams['orders']?.eventTime?.(order, meta)).toMatchObject({ millis: Date.parse(order.at) });
    expect(streams['orders']?.eventId?.(order, meta)).toBe('o1/2');
    expect(streams['orders']?.partitionKey(order, meta)).toBe('ann');
    expect(streams['orders']?.partitionKey({}, meta)).toBeUndefined();
  });

  test('checks the schema', () => {
    expect(compiled.program.streams['orders']?.validate?.(order)).toBeNull();
    expect(compiled.program.streams['orders']?.validate?.({ id: 1, at: 'noon' })).toBe(
      'event.at must match format "date-time"',
    );
    expect(compiled.program.streams['orders']?.validate?.({})).toMatch(/^event must have required property 'id'/);
  });

  test('says what an event means', () => {
    expect(said(compiled, order)).toEqual([
      [
        'match',
        0,
        [],
        { half: 325, label: '#o1' },
        expect.objectContaining({ total: 650, name: 'abc', id: 'o1' }),
        { severity: 'low', title: 'Order o1: 650 (missing)', labels: { team: 'fraud 500' } },
      ],
      ['derive', 1, 'tidied', { customer: 'ann', total: 650 }],
      ['touch', 2, ['ann', false], [650, true, 650], { customer: 'ann', total: 650 }],
    ]);
    expect(said(compiled, { ...order, total: 1001, note: 'it\'s "quoted" \u2028 ${x} `' })).toEqual([
      ['derive', 1, 'tidied', { customer: 'ann', total: 1001 }],
      ['touch', 2, ['ann', true], [1001, true, 1001], { customer: 'ann', total: 1001 }],
    ]);
    expect(said(compiled, { ...order, total: 'many' })).toEqual([
      ['predicateFailed', 0],
      ['derive', 1, 'tidied', { customer: 'ann', total: 'many' }],
      ['valueFailed', 2, 'groupBy.big', 'event.total > 700', [['event.total', 'many']]],
    ]);
  });

  test('says of a window what its values are, whether it is true, and what people read', () => {
    const [, , spent] = compiled.program.rules;
    // A timestamp of the program's own: a bundle has its own copy of the class.
    const time = (at: string) => compiled.program.streams['orders']?.eventTime?.({ at }, {} as Meta) as Timestamp;
    const window = { start: time('2026-06-01T12:00:00Z'), end: time('2026-06-01T13:00:00Z') };
    const values = spent?.aggregates?.([2411.25, 5, 1200]) ?? [];
    expect(values).toEqual([482.25, 2411.25, 1200]);
    expect(spent?.having?.(['ann', true], values, window)).toBe(true);
    expect(spent?.having?.(['ann', true], [1, 500, 1], window)).toBe(false);
    expect(spent?.windowTexts?.(['ann', true], values, window)).toEqual({
      severity: 'medium',
      title: 'ann spent 2411.25, 482.25 each, from 2026-06-01T13:00:00+01:00',
    });
    expect(spent?.aggregates?.([0, 0, 0])).toEqual([undefined, 0, 0]);
  });
});

test('a fingerprint changes with what state means, and with nothing else', () => {
  const print = (change: (source: string) => string): (string | undefined)[] =>
    compileHere(defined(change(text))).plan.rules.map(({ fingerprint }) => fingerprint);
  const [, , spent] = print((source) => source);
  const others = {
    same: [
      (s: string) => s.replace('severity: medium', 'severity: high'),
      (s: string) => s.replace('spent > params.limit && window', 'spent > 7 && window'),
      (s: string) => s.replace('Order {{', 'The order {{'),
    ],
    other: [
      (s: string) => s.replace('tumbling: 1h', 'tumbling: 2h'),
      (s: string) => s.replace('event.total > 700', 'event.total > 701'),
      (s: string) => s.replace('sum(event.total, event.total > 600)', 'sum(event.total)'),
      (s: string) => s.replace('      total: event.total\n', '      total: event.total + 1\n'),
      (s: string) => s.replace('eventId: event.id', 'eventId: event.key'),
      (s: string) => s.replace('  spent:\n', '  spent:\n    mode: shadow\n'),
    ],
  };
  for (const change of others.same) expect(print(change)[2]).toBe(spent);
  for (const change of others.other) expect(print(change)[2]).not.toBe(spent);
});

test('a parameter that a condition reads changes the state, one that only having reads does not', () => {
  const [big, , spent] = compileHere(definition).plan.rules;
  const { definition: other } = readPipeline(text, { params: { limit: '600' } });
  const [otherBig, , otherSpent] = other === undefined ? [] : compileHere(other).plan.rules;
  expect(otherBig?.fingerprint).not.toBe(big?.fingerprint);
  expect(otherSpent?.fingerprint).toBe(spent?.fingerprint);
});

test.each([
  ['sliding, owned key', { writer: 'key', cacheable: true }],
  ['rule over rule', { writer: 'key', cacheable: true }],
  ['sliding, two streams', { writer: 'key', cacheable: false }],
  ['sliding, shared key', { writer: 'shard', cacheable: false }],
  ['calendar day, global key', { writer: 'shard', cacheable: false }],
])('a key has one writer where it holds the partition key, and one owner where it has one stream: %s', (name, plan) => {
  expect(compiledText(withRules(rules[name] ?? '')).plan.rules.at(-1)).toMatchObject(plan);
});

test('where alerts join that tell of what did not come, nobody owns the key', () => {
  const { absence, pair } = {
    absence: 'sequence: [{ a: { where: event.total > 5 } }, { not: {} }]\n    within: 1h',
    pair: 'sequence: [{ a: { where: event.total > 5 } }, { b: {} }]\n    within: 1h',
  };
  const writerOf = (form: string, cooldown: string): string | undefined =>
    compiledText(
      withRules(
        `  often:\n    from: orders\n    groupBy: { customer: event.customer }\n    ${form}\n    alert: { severity: low, title: x, cooldown: ${cooldown} }`,
      ),
    ).plan.rules.at(-1)?.writer;
  expect(writerOf(absence, '1h')).toBe('shard');
  expect([writerOf(absence, '0s'), writerOf(pair, '1h')]).toEqual(['key', 'key']);
});
