/** Of events that are the same, one in each stretch of time. */
import fc from 'fast-check';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute } from '../protocol/batches.ts';
import { compiled, withRules } from '../protocol/pipelines.ts';

const start = Date.parse('2026-03-02T09:00:00Z');

const pipelines = Object.fromEntries(
  ['first', 'last'].map((keep) => [
    keep,
    compiled(
      withRules(`  once:
    from: orders
    where: event.total > 0
    groupBy:
      customer: event.customer
    distinct:
      within: 5m
      keep: ${keep}
    alert:
      severity: low
      title: '{{ event.name }}'`).replaceAll('allowedLateness: 5m', 'allowedLateness: 1h'),
    ),
  ]),
);

interface Sent {
  readonly id: string;
  /** Minutes since the start. */
  readonly at: number;
  readonly customer?: string;
}

/** What is told, revision by revision; all events come at once. */
function told(keep: 'first' | 'last', events: readonly Sent[]): AlertRecord[] {
  const records: AlertRecord[] = [];
  const run = new InMemoryRun(pipelines[keep]!, {
    alert: (record) => records.push(record),
    rejected: ({ reason }) => {
      throw new Error(reason);
    },
  });
  events.forEach(({ id, at, customer = 'ann' }, i) => {
    const event = { id, customer, name: id, total: 1, other: 'x', at: start + at * minute };
    const place = { stream: 'orders', shard: '0', sequenceNumber: String(100 + i), partitionKey: customer };
    run.process({ ...place, arrival: (start + 40 * minute) as EpochMillis, event });
  });
  run.end();
  return records;
}

function standing(keep: 'first' | 'last', events: readonly Sent[]): AlertRecord[] {
  const last = new Map(told(keep, events).map((record) => [record.id, record]));
  return [...last.values()].filter(({ status }) => status !== 'withdrawn');
}

const ids = (records: readonly AlertRecord[]): string[] =>
  records.map(({ content }) => content.events.map(({ id }) => id).join(' ')).sort();

test('the first is told once, and what comes less than `within` after it changes nothing', () => {
  const records = told('first', [
    { id: 'a', at: 0 },
    { id: 'b', at: 1 },
    { id: 'c', at: 4.999 },
    { id: 'd', at: 5 },
  ]);
  expect(records.map(({ status, content: { title, at } }) => [status, title, (at - start) / minute])).toEqual([
    ['open', 'a', 0],
    ['open', 'd', 5],
  ]);
});

test('the values are the fields that the rule reads of the event that is told', () => {
  const [record] = told('first', [{ id: 'a', at: 0 }]);
  expect(record?.content.values).toEqual({ event: { total: 1, customer: 'ann', name: 'a' } });
});

test('an earlier one that comes late takes the place of what was told', () => {
  const events = [
    { id: 'b', at: 3 },
    { id: 'a', at: 1 },
  ];
  expect(told('first', events).at(0)?.content.title).toBe('b');
  expect(ids(standing('first', events))).toEqual(['a']);
});

test('the last is told once, when its stretch and the allowed lateness are over', () => {
  const records = told('last', [
    { id: 'a', at: 0 },
    { id: 'b', at: 4 },
    { id: 'c', at: 6 },
  ]);
  expect(records.map(({ status, content: { title, at } }) => [status, title, (at - start) / minute])).toEqual([
    ['open', 'b', 5],
    ['open', 'c', 11],
  ]);
});

// Shorter than what is cut along the grid.
const drawn = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 18 }), customer: fc.constantFrom('ann', 'ann', 'bob') }),
  { maxLength: 12 },
);

test.each(['first', 'last'] as const)(
  'keep: %s is what a loop over the events finds, in whatever order they come',
  (keep) => {
    fc.assert(
      fc.property(
        drawn
          .map((events) => events.map((event, i) => ({ id: `e${String(i).padStart(2, '0')}`, ...event })))
          .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))),
        ([, events]) => {
          const expected = ['ann', 'bob'].flatMap((customer) => {
            const stretches: Sent[][] = [];
            // Of equal times the first to arrive: a sort keeps their order.
            for (const event of events.filter((one) => one.customer === customer).toSorted((a, b) => a.at - b.at)) {
              const stretch = stretches.at(-1);
              if (stretch?.[0] !== undefined && event.at < stretch[0].at + 5) stretch.push(event);
              else stretches.push([event]);
            }
            return stretches.map((stretch) => (keep === 'first' ? stretch[0] : stretch.at(-1))!.id);
          });
          expect(
            standing(keep, events)
              .map(({ content }) => content.title)
              .sort(),
          ).toEqual(expected.sort());
        },
      ),
      { numRuns: 300 },
    );
  },
);
