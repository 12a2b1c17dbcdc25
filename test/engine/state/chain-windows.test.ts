/** Sessions, and windows until a time, against loops over the whole log in order. */
import fc from 'fast-check';
import type { AlertRecord } from '../../../engine/alert/alert.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { compiled } from '../protocol/pipelines.ts';

const second = 1_000;
/** Where the grid of windows of ten seconds has a boundary. */
const start = 1_750_000_000_000;

interface Sent {
  readonly at: number;
  readonly total: number;
}

interface Run {
  readonly records: readonly AlertRecord[];
  readonly rejected: readonly string[];
}

function play(window: string, rest: string, events: readonly Sent[], bounds = '365d', more = ''): Run {
  const pipeline = compiled(`pipeline: test
streams:
  orders:
    partitionKey: event.customer
    eventTime: event.at
    eventId: event.id
    outOfOrderness: 0s
    allowedLateness: ${bounds}
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
      newest: last(event.total)
    alert:
      severity: low
      title: 'x'
      evidence: 2
${more.replaceAll(/^/gm, '    ')}
${rest.replaceAll(/^/gm, '    ')}
`);
  const records: AlertRecord[] = [];
  const rejected: string[] = [];
  const run = new InMemoryRun(pipeline, {
    alert: (record) => records.push(record),
    rejected: ({ kind, reason }) => rejected.push(`${kind}: ${reason}`),
  });
  events.forEach(({ at, total }, i) => {
    run.process({
      stream: 'orders',
      shard: '0',
      sequenceNumber: String(100_000 + i),
      partitionKey: 'ann',
      arrival: (start + 1e9) as EpochMillis,
      event: { id: `e${String(i).padStart(6, '0')}`, customer: 'ann', total, at },
    });
  });
  run.end();
  return { records, rejected };
}

interface Form {
  readonly text: string;
  /** The first instant at which an event does not go on from this one. */
  readonly reach: (event: Sent) => number;
  /** The event of a window that it ends by, and how long before that one's reach. */
  readonly by: 'first' | 'last';
  readonly before: number;
}

const max = 10 * second;

const session: Form = {
  text: 'session: 4s\nmax: 10s',
  reach: ({ at }) => at + 4 * second + 1,
  by: 'last',
  before: 1,
};
const until: Form = {
  text: 'until: event.at + 1000 * (event.total + 1)\nmax: 10s',
  reach: ({ at, total }) => at + Math.min(max, second * (total + 1)),
  by: 'first',
  before: 0,
};

interface Window {
  readonly start: number;
  readonly end: number;
  readonly values: { readonly n: number; readonly spent: number; readonly newest: number };
}

/** The windows of all events, each run of them cut by ten seconds, and along the grid once it is forty seconds old. */
function windowsOf({ reach, by, before }: Form, events: readonly Sent[]): Window[] {
  const runs: Sent[][] = [];
  for (const event of events.toSorted((a, b) => a.at - b.at)) {
    const run = runs.at(-1);
    if (run?.some((one) => event.at < reach(one)) === true) run.push(event);
    else runs.push([event]);
  }
  return runs.flatMap((run) => {
    const windows: Window[] = [];
    for (let rest = run; rest.length > 0; ) {
      const [first] = rest;
      if (first === undefined) break;
      let cut = first.at + max;
      for (let boundary = start - 100 * max; boundary < cut; boundary += max)
        if (boundary > first.at && boundary > (run[0]?.at ?? 0) + 4 * max) cut = boundary;
      const held: Sent[] = [];
      for (const event of rest) {
        const decides = by === 'first' ? first : (held.at(-1) ?? first);
        if (event !== first && (event.at >= reach(decides) || event.at >= cut)) break;
        held.push(event);
      }
      const decides = (by === 'first' ? first : held.at(-1)) ?? first;
      windows.push({
        start: first.at,
        end: Math.min(reach(decides) - before, cut),
        values: {
          n: held.length,
          spent: held.reduce((sum, { total }) => sum + total, 0),
          newest: held.at(-1)?.total ?? 0,
        },
      });
      rest = rest.slice(held.length);
    }
    return windows;
  });
}

function standing({ records }: Run): object[] {
  return [...new Map(records.map((record) => [record.id, record])).values()]
    .flatMap(({ status, content: { window, values } }) => (status === 'withdrawn' ? [] : [{ ...window, values }]))
    .sort((a, b) => Number(a.start) - Number(b.start));
}

/** Steps in seconds from one event to the next, in the order of arrival; few of them break a run, or come later than a minute and a half. */
const drawn = fc
  .array(
    fc.record({ step: fc.constantFrom(0, 1, 2, 3, 4, 4, 4, 5, 9, -3, -9, -30), total: fc.integer({ min: 0, max: 9 }) }),
    { minLength: 1, maxLength: 40, size: 'max' },
  )
  .map((steps) => {
    let at = start;
    let newest = start;
    return steps.map(({ step, total }): Sent => {
      newest = Math.max(newest, at);
      at = Math.max(at + step * second, newest - 90 * second);
      return { at, total };
    });
  });

describe.each([
  ['a session', session],
  ['a window until a time', until],
])('%s', (_, form) => {
  test('stands as the whole log in order has it, whatever order events come in', () => {
    fc.assert(
      fc.property(drawn, (events) => {
        expect(standing(play(form.text, 'emit: changes', events))).toEqual(windowsOf(form, events));
      }),
      { numRuns: 1000 },
    );
  });

  test('stands where its condition is true of it', () => {
    fc.assert(
      fc.property(drawn, (events) => {
        const wanted = windowsOf(form, events).filter(({ values: { n } }) => n === 2);
        expect(standing(play(form.text, 'having: n == 2\nemit: changes', events))).toEqual(wanted);
      }),
    );
  });

  test('is told finally when its end and the allowed lateness have passed, once, as it stands', () => {
    fc.assert(
      fc.property(drawn, (events) => {
        const { records, rejected } = play(form.text, 'emit: final', events, '90s');
        expect(rejected).toEqual([]);
        expect(standing({ records, rejected })).toEqual(windowsOf(form, events));
        expect(records.every(({ revision }) => revision === 0)).toBe(true);
        for (const { content } of records) expect(content.at).toBe(content.window?.end);
      }),
    );
  });

  test('follows from a bounded stretch of the log: of what lies before it, nothing is kept', () => {
    const events = Array.from({ length: 11_000 }, (_one, i): Sent => ({ at: start + 3 * i * second, total: i % 7 }));
    const { records, rejected } = play(form.text, 'having: n >= 2\nemit: changes', events, '5s');
    expect(rejected).toEqual([]);
    const wanted = windowsOf(form, events.slice(0, 1_000)).filter(({ values: { n } }) => n >= 2);
    expect(standing({ records, rejected }).slice(0, wanted.length - 1)).toEqual(wanted.slice(0, -1));
  });
});

const at = (...seconds: number[]): Sent[] => seconds.map((s) => ({ at: start + s * second, total: 1 }));
const spans = ({ records }: Run): readonly (readonly [status: string, from: number, to: number])[] =>
  records.map(({ status, content: { window } }) => [
    status,
    (Number(window?.start) - start) / second,
    (Number(window?.end) - start) / second,
  ]);

test('a session keeps its id while it grows at both ends, and where it joins another, the earlier stays', () => {
  const run = play(session.text, 'emit: changes', at(13, 16, 11, 22, 19));
  expect(spans(run)).toEqual([
    ['open', 13, 17],
    ['amended', 13, 20],
    ['amended', 11, 20],
    ['open', 22, 26],
    ['amended', 11, 21],
  ]);
});

test('where two sessions become one, the earlier goes on and the later is withdrawn', () => {
  const run = play(session.text, 'emit: changes', at(13, 19, 16));
  expect(spans(run).toSorted()).toEqual([
    ['amended', 13, 23],
    ['open', 13, 17],
    ['open', 19, 23],
    ['withdrawn', 19, 23],
  ]);
});

test('a session that ends when it is as long as it may be is followed by the next', () => {
  const run = play(session.text, 'emit: final', at(13, 16, 19, 22, 23, 26));
  expect(spans(run)).toEqual([
    ['open', 13, 23],
    ['open', 23, 30],
  ]);
});

test('an event at the distance of the gap merges, and one later begins another', () => {
  expect(spans(play(session.text, 'emit: final', at(13, 17)))).toEqual([['open', 13, 21]]);
  const apart = [...at(13), { at: start + 17 * second + 1, total: 1 }];
  expect(spans(play(session.text, 'emit: final', apart))).toHaveLength(2);
});

test('with a cooldown, sessions are one alert where one begins at most so long after the end of another', () => {
  const joined = play(session.text, 'emit: changes', at(13, 20, 30), '365d', '  cooldown: 4s');
  expect(standing(joined)).toMatchObject([
    { start: start + 13 * second, end: start + 24 * second, values: { n: 1 } },
    { start: start + 30 * second },
  ]);
});

test('an event that gives no time when its window ends, or one that is not later than the event, is rejected with the reason', () => {
  const end = (text: string) => play(`until: ${text}\nmax: 10s`, 'emit: final', at(3)).rejected;
  expect(end('event.ends')).toEqual(['invalid: window.until: event.ends has no usable value (event.ends is missing)']);
  expect(end('event.at')).toHaveLength(1);
  expect(end('event.at - 1')).toHaveLength(1);
  expect(end('event.at + 1')).toEqual([]);
  expect(end('timestamp("2030-01-01T00:00:00Z")')).toEqual([]);
});

test('what comes later than the allowed lateness is late for a final result, though a window with it may be open', () => {
  const { rejected } = play(session.text, 'emit: final', at(20, 23, 17, 18), '5s');
  expect(rejected).toHaveLength(1);
  expect(play(session.text, 'emit: changes', at(20, 23, 17, 18), '5s').rejected).toEqual([]);
});
