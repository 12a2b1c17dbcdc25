/** Sequences against loops over the whole log in order. */
import fc from 'fast-check';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { compiled } from '../protocol/pipelines.ts';

const second = 1_000;
/** Where the grid of ten seconds has a boundary. */
const start = 1_750_000_000_000;

interface Sent {
  readonly at: number;
  readonly total: number;
}

/** The alerts that stand at the end. */
function alertsOf(steps: readonly string[], more: string, events: readonly Sent[]): AlertRecord[] {
  const pipeline = compiled(`pipeline: test
streams:
  orders:
    partitionKey: event.customer
    eventTime: event.at
    eventId: event.id
    outOfOrderness: 0s
    allowedLateness: 365d
rules:
  r:
    from: orders
    sequence:
${steps.map((step) => `      - ${step}`).join('\n')}
    within: 10s
${more}
    alert: { severity: low, title: x, evidence: 100 }
`);
  const alerts = new Map<string, AlertRecord>();
  const run = new InMemoryRun(pipeline, {
    alert: (record) => alerts.set(record.id, record),
    rejected: ({ kind, reason }) => {
      throw new Error(`${kind}: ${reason}`);
    },
  });
  for (const { at, total } of events) {
    const number = events.toSorted((a, b) => a.at - b.at).findIndex((event) => event.at === at);
    run.process({
      stream: 'orders',
      shard: '0',
      sequenceNumber: String(100_000 + number),
      partitionKey: 'ann',
      arrival: (start + 1e9) as EpochMillis,
      event: { id: String(number), customer: 'ann', total, at: start + at },
    });
  }
  run.end();
  return [...alerts.values()].filter(({ status }) => status !== 'withdrawn');
}

/** The numbers of the events of each match that stands at the end. */
function standing(steps: readonly string[], more: string, events: readonly Sent[]): string[] {
  return alertsOf(steps, more, events)
    .map(({ content }) => [...content.events.map(({ id }) => id), `at ${content.at - start}`].join(' '))
    .sort();
}

/** Events at different times, in an order of their own. */
const sent: fc.Arbitrary<Sent[]> = fc.uniqueArray(
  fc.record({ at: fc.integer({ min: 0, max: 200 }).map((n) => n * 500), total: fc.integer({ min: 0, max: 9 }) }),
  { selector: ({ at }) => at, maxLength: 40, size: 'max' },
);

interface Found {
  readonly taken: readonly number[];
  readonly at: number;
}

/** The match that begins with each event, if any; `begins` and `next` say what an event may be. */
function oracle(
  events: readonly Sent[],
  begins: (event: Sent) => boolean,
  next: (first: Sent, rest: readonly (readonly [Sent, number])[]) => Found | undefined,
): string[] {
  const ordered = events.toSorted((a, b) => a.at - b.at);
  const found = ordered.flatMap((first, i) => {
    if (!begins(first)) return [];
    const rest = ordered.slice(i + 1).map((event, j) => [event, i + 1 + j] as const);
    const match = next(
      first,
      rest.filter(([{ at }]) => at - first.at < 10 * second),
    );
    return match === undefined ? [] : [[...[i, ...match.taken].map(String), `at ${match.at}`].join(' ')];
  });
  return found.sort();
}

const less = ['more: { where: event.total > 4 }', 'less: { where: event.total < more.total }'];

test('with next-event each event that can begins a match, with the next that goes on', () => {
  fc.assert(
    fc.property(sent, (events) => {
      const expected = oracle(
        events,
        ({ total }) => total > 4,
        (first, rest) => {
          const [event, i] = rest.find(([{ total }]) => total < first.total) ?? [];
          return event && i !== undefined ? { taken: [i], at: event.at } : undefined;
        },
      );
      expect(standing(less, '    after: next-event', events)).toEqual(expected);
    }),
  );
});

test('what must not come ends a match that it comes before the end of', () => {
  fc.assert(
    fc.property(sent, (events) => {
      const expected = oracle(
        events,
        ({ total }) => total > 4,
        (first, rest) =>
          rest.some(([{ total }]) => total < first.total) ? undefined : { taken: [], at: first.at + 10 * second },
      );
      const steps = ['more: { where: event.total > 4 }', 'not: { where: event.total < more.total }'];
      expect(standing(steps, '    after: next-event', events)).toEqual(expected);
    }),
  );
});

test('a step takes as many events as it may, and its next step ends it', () => {
  fc.assert(
    fc.property(sent, (events) => {
      const expected = oracle(
        events,
        ({ total }) => total > 4,
        (_, rest) => {
          const taken: number[] = [];
          for (const [{ at, total }, i] of rest) {
            if (total < 3 && taken.length >= 1) return { taken: [...taken, i], at };
            if (total > 4 && taken.length < 2) taken.push(i);
          }
          return undefined;
        },
      );
      const steps = ['more: { where: event.total > 4, times: 2..3 }', 'less: { where: event.total < 3 }'];
      expect(standing(steps, '    after: next-event', events)).toEqual(expected);
    }),
  );
});

test.each<readonly [string, readonly string[], string]>([
  ['two steps', less, ''],
  ['three steps', ['a: { where: event.total > 3 }', 'b: { where: event.total > a.total }', 'c: {}'], ''],
  ['a first step that comes all the time', ['a: {}', 'b: { where: event.total > 8 }'], ''],
  ['strictly', less, '    match: strict'],
  ['several events of a step', ['a: { where: event.total > 2, times: 2.. }', 'b: { where: event.total < 2 }'], ''],
  ['an absence', ['a: { where: event.total > 4 }', 'not: { where: event.total < 2, for: 3s }', 'b: {}'], ''],
  ['an absence at the end', ['a: {}', 'b: { where: event.total > 4 }', 'not: { where: event.total < 2, for: 4s }'], ''],
  [
    'an absence before',
    ['not: { where: event.total > b.total, for: 4s }', 'b: { where: event.total > 2 }', 'c: {}'],
    '',
  ],
])('%s: which matches there are does not depend on the order in which events come', (_, steps, more) => {
  fc.assert(
    fc.property(sent, (events) => {
      const inOrder = events.toSorted((a, b) => a.at - b.at);
      expect(standing(steps, more, events)).toEqual(standing(steps, more, inOrder));
    }),
  );
});

test.each<readonly [string, readonly string[], string, readonly number[], readonly string[]]>([
  [
    'the first that is whole leaves out what began up to its last event',
    ['a: { where: event.total > 5 }', 'b: { where: event.total < 3 }'],
    '',
    [9, 8, 1, 9, 2],
    ['0 2 at 2000', '3 4 at 4000'],
  ],
  [
    'of two that are whole at once it is the one that began first',
    ['a: { where: event.total > 5 }', 'b: { where: event.total < 3 }'],
    '',
    [7, 9, 1],
    ['0 2 at 2000'],
  ],
  [
    'strictly, nothing comes between',
    ['a: { where: event.total > 5 }', 'b: { where: event.total < 3 }'],
    '    match: strict',
    [9, 4, 1, 8, 2],
    ['3 4 at 4000'],
  ],
  [
    'a step in any order may be the same event',
    ['all: [{ a: { where: event.total > 5 } }, { b: { where: event.total > 7 } }]', 'c: {}'],
    '',
    [9, 1],
    ['0 1 at 1000'],
  ],
  [
    'the last step is told with as few events as it needs',
    ['a: { where: event.total == 0 }', 'b: { where: event.total > 5, times: 2.. }'],
    '',
    [0, 6, 7, 8],
    ['0 1 2 at 2000'],
  ],
  [
    'what comes when an absence is over does not end it',
    ['a: { where: event.total > 5 }', 'not: { where: event.total < 3, for: 2s }'],
    '',
    [9, 4, 1],
    ['0 at 2000'],
  ],
  [
    'the step after an absence comes when it is over at the earliest',
    ['a: { where: event.total > 5 }', 'not: { where: event.total == 0, for: 3s }', 'b: { where: event.total < 3 }'],
    '',
    [9, 1, 4, 2],
    ['0 3 at 3000'],
  ],
  [
    'an absence begins again with each event of the step before',
    ['a: { where: event.total > 5, times: 1.. }', 'not: { where: event.total < 3, for: 2s }'],
    '',
    [9, 8, 7, 4, 4, 1],
    ['0 1 2 at 4000'],
  ],
  [
    'the first of any is it',
    ['a: { where: event.total > 5 }', 'any: [{ b: { where: event.total == 1 } }, { c: { where: event.total < 4 } }]'],
    '',
    [9, 3, 1],
    ['0 1 at 1000'],
  ],
  [
    'all and an absence: both must be',
    [
      'a: { where: event.total > 5 }',
      'all: [{ b: { where: event.total < 3 } }, { not: { where: event.total == 5, for: 3s } }]',
    ],
    '',
    [9, 1, 4, 4],
    ['0 1 at 3000'],
  ],
  [
    'an absence until a time of a step',
    ['a: { where: event.total > 5 }', 'not: { where: event.total < 3, until: a.at + 2000 }'],
    '',
    [9, 4, 1],
    ['0 at 2000'],
  ],
])('%s', (_, steps, more, totals, expected) => {
  expect(
    standing(
      steps,
      more,
      totals.map((total, i) => ({ at: i * second, total })),
    ),
  ).toEqual(expected);
});

test('the last event comes less than `within` after the first', () => {
  const steps = ['a: { where: event.total == 1 }', 'b: { where: event.total == 2 }'];
  const after = (at: number): string[] =>
    standing(steps, '', [
      { at: 0, total: 1 },
      { at, total: 2 },
    ]);
  expect([after(9_999), after(10_000)]).toEqual([['0 1 at 9999'], []]);
});

test('an alert shows by step what the rule reads of its events, also what it asks of one event alone', () => {
  const steps = ['more: { where: event.total > 4 }', 'less: { where: event.total < 3 }'];
  const [alert] = alertsOf(steps, '', [
    { at: 0, total: 5 },
    { at: second, total: 2 },
  ]);
  expect(alert?.content.values).toEqual({ more: { total: 5 }, less: { total: 2 } });
});
