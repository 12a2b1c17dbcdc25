/**
 * What a rule says can be far larger than what it keeps, for expressions repeat it. Whatever becomes an item or a record
 * fits into one, and the same is left out in every mode.
 */
import type { AlertContent, AlertRecord } from '../../../engine/alert/alert.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { ripensIn } from '../../../engine/protocol/ripe-watermarks.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { noon, openShard, record } from './batches.ts';
import { alertsOf, checkRecord, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const alert = `
    alert:
      severity: low
      title: 'x'
      evidence: 50`;
const copies = (value: string): string =>
  ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `\n      ${name}: '${value}'`).join('');
const keyed = `
    from: orders
    groupBy:
      customer: event.customer`;
const windowed = (
  window: string,
  more: string,
  aggregate = '\n      all: collect(event.kind, 90)',
): string => `  r:${keyed}
    window:
      ${window}
    aggregate:
      n: count()${aggregate}${more}`;
const select = `
    select:
      first: n${copies('all')}
      last: n`;
const ofText = (text: string): string => `
    select:
      first: size(${text})${copies(`${text}.split("").map(x, ${text})`)}
      last: size(${text})`;
const final = '\n    emit: final';
/** The same values, each eight million characters long. */
const long = ['a', 'b', 'c'].reduce((list, x) => `${list}.map(${x}, ${`${x} + `.repeat(20)}"")`, 'all');
const labels = Array.from({ length: 30 }, (_, i) => `\n        l${i}: '{{ event.kind }}'`).join('');
const sides = ['left', 'right'].map((side) => `\n      ${side}: { from: orders, as: ${side} }`).join('');

interface Form {
  readonly rule: string;
  /** What each event brings; one text. */
  readonly kind?: string;
  readonly events?: number;
  /** Names of values that there is no room for. */
  readonly tooLarge?: readonly string[];
}

const control = '\u0001'.repeat(4000);
const tooLarge = ['b', 'c', 'd', 'e', 'f'];

/** By what is repeated. */
const forms: Readonly<Record<string, Form>> = {
  'the select of a window of a fixed time': { rule: windowed('tumbling: 24h', select + alert), tooLarge },
  'aggregates that keep one list': {
    rule: windowed('tumbling: 24h', alert, copies('collect(event.kind, 90)')),
    tooLarge,
  },
  'the select of an episode': { rule: windowed('sliding: 1h', select + alert), tooLarge },
  'the select of a session': { rule: windowed('session: 10m\n      max: 6h', select + alert), tooLarge },
  'the select of final windows': { rule: windowed('tumbling: 1h', select + final + alert), tooLarge },
  'the select of a sequence': {
    rule: `  r:${keyed}
    sequence:
      - many: { where: event.total == 1, times: 90 }
    within: 6h
    select:${copies('many.map(one, one.kind)')}${alert}`,
    kind: 'k'.repeat(900),
    tooLarge,
  },
  'the select of a join': {
    rule: `  r:
    join:${sides}
      on: { left: event.customer, right: event.customer }
      within: 1s${ofText('left.kind')}${alert}`,
    kind: 'k'.repeat(300),
    events: 3,
    tooLarge,
  },
  'the select of events that are the same': {
    rule: `  r:${keyed}
    distinct:
      within: 5m${ofText('event.kind')}${alert}`,
    kind: 'k'.repeat(300),
    tooLarge,
  },
  'a value that nobody could print': {
    rule: windowed(
      'tumbling: 1h',
      `
    select:
      huge: all.map(a, all.map(b, [all, all, all, all, all, all, all, all, all, all]))${final}${alert}`,
    ),
    tooLarge: ['huge'],
  },
  'the select of results': {
    rule: windowed('tumbling: 1h', `${select.replaceAll(/'all'/g, `'[all, all, all]'`)}\n    into: results`),
    tooLarge: ['a', ...tooLarge],
  },
  'the select of results that are revised': {
    rule: windowed(
      'tumbling: 1h',
      `${select.replaceAll(/'all'/g, `'[all, all, all]'`)}\n    emit: changes\n    into: results`,
    ),
    tooLarge: ['a', ...tooLarge],
  },
  'the select of an event': {
    rule: `  r:\n    from: orders\n    select:${copies('event.kind + event.kind')}${alert}`,
    kind: 'k'.repeat(3000),
    tooLarge,
  },
  'the select of events that are joined': {
    rule: `  r:${keyed}\n    select:${copies('event.kind + event.kind')}${alert}\n      cooldown: 1h`,
    kind: 'k'.repeat(3000),
    tooLarge,
  },
  'a value of an event that nobody could print': {
    rule: `  r:\n    from: orders\n    select:\n      huge: event.kind.split("").map(a, event.kind.split("").map(b, [${'event, '.repeat(50)}event]))${alert}`,
    kind: 'k'.repeat(200),
    events: 2,
  },
  'the labels of an event': {
    rule: `  r:\n    from: orders${alert}\n      labels:${labels}`,
    kind: control,
    tooLarge: ['kind'],
  },
  'the labels of events that are joined': {
    rule: `  r:${keyed}${alert}\n      cooldown: 1h\n      labels:${labels}`,
    kind: control,
    tooLarge: ['kind'],
  },
  'a title that nobody could print': {
    rule: windowed('tumbling: 1h', `${final}${alert.replace(`'x'`, `'${`{{ ${long}[0] }}`.repeat(80)}'`)}`),
  },
  'a list in a title that nobody could print': {
    rule: windowed('tumbling: 1h', `${final}${alert.replace(`'x'`, `'all: {{ ${long} }}'`)}`),
  },
};

const recordsOf = ({ kind = 'k'.repeat(1000), events = 95 }: Form): InputRecord[] =>
  Array.from({ length: events }, (_, i) => record({ minute: i / 10, kind, id: `e${10_000 + i}` }));

interface Said {
  readonly contents: readonly AlertContent[];
  readonly results: readonly unknown[];
}

/** What stands of a deployed pipeline, through tables and streams that refuse what is too large. */
async function deployed(rule: string, records: readonly InputRecord[]): Promise<Said> {
  const pipeline = compiled(withRules(rule));
  const world = new MemoryWorld();
  const results: unknown[] = [];
  world.now = (noon + 600_000) as EpochMillis;
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'p').process('0', records);
  const port = {
    shards: async () => [openShard('0')],
    atTip: async () => true,
    put: async (_: string, put: readonly { partitionKey: string; data: string }[]) => {
      put.forEach(checkRecord);
      results.push(...put.map(({ data }): unknown => JSON.parse(data)));
    },
  };
  for (let hour = 1; hour < 8; hour++) {
    world.now = (noon + hour * 3_600_000 + ripensIn) as EpochMillis;
    await advanceTime(pipeline, world.ports(), port, world.now);
  }
  expect([...world.letters.values()].map(({ lines }) => lines[0])).toEqual([]);
  const revised = world.revisions.map(({ data }): unknown => JSON.parse(data));
  return {
    contents: alertsOf(world).map(({ content }) => content),
    results: [...results.filter((one) => (one as { kind: string }).kind === 'event'), ...revised],
  };
}

/** What stands of a backtest. */
function backtest(rule: string, records: readonly InputRecord[]): Said {
  const alerts = new Map<string, AlertRecord>();
  const results: unknown[] = [];
  const run = new InMemoryRun(compiled(withRules(rule)), {
    alert: (one) => alerts.set(one.id, one),
    revised: (one) => alerts.set(one.id, one),
    derived: (one) => results.push(one),
    rejected: ({ reason }) => {
      throw new Error(reason);
    },
  });
  for (const one of records) run.process(one);
  run.end();
  return { contents: [...alerts.values()].map(({ content }) => content), results };
}

const sorted = (contents: readonly AlertContent[]): string[] =>
  contents.map((content) => JSON.stringify({ ...content, partial: false })).sort();

/** What a result is told as: its values, and which of them it lacks. */
const told = (one: unknown): unknown => {
  const { id, value, tooLarge: lacking } = one as { id: string; value: unknown; tooLarge?: readonly string[] };
  return { id, value, lacking };
};

test.each(Object.entries(forms))(
  '%s: fits, is cut alike in every mode, and what it lacks is named',
  async (_, form) => {
    const records = recordsOf(form);
    const live = await deployed(form.rule, records);
    const past = backtest(form.rule, records);
    expect(sorted(live.contents)).toEqual(sorted(past.contents));
    if (past.results.length > 0) expect(live.results.map(told)).toEqual(past.results.map(told));
    const said = [...live.contents, ...(live.results as AlertContent[])].at(-1);
    expect(said).toBeDefined();
    expect(said?.tooLarge).toEqual(form.tooLarge);
    const values = said?.values ?? (live.results.at(-1) as { value: AlertContent['values'] }).value;
    const names = form.tooLarge ?? [];
    const lacking = [...Object.keys(values), ...names].filter((name) => (values[name] ?? null) === null);
    expect(new Set(lacking)).toEqual(new Set(names));
  },
);

test('an event whose key would leave no room in an item is a dead letter for the rule, and one that fits counts', async () => {
  const groups = Array.from({ length: 300 }, (_, i) => `\n      g${i}: event.kind`).join('');
  const rule = windowed('tumbling: 24h', alert).replace('\n      customer: event.customer', groups);
  const world = new MemoryWorld();
  const batch = [...recordsOf({ rule, events: 90 }), ...recordsOf({ rule, events: 90, kind: 'k'.repeat(130) })];
  await new StreamProcessor(compiled(withRules(rule)), 'orders', world.ports(), 'p').process('0', batch);
  expect(alertsOf(world)).toMatchObject([{ content: { values: { n: 90 } } }]);
  const reasons = [...world.letters.values()].flatMap(({ lines }) => lines);
  expect(reasons).toHaveLength(90);
  expect(reasons[0]).toContain('larger than the 133 characters');
});

test('the rows of a key fit into an item, as many and as large as may be', async () => {
  const text = withRules(`  r:
    from: orders
    where: tables.kinds[event.customer].kind == "x"${alert}`).replace(
    'rules:',
    `tables:
  kinds:
    from: carts
    key: event.customer
    value:
      kind: event.kind
rules:`,
  );
  const world = new MemoryWorld();
  const kind = '€'.repeat(985);
  const batch = Array.from({ length: 120 }, (_, i): InputRecord => {
    const sequenceNumber = `4966${String(i).padStart(52, '0')}`;
    return { ...record({ minute: i / 10, stream: 'carts', shard: 'shardId-000000000000', kind }), sequenceNumber };
  });
  await new StreamProcessor(compiled(text), 'carts', world.ports(), 'p').process('shardId-000000000000', batch);
  expect([...world.letters]).toEqual([]);
  const [rows] = [...world.state.items.values()].filter(({ pk }) => pk.startsWith('@table#'));
  expect(rows?.body.split(kind)).toHaveLength(101);
});
