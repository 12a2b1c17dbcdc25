import fc from 'fast-check';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { compiled } from '../protocol/pipelines.ts';

interface Sent {
  readonly id: string;
  readonly at: number;
  readonly total: number;
  readonly country?: string | undefined;
}

/** A pipeline of one rule over the events of one customer. */
function pipelineOf(window: string, rest: string): ReturnType<typeof compiled> {
  return compiled(`pipeline: test
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
    groupBy:
      customer: event.customer
    window:
${window.replaceAll(/^/gm, '      ')}
    aggregate:
      n: count()
      spent: sum(event.total)
      most: max(event.total)
      newest: last(event.total)
${rest.replaceAll(/^/gm, '    ')}
`);
}

function alertsOf(pipeline: ReturnType<typeof compiled>, events: readonly Sent[]): AlertRecord[] {
  const records: AlertRecord[] = [];
  const run = new InMemoryRun(pipeline, {
    alert: (record) => records.push(record),
    rejected: ({ reason }) => {
      throw new Error(reason);
    },
  });
  const arrival = Math.max(0, ...events.map(({ at }) => at)) as EpochMillis;
  events.forEach(({ id, at, total, country }, i) => {
    const event = { id, customer: 'ann', at, total, ...(country !== undefined && { country }) };
    const place = { stream: 'orders', shard: '0', sequenceNumber: String(100_000 + i), partitionKey: 'ann' };
    run.process({ ...place, arrival, event });
  });
  run.end();
  return records;
}

function standing(records: readonly AlertRecord[]): AlertRecord[] {
  const last = new Map(records.map((record) => [record.id, record]));
  return [...last.values()].filter(({ status }) => status !== 'withdrawn');
}

const shown = (records: readonly AlertRecord[]) =>
  standing(records)
    .map(({ content: { window, values, events, at, title } }) => ({
      window,
      values,
      events: events.map(({ id }) => id),
      at,
      title,
    }))
    .sort((a, b) => a.at - b.at || (a.title < b.title ? -1 : 1));

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;
const start = 20_000 * day;

const drawn = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 40 }).map((i) => start + i * minute),
      total: fc.integer({ min: 0, max: 9 }),
      country: fc.constantFrom('GB', 'FR', undefined),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((events) => events.map((event, i): Sent => ({ ...event, id: `e${i}` })));

/** In the order of the contract: event time, then arrival. */
const ordered = (events: readonly Sent[]): Sent[] => events.toSorted((a, b) => a.at - b.at);

const valuesOf = (events: readonly Sent[]) => ({
  n: events.length,
  spent: events.reduce((sum, { total }) => sum + total, 0),
  most: events.length === 0 ? null : Math.max(...events.map(({ total }) => total)),
  newest: events.at(-1)?.total ?? null,
});

const newest = (events: readonly Sent[], limit: number): string[] =>
  events
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id)
    .slice(-limit);

describe('before', () => {
  const title = "title: '{{ event.id }} {{ event.country }}'";
  const alert = `alert:\n  severity: low\n  evidence: 3\n  ${title}`;
  const before10 = pipelineOf('before: 10m', `having: n > 0 && event.country == "GB"\n${alert}`);

  /** What was before each event, worked out from all. */
  function expected(events: readonly Sent[]) {
    return ordered(events).flatMap((event) => {
      const held = ordered(events).filter(({ at }) => at >= event.at - 10 * minute && at < event.at);
      if (held.length === 0 || event.country !== 'GB') return [];
      return [
        {
          window: { start: event.at - 10 * minute, end: event.at },
          values: valuesOf(held),
          events: [...newest(held, 2), event.id],
          at: event.at,
          title: `${event.id} ${event.country}`,
        },
      ];
    });
  }

  test('what stands is what was in [t − D, t) of each event, in any order of arrival', () => {
    fc.assert(
      fc.property(drawn, (events) => {
        const sorted = expected(events).sort((a, b) => a.at - b.at || (a.title < b.title ? -1 : 1));
        expect(shown(alertsOf(before10, events))).toEqual(sorted);
      }),
    );
  });

  const at = (id: string, minutes: number, country = 'GB'): Sent => ({
    id,
    at: start + minutes * minute,
    total: 1,
    country,
  });

  test('an event exactly D older is in, one at the same time is not', () => {
    const records = alertsOf(before10, [at('a', 0), at('b', 10), at('c', 10)]);
    expect(shown(records).map(({ values, events }) => [values['n'], events])).toEqual([
      [1, ['a', 'b']],
      [1, ['a', 'c']],
    ]);
  });

  test('events of one time have alerts of their own, named by the event', () => {
    const once = alertsOf(before10, [at('a', 0), at('b', 5), at('c', 5)]);
    const turned = alertsOf(before10, [at('c', 5), at('b', 5), at('a', 0)]);
    const ids = (records: readonly AlertRecord[]) =>
      standing(records)
        .map(({ id }) => id)
        .sort();
    expect(new Set(ids(once)).size).toBe(2);
    expect(ids(turned)).toEqual(ids(once));
  });

  test('of events of one time, only those that a condition is true of have an alert', () => {
    const records = alertsOf(before10, [at('a', 0), at('b', 5, 'FR'), at('c', 5)]);
    expect(shown(records).map(({ title: said }) => said)).toEqual(['c GB']);
  });

  test('a late event withdraws the alert of an event that it was before', () => {
    const first = pipelineOf('before: 10m', `having: n == 0\n${alert}`);
    const records = alertsOf(first, [at('b', 5), at('a', 0)]);
    expect(records.map(({ status, content }) => [status, content.title])).toEqual([
      ['open', 'b GB'],
      ['open', 'a GB'],
      ['withdrawn', 'b GB'],
    ]);
  });

  test('a field that the event has not is missing in its condition and its texts', () => {
    const has = pipelineOf('before: 10m', `having: '!has(event.country)'\n${alert}`);
    expect(shown(alertsOf(has, [{ id: 'a', at: start, total: 1 }])).map((one) => one.title)).toEqual(['a (missing)']);
  });

  test('with a cooldown, alerts of events that are close are one, which says what the last is', () => {
    const joined = pipelineOf('before: 10m', `having: n > 0\n${alert}\n  cooldown: 5m`);
    const records = alertsOf(joined, [at('a', 0), at('b', 3), at('c', 8), at('d', 14)]);
    expect(shown(records).map((one) => [one.title, one.window])).toEqual([
      ['c GB', { start: start - 7 * minute, end: start + 8 * minute }],
      ['d GB', { start: start + 4 * minute, end: start + 14 * minute }],
    ]);
  });

  test('a final result is told once, when nothing can come before its event any more', () => {
    const final = pipelineOf('before: 10m', `having: n == 0\nemit: final\n${alert}`);
    const records = alertsOf(final, [at('b', 5), at('a', 0)]);
    expect(records.map(({ status, content }) => [status, content.title])).toEqual([['open', 'a GB']]);
  });
});

describe('last', () => {
  const alert = "alert:\n  severity: low\n  title: 'x'\n  evidence: 2";

  /** The last three within ten minutes at each time, worked out from all. */
  function expected(events: readonly Sent[], isTrue: (values: ReturnType<typeof valuesOf>) => boolean) {
    return [...new Set(ordered(events).map(({ at }) => at))].flatMap((t) => {
      const held = ordered(events)
        .filter(({ at }) => at > t - 10 * minute && at <= t)
        .slice(-3);
      const values = valuesOf(held);
      if (!isTrue(values)) return [];
      return [{ window: { start: t - 10 * minute, end: t }, values, events: newest(held, 2), at: t, title: 'x' }];
    });
  }

  test('what stands at each event are the last N of (t − D, t], in any order of arrival', () => {
    const every = pipelineOf('last: 3\nwithin: 10m', alert);
    const three = pipelineOf('last: 3\nwithin: 10m', `having: n >= 3 && spent < 12\nemit: changes\n${alert}`);
    fc.assert(
      fc.property(drawn, (events) => {
        expect(shown(alertsOf(every, events))).toEqual(expected(events, () => true));
        const isTrue = ({ n, spent }: { n: number; spent: number }) => n >= 3 && spent < 12;
        expect(shown(alertsOf(three, events))).toEqual(expected(events, isTrue));
      }),
    );
  });

  test('a late event pushes an older one out of the windows after it', () => {
    const pair = pipelineOf('last: 2\nwithin: 1h', `having: n >= 2 && spent > 10\nemit: changes\n${alert}`);
    const events = [
      { id: 'a', at: start, total: 9 },
      { id: 'b', at: start + 2 * minute, total: 5 },
      { id: 'late', at: start + minute, total: 0 },
    ];
    expect(alertsOf(pair, events).map(({ status }) => status)).toEqual(['open', 'withdrawn']);
  });
});
