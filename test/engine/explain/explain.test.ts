import { costOf } from '../../../engine/explain/cost.ts';
import { differences } from '../../../engine/explain/difference.ts';
import { sentence } from '../../../engine/explain/sentence.ts';
import type { PipelineDefinition } from '../../../engine/pipeline/definition.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';
import { compilePlan } from '../../../engine/plan/compile.ts';

const text = `pipeline: shop
params: { high: 5 }
streams:
  orders:
    partitionKey: event.customer
    eventTime: event.at
    eventId: event.id
rules:
  tidy:
    from: orders
    where: event.total > 0
    select:
      customer: event.customer
      total: event.total
    into: clean
  often:
    from: clean
    where: event.total > params.high
    groupBy:
      customer: event.customer
    window:
      tumbling: 1h
    aggregate:
      n: count()
    having: n >= 3
    alert:
      severity: low
      title: 'x'
  daily:
    from: orders
    window:
      sliding: 24h
    aggregate:
      n: count()
    having: n >= 100
    alert:
      severity: low
      title: 'y'
`;

function definition(...changes: readonly (readonly [string, string])[]): PipelineDefinition {
  const changed = changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`there is no ${from}`);
    return before.replace(from, to);
  }, text);
  const { definition: read, faults } = readPipeline(changed);
  if (read === undefined) throw new Error(JSON.stringify(faults));
  return read;
}

/** Fate and reasons by rule. */
function diff(...changes: readonly (readonly [string, string])[]): Record<string, string> {
  const all = differences(definition(), definition(...changes));
  return Object.fromEntries(all.map(({ rule, fate, because }) => [rule, [fate, ...because].join(' ')]));
}

test('what is the same is kept', () => {
  expect(diff()).toEqual({ tidy: 'keep', often: 'keep', daily: 'keep' });
});

test.each([
  ['a text', "title: 'x'", "title: 'z'", 'keep'],
  ['having', 'n >= 3', 'n >= 4', 'keep having'],
  ['where', 'event.total > params.high', 'event.total >= params.high', 'fresh where'],
  ['a parameter that where reads', 'high: 5', 'high: 6', 'fresh where'],
  ['spelling alone', 'event.total > params.high', '(event.total) > params.high', 'keep'],
  ['the window', 'tumbling: 1h', 'tumbling: 2h', 'fresh window'],
  [
    'aggregates',
    'n: count()\n    having: n >= 3',
    'n: count()\n      m: count()\n    having: n >= 3',
    'fresh aggregate',
  ],
  [
    'the evidence',
    "severity: low\n      title: 'x'",
    "severity: low\n      title: 'x'\n      evidence: 3",
    'fresh evidence',
  ],
  // Windows that were alerts of their own would become one, or one alert two.
  [
    'what windows are one alert',
    "severity: low\n      title: 'x'",
    "severity: low\n      title: 'x'\n      cooldown: 9m",
    'fresh cooldown',
  ],
  ['a rule that it reads', 'event.total > 0', 'event.total > 1', 'fresh the rules that it reads'],
  [
    'the time of its events',
    'event.at',
    'event.time',
    'fresh eventTime, eventId or partitionKey of its streams the rules that it reads',
  ],
  ['the mode to shadow', 'from: clean', 'from: clean\n    mode: shadow', 'fresh mode: shadow'],
  ['the mode to off', 'from: clean', "from: clean\n    mode: 'off'", 'gone mode: off'],
  ['the name', '  often:', '  frequent:', 'gone it is not in the file'],
])('a rule of which %s changes is kept, fresh or gone by its fingerprint', (_, from, to, fate) => {
  expect(diff([from, to])).toMatchObject({ often: fate });
});

test('a rule that was off says that its windows are partial', () => {
  const off = definition(['from: clean', "from: clean\n    mode: 'off'"]);
  expect(differences(off, definition()).find(({ rule }) => rule === 'often')).toEqual({
    rule: 'often',
    fate: 'fresh',
    because: ['it was off'],
    windows: 'windows that began before are partial',
  });
});

test('allowedLateness says which windows it is for, and only of rules that have any', () => {
  const withLateness = (allowed: string) =>
    definition(['eventId: event.id', `eventId: event.id\n    allowedLateness: ${allowed}`]);
  const found = (old: string, next: string) =>
    differences(withLateness(old), withLateness(next)).map(({ rule, fate, because, windows }) => [
      ...[rule, fate, ...because],
      windows.replace(/.*(?=the (longer|shorter))/, '').slice(0, 48),
    ]);
  const longer = 'the longer allowedLateness is for windows that b';
  const shorter = 'the shorter allowedLateness is for all windows, ';
  const tidy = ['tidy', 'keep', 'nothing changes'];
  expect(found('1h', '2d')).toEqual([
    tidy,
    ...['often', 'daily'].map((rule) => [rule, 'keep', 'allowedLateness', longer]),
  ]);
  expect(found('2d', '1h')).toEqual([
    tidy,
    ...['often', 'daily'].map((rule) => [rule, 'keep', 'allowedLateness', shorter]),
  ]);
  expect(found('1h', '1h')).toEqual([tidy, ...['often', 'daily'].map((rule) => [rule, 'keep', 'they go on'])]);
});

test('kept and fresh are what the fingerprints of the plans say', () => {
  const next = definition(['tumbling: 1h', 'tumbling: 2h'], ['n >= 100', 'n >= 99']);
  const prints = (one: PipelineDefinition) =>
    new Map(compilePlan(one).plan.rules.map((rule) => [rule.name, rule.fingerprint]));
  const [before, after] = [prints(definition()), prints(next)];
  for (const { rule, fate } of differences(definition(), next))
    expect(fate).toBe(before.get(rule) === after.get(rule) ? 'keep' : 'fresh');
});

test('a rule is one sentence', () => {
  expect(definition().rules.map(sentence)).toEqual([
    'Each event of orders where event.total > 0 goes into the stream clean as customer, total.',
    'Over events of clean where event.total > params.high, for each customer in windows of 1h, it computes n = count(), and raises an alert "x" (low) when n >= 3, as soon as it is so.',
    'Over events of orders within any 1d, it computes n = count(), and raises an alert "y" (low) when n >= 100, as soon as it is so; those at most 1d apart are one alert.',
  ]);
});

describe('what a rule costs', () => {
  const [tidy, often, daily] = compilePlan(definition()).plan.rules;

  test('is nothing for state that there is not', () => {
    expect(costOf(tidy!, 100)).toMatchObject({ writesPerMillion: 0, dollarsPerMonth: 0, hottestKey: 0 });
  });

  test('grows with the events where each is of a key of its own', () => {
    const one = costOf(often!, 100);
    // Ten events of evidence, 200 bytes and an accumulator: 3 KB, at $0.625 a million, 262.8 million events a month.
    expect(one).toMatchObject({ itemBytes: 2760, writesPerMillion: 3_000_000, readsPerMillion: 0, hottestKey: 3 });
    expect(one.dollarsPerMonth).toBeCloseTo(3 * 0.625 * 262.8, 6);
    expect(costOf(often!, 1000).dollarsPerMonth).toBeCloseTo(10 * one.dollarsPerMonth, 6);
  });

  test('grows with the batches alone where there is one key', () => {
    const at = (rate: number) => costOf(daily!, rate).writesPerMillion * rate;
    expect(at(4000)).toBe(at(100));
    expect(at(16_000)).toBe(4 * at(4000));
  });
});
