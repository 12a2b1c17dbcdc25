/** What sequences, joins and `distinct` put into a stream: each match, pair or event once, when nothing can change it. */
import { minute, noon } from '../protocol/batches.ts';
import { alert, play } from './played-rules.ts';

const times = (derived: readonly { readonly at: number }[]): number[] => derived.map(({ at }) => (at - noon) / minute);

const paid = `  paid:
    from: [orders, carts]
    groupBy:
      customer: event.customer
    sequence:
      - placed: { from: orders }
      - cart: { from: carts, where: event.total == placed.total }
    within: 10m
    into: payments`;

describe('a match of a sequence', () => {
  test('is an event of the time of its last event, told once the watermark and the allowed lateness have passed that', () => {
    const run = play(paid);
    run.send({ minute: 1, total: 5, id: 'a' }, { minute: 4, total: 5, stream: 'carts', id: 'b' });
    run.advance(9);
    expect(run.derived).toEqual([]);
    run.advance(10);
    expect(run.derived).toMatchObject([
      {
        stream: 'payments',
        rule: 'paid',
        at: noon + 4 * minute,
        value: {
          customer: 'ann',
          placed: { id: 'a', total: 5 },
          cart: { id: 'b', total: 5 },
          windowStart: '2026-03-02T12:01:00Z',
          windowEnd: '2026-03-02T12:04:00Z',
        },
      },
    ]);
    run.end();
    expect(run.derived).toHaveLength(1);
  });

  test('has what comes late in time, and what comes later is a dead letter', () => {
    const run = play(paid);
    run.send({ minute: 4, total: 5 }, { minute: 6, total: 5, stream: 'carts', id: 'b' });
    run.send({ minute: 5, total: 5, stream: 'carts', id: 'a' });
    run.advance(20);
    run.send({ minute: 3, total: 5 });
    run.end();
    expect(times(run.derived)).toEqual([5]);
    expect(run.rejections).toMatchObject([{ kind: 'late', rule: 'paid' }]);
  });

  test('is what select and having say of it', () => {
    const run = play(`${paid.replace('into:', 'having: placed.total > 3\n    into:')}
    select:
      who: customer
      spent: placed.total + cart.total
      took: window.end - window.start`);
    run.send({ minute: 1, total: 5 }, { minute: 2, total: 5, stream: 'carts' });
    run.send({ minute: 3, total: 1 }, { minute: 4, total: 1, stream: 'carts' });
    run.end();
    expect(run.derived.map(({ value }) => value)).toEqual([{ who: 'ann', spent: 10, took: '60s' }]);
  });

  test('that ends with what did not come is told once its time is over', () => {
    const run = play(`  unpaid:
    groupBy:
      customer: event.customer
    sequence:
      - placed: { from: orders }
      - not: { from: carts, for: 10m }
    within: 20m
    into: reminders
  twice:
    from: reminders
    groupBy:
      customer: event.customer
    window:
      tumbling: 1h
    aggregate:
      n: count()
      last: max(event.placed.total)${alert}`);
    run.send({ minute: 1 }, { minute: 5, stream: 'carts' }, { minute: 8, total: 3 });
    run.advance(22);
    expect(times(run.derived)).toEqual([]);
    run.advance(23);
    expect(times(run.derived)).toEqual([18]);
    run.send({ minute: 25, total: 4 });
    run.advance(40);
    expect(times(run.derived)).toEqual([18, 35]);
    run.end();
    expect(run.standing).toEqual([{ customer: 'ann', n: 2, last: 4, from: 0 }]);
  });

  test('of two that begin at one time each is told, when it closes', () => {
    const run = play(`  follows:
    groupBy:
      customer: event.customer
    sequence:
      - placed: { from: orders }
      - cart: { from: carts, where: event.kind == placed.kind }
    within: 10m
    after: next-event
    into: payments
    select:
      kind: cart.kind`);
    run.send({ minute: 1, kind: 'a' }, { minute: 1, kind: 'b' });
    run.send({ minute: 2, kind: 'b', stream: 'carts' }, { minute: 8, kind: 'a', stream: 'carts' });
    run.advance(9);
    expect(run.derived.map(({ value }) => value)).toEqual([{ kind: 'b' }]);
    run.end();
    expect(run.derived.map(({ value }) => value)).toEqual([{ kind: 'b' }, { kind: 'a' }]);
  });
});

describe('a result of a join', () => {
  const joined = (type: string): string => `  both:
    join:
      left: { from: orders, as: order }
      right: { from: carts, as: cart }
      on: { left: event.kind, right: event.kind }
      within: { before: 2m, after: 10m }
      type: ${type}
    select:
      kind: 'on'
      order: order.id
      cart: cart.id
    into: pairs`;
  const values = ({ derived }: ReturnType<typeof play>): unknown[] =>
    derived
      .map(({ value, at }) => [value['order'] ?? null, value['cart'] ?? null, (at - noon) / minute] as const)
      .sort(([, , a], [, , b]) => a - b);

  test('is a pair, of the time of its later event', () => {
    const run = play(joined('inner'));
    run.send({ minute: 1, id: 'o1' }, { minute: 3, id: 'c1', stream: 'carts' }, { minute: 4, id: 'o2' });
    run.send({ minute: 3, id: 'c2', stream: 'carts', kind: 'b' });
    run.end();
    expect(values(run)).toEqual([
      ['o1', 'c1', 3],
      ['o2', 'c1', 4],
    ]);
  });

  test('or an event that no other can come to any more, of the last instant at which one could', () => {
    const run = play(joined('full'));
    run.send({ minute: 1, id: 'o1' }, { minute: 5, id: 'c2', stream: 'carts', kind: 'b' });
    run.send({ minute: 20, id: 'o3' }, { minute: 20, id: 'c3', stream: 'carts' });
    run.end();
    expect(values(run)).toEqual([
      [null, 'c2', 7],
      ['o1', null, 11],
      ['o3', 'c3', 20],
    ]);
  });
});

describe('of events that are the same', () => {
  const distinct = (keep: string, rest = ''): string => `  once:
    from: orders
    groupBy:
      customer: event.customer
    distinct:
      within: 10m
      keep: ${keep}
    into: firsts${rest}`;

  test('the first goes on as it is, at its own time, as soon as none can come before it', () => {
    const run = play(distinct('first'));
    run.send({ minute: 1, id: 'a', total: 7 }, { minute: 3, id: 'b' });
    run.advance(6);
    expect(run.derived).toEqual([]);
    run.advance(7);
    expect(run.derived).toMatchObject([
      { at: noon + minute, value: { id: 'a', customer: 'ann', kind: 'a', total: 7, at: noon + minute } },
    ]);
    run.send({ minute: 10, id: 'c' }, { minute: 12, id: 'd' });
    run.end();
    expect(run.derived.map(({ value }) => value['id'])).toEqual(['a', 'd']);
  });

  test('an earlier one that comes in time is told in its place', () => {
    const run = play(distinct('first'));
    run.send({ minute: 4, id: 'b' }, { minute: 3, id: 'a' }, { minute: 13, id: 'c' });
    run.end();
    expect(run.derived.map(({ value, at }) => [value['id'], (at - noon) / minute])).toEqual([
      ['a', 3],
      ['c', 13],
    ]);
  });

  test('the last is told when its stretch is over', () => {
    const run = play(distinct('last', '\n    select:\n      id: event.id\n      who: customer'));
    run.send({ minute: 1, id: 'a' }, { minute: 3, id: 'b' }, { minute: 12, id: 'c' });
    run.end();
    expect(run.derived).toMatchObject([
      { at: noon + 11 * minute - 1, value: { id: 'b', who: 'ann' } },
      { at: noon + 22 * minute - 1, value: { id: 'c', who: 'ann' } },
    ]);
  });

  test('rules read them as events of the stream', () => {
    const run = play(`${distinct('first')}
  big:
    from: firsts
    where: event.total > 5${alert}`);
    run.send({ minute: 1, total: 7 }, { minute: 2, total: 9 }, { minute: 12, total: 2 });
    run.end();
    expect(run.standing).toMatchObject([{ total: 7 }]);
  });
});
