import { compileHere } from '../../../engine/plan/compile-here.ts';
import { fingerprint } from '../../../engine/plan/fingerprint.ts';
import { readPipeline } from '../../../engine/pipeline/read.ts';
import type { PipelineDefinition } from '../../../engine/pipeline/definition.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';

const text = `pipeline: p
streams:
  orders: { partitionKey: event.c, eventTime: event.at, eventId: event.id }
tables:
  rates:
    file: rates.csv
    key: event.currency
    value:
      gbp: double(event.gbp)
  shops:
    file: shops.csv
    key: int(event.shop)
    value:
      owner: event.owner
    validFrom: event.from
rules:
  values:
    from: orders
    where: event.type == "value"
    select:
      gbp: tables.rates[event.currency].gbp
    alert: { severity: low, title: 'x' }
  others:
    from: orders
    where: event.type == "other"
    select:
      known: event.currency in tables.rates
      gbp: tables.rates[?event.currency].gbp.orValue(1)
      all: event.list.map(c, c in tables.rates)
    alert: { severity: low, title: 'x' }
  owners:
    from: orders
    where: event.shop in tables.shops
    groupBy:
      owner: tables.shops[event.shop].owner
    window: { tumbling: 1d }
    aggregate:
      n: count()
    alert: { severity: low, title: 'x' }
  conditions:
    from: orders
    where: tables.rates[event.currency].gbp < 1
    alert: { severity: low, title: 'rate {{ tables.rates[event.currency].gbp }}' }
  dearer:
    from: orders
    groupBy:
      c: event.c
    sequence:
      - once: { where: event.type == "bought" && event.currency in tables.rates }
      - again:
          where: >-
            event.type == "bought" && event.total * tables.rates[event.currency].gbp > once.total * tables.rates[once.currency].gbp
    within: 1d
    alert: { severity: low, title: '{{ once.total }} {{ again.total }}' }
  new-owner:
    from: orders
    groupBy:
      c: event.c
    sequence:
      - sold: { where: event.type == "sold" }
      - seen:
          where: event.owner == tables.shops[sold.number].owner
    within: 7d
    alert: { severity: low, title: '{{ sold.number }}' }
`;
const files: Readonly<Record<string, string>> = {
  'rates.csv': 'currency,gbp\nEUR,0.85\nGBP,1\n__proto__,7\n',
  'shops.csv': 'shop,owner,from\n1,ann,2026-01-01T00:00:00Z\n1,bob,2026-03-02T00:00:00Z\n',
};

function defined(of = text, beside = files): PipelineDefinition {
  const { definition, faults } = readPipeline(of, { files: (name) => beside[name] });
  if (definition === undefined) throw new Error(faults.map(({ code, message }) => `${code} ${message}`).join('\n'));
  return definition;
}

type Event = Readonly<Record<string, unknown>>;

/** What stands, by rule, and the reasons of what is rejected. */
function run(...events: Event[]) {
  const standing: { rule: string; key: unknown; values: unknown; title: string }[] = [];
  const reasons: string[] = [];
  const inMemory = new InMemoryRun(compileHere(defined()), {
    alert: ({ rule, content: { key, values, title } }) => standing.push({ rule, key, values, title }),
    rejected: ({ rule, reason }) => reasons.push(`${rule}: ${reason}`),
  });
  events.forEach((event, i) => {
    const whole = { id: `e${i}`, c: 'c', at: '2026-03-02T09:00:00Z', ...event };
    inMemory.process({ stream: 'orders', shard: '0', sequenceNumber: String(i + 1), event: whole });
  });
  inMemory.end();
  return { standing, reasons, failures: [...inMemory.predicateFailures] };
}

test('the rows stand in the plan as data', () => {
  const { plan } = compileHere(defined());
  expect(JSON.parse(JSON.stringify(plan.tables))).toEqual([
    {
      name: 'rates',
      rows: [
        { key: 'EUR', value: { gbp: 0.85 } },
        { key: 'GBP', value: { gbp: 1 } },
        { key: '__proto__', value: { gbp: 7 } },
      ],
    },
    {
      name: 'shops',
      rows: [
        { key: 1, from: Date.parse('2026-01-01T00:00:00Z'), value: { owner: 'ann' } },
        { key: 1, from: Date.parse('2026-03-02T00:00:00Z'), value: { owner: 'bob' } },
      ],
    },
  ]);
});

test('a value is that of the row, and one without a row makes a dead letter that says so', () => {
  const { standing, reasons } = run(
    { type: 'value', currency: 'EUR' },
    { type: 'value', currency: '__proto__' },
    { type: 'value', currency: 'CHF' },
    { type: 'value', currency: 'constructor' },
    { type: 'value', currency: 7 },
  );
  const values = standing.filter(({ rule }) => rule === 'values').map((alert) => alert.values);
  expect(values).toEqual([{ gbp: 0.85 }, { gbp: 7 }]);
  expect(reasons).toHaveLength(3);
  expect(reasons[0]).toBe(
    'values: select.gbp: tables.rates[event.currency].gbp has no usable value (event.currency is text, tables.rates[event.currency] is missing)',
  );
});

test('a condition that looks up no row does not match, and is counted', () => {
  const { standing, failures, reasons } = run({ currency: 'CHF' }, { currency: 'EUR' }, { currency: 'GBP' });
  expect(standing).toEqual([expect.objectContaining({ rule: 'conditions', title: 'rate 0.85' })]);
  expect(failures[3]).toBe(1);
  expect(reasons).toEqual([]);
});

test('an event may ask whether there is a row, and take another value where there is none', () => {
  const list = ['EUR', 'CHF'];
  const { standing } = run({ type: 'other', currency: 'CHF', list }, { type: 'other', currency: 'EUR', list });
  expect(standing.filter(({ rule }) => rule === 'others').map((alert) => alert.values)).toEqual([
    { known: false, gbp: 1, all: [true, false] },
    { known: true, gbp: 0.85, all: [true, false] },
  ]);
});

test('what is no key, or fails, is not taken for a key that the table lacks', () => {
  const { standing, reasons } = run(
    { type: 'other', currency: null, list: [] },
    { type: 'other', list: [] },
    { type: 'other', currency: 'EUR', list: [{}] },
  );
  expect(standing.filter(({ rule }) => rule === 'others')).toEqual([]);
  expect(reasons.map((reason) => reason.slice(0, 21))).toEqual([
    'others: select.known:',
    'others: select.known:',
    'others: select.all: e',
  ]);
});

test('an event takes the row as of its own time, in whatever order it comes, and none before the first', () => {
  const { standing } = run(
    { shop: 1, at: '2026-03-02T00:00:00Z' },
    { shop: 1, at: '2026-03-01T23:59:59.999Z' },
    { shop: 1, at: '2025-12-31T23:59:59Z' },
    { shop: '1', at: '2026-03-02T00:00:00Z' },
    { shop: 2, at: '2026-03-02T00:00:00Z' },
  );
  expect(standing.map(({ key, values }) => [key, values])).toEqual([
    [{ owner: 'bob' }, { n: 1 }],
    [{ owner: 'ann' }, { n: 1 }],
  ]);
});

test('a step of a sequence looks up rows for its own event and for the steps before it', () => {
  const bought = (currency: string, total: number): Event => ({ type: 'bought', currency, total });
  const of = (...events: Event[]): unknown[] =>
    run(...events).standing.flatMap(({ rule, title }) => (rule === 'dearer' ? [title] : []));
  expect(of(bought('EUR', 100), bought('GBP', 84), bought('GBP', 86))).toEqual(['100 86']);
  expect(of(bought('CHF', 1), bought('EUR', 100))).toEqual([]);
});

test('a step of a sequence takes the row as of the time of its own event', () => {
  const owned = (at: string): unknown[] => {
    const { standing } = run(
      { type: 'sold', number: 1, at: '2026-03-01T23:00:00Z' },
      { owner: 'bob', at },
      { owner: 'eve', at: '2026-03-02T01:00:00Z' },
    );
    return standing.flatMap(({ rule, title }) => (rule === 'new-owner' ? [title] : []));
  };
  expect(owned('2026-03-01T23:59:59.999Z')).toEqual([]);
  expect(owned('2026-03-02T00:00:00Z')).toEqual(['1']);
});

test('other rows keep the state of a rule, and another definition of its tables does not', () => {
  const of = (definition: PipelineDefinition): string[] =>
    definition.rules.map((rule) => fingerprint(definition, rule));
  const before = of(defined());
  const rows = defined(text, { ...files, 'shops.csv': 'shop,owner,from\n3,eve,2026-01-01T00:00:00Z\n' });
  expect(of(rows)).toEqual(before);
  const changed = (from: string, to: string): boolean[] =>
    of(defined(text.replace(from, to))).map((one, i) => one !== before[i]);
  expect(changed('owner: event.owner', "owner: event.owner + ''")).toEqual([false, false, true, false, false, true]);
  expect(changed('double(event.gbp)', 'double(event.gbp) / 1.0')).toEqual([true, true, false, true, true, false]);
  expect(changed('validFrom: event.from', 'validFrom: timestamp(event.from)')).toEqual([
    false,
    false,
    true,
    false,
    false,
    true,
  ]);
});
