import type { AlertRecord } from '../../../engine/alert/alert.ts';
import type { Rejection } from '../../../engine/intake/input-record.ts';
import { type DerivedEvent, InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, record } from '../protocol/batches.ts';
import { compiled, withRules } from '../protocol/pipelines.ts';

const perCustomer = `  counted:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m
    aggregate:
      n: count()
      spent: sum(event.total)
    into: counts`;

const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

function play(rules: string) {
  const derived: DerivedEvent[] = [];
  const alerts = new Map<string, AlertRecord>();
  const rejections: Rejection[] = [];
  const run = new InMemoryRun(compiled(withRules(rules)), {
    alert: (one) => alerts.set(one.id, one),
    rejected: (one) => rejections.push(one),
    derived: (one) => derived.push(one),
  });
  return {
    derived,
    rejections,
    send: (...given: readonly Given[]) => {
      for (const one of given) run.process(record(one));
    },
    advance: (to: number) => {
      run.advance((noon + to * minute) as EpochMillis);
    },
    end: () => {
      run.end();
    },
    get standing() {
      return [...alerts.values()]
        .filter(({ status }) => status !== 'withdrawn')
        .map(({ content: { key, values, window } }) => ({
          ...key,
          ...values,
          ...(window && { from: (window.start - noon) / minute }),
        }));
    },
  };
}

describe('a result of a window', () => {
  test('goes into the stream once, when its window and the allowed lateness are over', () => {
    const run = play(perCustomer);
    run.send({ minute: 1, total: 5 }, { minute: 12 }, { minute: 8, total: 2 });
    run.advance(14);
    expect(run.derived).toEqual([]);
    run.advance(15);
    run.advance(20);
    run.send({ minute: 9 });
    expect(run.derived).toMatchObject([
      {
        rule: 'counted',
        stream: 'counts',
        at: noon + 10 * minute - 1,
        value: {
          customer: 'ann',
          n: 2,
          spent: 7,
          windowStart: '2026-03-02T12:00:00Z',
          windowEnd: '2026-03-02T12:10:00Z',
        },
      },
    ]);
    expect(run.rejections).toMatchObject([{ kind: 'late', rule: 'counted' }]);
  });

  test('is what select says of it', () => {
    const run = play(`${perCustomer}
    having: n > 1
    select:
      who: customer
      mean: spent / n
      at: window.end`);
    run.send({ minute: 1, total: 5 }, { minute: 2, total: 2 }, { minute: 3, customer: 'bob' });
    run.end();
    expect(run.derived.map(({ value }) => value)).toEqual([{ who: 'ann', mean: 3.5, at: '2026-03-02T12:10:00Z' }]);
  });
});

const hourly = `
  hourly:
    from: counts
    window:
      tumbling: 1h
    aggregate:
      customers: count()
      most: max(event.n)
      who: collect(event.customer, 9)`;

test('a rule with a window counts the results of another, each at the end of its window', () => {
  const run = play(`${perCustomer}${hourly}${alert}`);
  run.send({ minute: 1 }, { minute: 2 }, { minute: 3, customer: 'bob' }, { minute: 55 }, { minute: 61 });
  run.end();
  expect(run.standing).toEqual([
    { from: 0, customers: 3, most: 2, who: ['ann', 'bob', 'ann'] },
    { from: 60, customers: 1, most: 1, who: ['ann'] },
  ]);
});

test('results of results come when those are over, in whatever order the rules stand', () => {
  const daily = `  daily:
    from: hours
    window:
      calendar: day
    aggregate:
      hours: count()
      most: max(event.most)${alert}
`;
  const run = play(`${daily}${perCustomer}${hourly}\n    into: hours`);
  run.send({ minute: 1 }, { minute: 2 }, { minute: 3, customer: 'bob' }, { minute: 55 }, { minute: 61 });
  run.advance(66);
  expect(run.derived.map(({ stream }) => stream)).toEqual(['counts', 'counts', 'counts', 'hours']);
  run.end();
  expect(run.standing).toEqual([{ from: -720, hours: 2, most: 2 }]);
});

test('a stateless rule tells of each result, and what it selects is counted on', () => {
  const run = play(`${perCustomer}
  many:
    from: counts
    where: event.n > 1${alert}
  tidy:
    from: counts
    select:
      customer: event.customer
      spent: event.spent
    into: tidied
  spent:
    from: tidied
    groupBy:
      customer: event.customer
    window:
      sliding: 1h
    aggregate:
      all: sum(event.spent)
    having: all > 5${alert}`);
  run.send({ minute: 1, total: 3 }, { minute: 2, total: 2 }, { minute: 15, total: 3 });
  run.end();
  expect(run.standing).toEqual([{ n: 2 }, { customer: 'ann', all: 8, from: -40.00001666666667 }]);
});

test('a sequence follows from the results of a rule', () => {
  const run = play(`${perCustomer}
  rising:
    from: counts
    groupBy:
      customer: event.customer
    sequence:
      - one: { where: event.n == 1 }
      - more: { where: event.n > one.n }
    within: 30m${alert}`);
  run.send({ minute: 1 }, { minute: 12 }, { minute: 13 }, { minute: 31, customer: 'bob' });
  run.end();
  expect(run.standing).toMatchObject([{ customer: 'ann', one: { n: 1 }, more: { n: 2 } }]);
});
