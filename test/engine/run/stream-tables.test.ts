import { compileHere } from '../../../engine/plan/compile-here.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';

const text = `pipeline: p
streams:
  orders: { partitionKey: event.c, eventTime: event.at, eventId: event.id }
  changes: { partitionKey: event.c, eventTime: event.at, eventId: event.id }
tables:
  tiers: { from: changes, key: event.c, value: { tier: event.tier } }
  totals: { from: large, key: event.c, value: { total: event.total } }
rules:
  tier:
    from: orders
    select:
      tier: tables.tiers[?event.c].tier.orValue("none")
      known: event.c in tables.tiers
    alert: { severity: low, title: '{{ tables.tiers[event.c].tier }}' }
  needs:
    from: orders
    where: event.needs
    select:
      tier: tables.tiers[event.c].tier
    alert: { severity: low, title: 'x' }
  last-large:
    from: orders
    where: event.total > 10
    into: large
  larger:
    from: large
    window: { tumbling: 1d }
    aggregate:
      n: count()
      before: collect(tables.totals[?event.c].total.orValue(0), 9)
    alert: { severity: low, title: 'x' }
`;
const { definition, faults } = readPipeline(text);
const compiled = compileHere(definition!);

type Event = Readonly<Record<string, unknown>> & { readonly of?: string };

function run(...events: Event[]) {
  const standing = new Map<string, { rule: string; values: unknown; title: string }>();
  const reasons: string[] = [];
  const inMemory = new InMemoryRun(compiled, {
    alert: ({ id, rule, content: { values, title } }) => standing.set(id, { rule, values, title }),
    rejected: ({ rule, reason }) => reasons.push(`${rule}: ${reason}`),
  });
  events.forEach(({ of = 'orders', ...event }, i) => {
    const whole = { id: `e${i}`, c: 'c', at: '2026-03-02T09:00:00Z', ...event };
    inMemory.process({ stream: of, shard: '0', sequenceNumber: String(i + 1), event: whole });
  });
  inMemory.end();
  const values = (rule: string): unknown[] =>
    [...standing.values()].flatMap((one) => (one.rule === rule ? [one.values] : []));
  return { values, titles: [...standing.values()].map(({ title }) => title), reasons };
}

const tier = (name: string, at = '09:00'): Event => ({ of: 'changes', tier: name, at: `2026-03-02T${at}:00Z` });
const order = (at = '09:00', more: Event = {}): Event => ({ at: `2026-03-02T${at}:00Z`, ...more });

test('the pipeline has no fault', () => {
  expect(faults).toEqual([]);
});

test('an event takes the value as of its time, among what has arrived', () => {
  const { values } = run(
    order('09:00'),
    tier('silver', '09:00'),
    tier('gold', '10:00'),
    order('09:59'),
    order('10:00'),
    order('08:59'),
  );
  expect(values('tier')).toEqual([
    { tier: 'none', known: false },
    { tier: 'silver', known: true },
    { tier: 'gold', known: true },
    { tier: 'none', known: false },
  ]);
});

test('a value without a row makes a dead letter that says so', () => {
  expect(run(order('09:00', { needs: true })).reasons).toEqual([
    'needs: select.tier: tables.tiers[event.c].tier has no usable value (event.c is text, tables.tiers[event.c] is missing)',
  ]);
});

test('texts see the rows, too', () => {
  expect(run(tier('gold'), order()).titles).toEqual(['gold']);
});

test('a row that cannot be made is a dead letter of the table, and the one before stands', () => {
  const { values, reasons } = run(
    tier('gold'),
    { of: 'changes' },
    { of: 'changes', c: null, tier: 'x' },
    { of: 'changes', tier: 'x'.repeat(4000) },
    order(),
  );
  expect(reasons).toEqual([
    'tables.tiers: value.tier: event.tier has no usable value (event.tier is missing)',
    'tables.tiers: key: event.c has no usable value (event.c is null)',
    'tables.tiers: its key or its values are larger than the 1000 characters, or 3000 bytes of JSON, that a row can hold',
  ]);
  expect(values('tier')).toEqual([{ tier: 'gold', known: true }]);
});

test('two runs of one pipeline have rows of their own', () => {
  run(tier('gold'));
  expect(run(order()).values('tier')).toEqual([{ tier: 'none', known: false }]);
});

test('the events of a derived stream are rows for the records after theirs', () => {
  const { values } = run(order('09:00', { total: 20 }), order('09:01', { total: 15 }), order('09:02', { total: 30 }));
  expect(values('larger')).toEqual([{ n: 3, before: [0, 20, 15] }]);
});

test('streams whose events neither are rows nor meet any, also by way of what rules make, are known to be none of those', () => {
  const derived = `pipeline: p
streams:
  changes: { partitionKey: event.c }
  orders: { partitionKey: event.c }
  carts: { partitionKey: event.c }
tables:
  tiers: { from: changes, key: event.c, value: { tier: event.tier } }
rules:
  large: { from: orders, where: event.total > 10, into: large }
  gold: { from: large, where: 'tables.tiers[event.c].tier == "gold"', alert: { severity: low, title: x } }
  carts: { from: carts, alert: { severity: low, title: x } }
`;
  const { plan } = compileHere(readPipeline(derived).definition!);
  expect(plan.streams.flatMap(({ name, meetsRows }) => (meetsRows === true ? [name] : []))).toEqual([
    'changes',
    'orders',
  ]);
});
