/** Windows of several panes, of which the state is kept in a table. */
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Call, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const pipelineOf = (window: string, more: string): Compiled =>
  compiled(
    withRules(`  often:
    from: orders
    groupBy:
      customer: event.customer
    window:
      ${window}
    aggregate:
      n: count()
${more}
    alert:
      severity: low
      title: 'x'
`),
  );
const hopping = pipelineOf('hopping: 10m\n      every: 5m', '    emit: final');
const eachAlone = compiled(
  withRules(`  often:
    from: orders
    window:
      hopping: 10m
      every: 5m
    aggregate:
      n: count()
    emit: final
    alert:
      severity: low
      title: 'x'
      cooldown: 0s
`),
);
const soFar = pipelineOf('calendar: hour\n      every: 10m', '    emit: final');
const soFarAtOnce = pipelineOf('calendar: hour\n      every: 10m', '    having: n >= 3');

let processes = 0;
const tip: ShardPort = { shards: async () => [openShard('0')], atTip: async () => false };

class Cloud {
  readonly world = new MemoryWorld();
  readonly #pipeline: Compiled;
  constructor(pipeline: Compiled) {
    this.#pipeline = pipeline;
  }
  /** By a process of its own, which remembers nothing. */
  batch(...given: Given[]) {
    const records = given.map(record);
    this.world.now = Math.max(this.world.now, ...records.map(({ arrival = 0 }) => arrival)) as EpochMillis;
    return new StreamProcessor(this.#pipeline, 'orders', this.world.ports(), `p${++processes}`).process('0', records);
  }
  advance(at: number, disturb: (call: Call) => void = () => undefined) {
    const now = (noon + at * minute) as EpochMillis;
    return advanceTime(this.#pipeline, this.world.ports(disturb), tip, now);
  }
  get standing() {
    return alertsOf(this.world)
      .filter(({ status }) => status === 'open' || status === 'amended')
      .map(({ content: { window, values }, revision }) => [
        ((window?.start ?? 0) - noon) / minute,
        ((window?.end ?? 0) - noon) / minute,
        values['n'],
        revision,
      ])
      .sort((a, b) => Number(a[1]) - Number(b[1]));
  }
  get waiting(): number {
    return [...this.world.state.items.values()].filter(({ sk, due }) => sk.includes('#') && due !== undefined).length;
  }
}

/** Two minutes of disorder and five of lateness: at minute 17 the watermark has passed what ends at 10. */
test('a hopping window is told once, when its end and the allowed lateness have passed', async () => {
  const cloud = new Cloud(eachAlone);
  await cloud.batch({ minute: 1 }, { minute: 6 });
  await cloud.batch({ minute: 17 });
  expect(await cloud.advance(17)).toMatchObject({ alerts: 2 });
  expect(cloud.standing).toEqual([
    [-5, 5, 1, 0],
    [0, 10, 2, 0],
  ]);
  expect(await cloud.advance(18)).toMatchObject({ alerts: 0 });
  await cloud.batch({ minute: 22 });
  expect(await cloud.advance(22)).toMatchObject({ alerts: 1 });
  expect(cloud.standing.at(-1)).toEqual([5, 15, 1, 0]);
});

test('a window whose last panes are empty is told, and of what was told only the newest pane goes on waiting', async () => {
  const cloud = new Cloud(eachAlone);
  await cloud.batch({ minute: 1 }, { minute: 6 });
  expect(cloud.waiting).toBe(2);
  await cloud.batch({ minute: 17, customer: 'bob' });
  await cloud.advance(17);
  // Minutes 5 to 10 are in a window to come, minutes 0 to 5 are not; and the pane of minute 17 waits.
  expect(cloud.waiting).toBe(2);
  await cloud.batch({ minute: 60 });
  await cloud.advance(60);
  expect(cloud.standing.map(([start, end]) => [start, end])).toEqual([
    [-5, 5],
    [0, 10],
    [5, 15],
    [10, 20],
    [15, 25],
  ]);
});

test.each<[string, Call['on'], Call['moment']]>([
  ['before a pane says so', 'state', 'before'],
  ['after the first pane says so', 'state', 'within'],
])('a window that was told by a process that died %s is not told again', async (_, on, moment) => {
  const cloud = new Cloud(eachAlone);
  await cloud.batch({ minute: 1 }, { minute: 6 }, { minute: 31 });
  let puts = 0;
  const fails = (call: Call): void => {
    // The first put of the state says how far the watermark is.
    if (call.on === on && call.operation === 'put' && call.moment === 'before') puts++;
    if (call.on === on && call.operation === 'put' && call.moment === moment && puts > 1) throw new Error('no answer');
  };
  await cloud.batch({ minute: 40 });
  await expect(cloud.advance(40, fails)).rejects.toThrow('no answer');
  await cloud.advance(41);
  await cloud.advance(42);
  expect(new Set(cloud.world.messages.map(({ id }) => id)).size).toBe(cloud.world.messages.length);
  expect(cloud.standing.every(([, , , revision]) => revision === 0)).toBe(true);
  expect(cloud.standing.map(([, end]) => end)).toEqual([5, 10, 15]);
});

test('an event that comes when some of its windows are told counts for those to come, and is no dead letter', async () => {
  const cloud = new Cloud(eachAlone);
  await cloud.batch({ minute: 1 }, { minute: 13 });
  await cloud.advance(13);
  expect(cloud.standing).toEqual([[-5, 5, 1, 0]]);
  // The watermark stands at 11: what ends at 5 is told, what ends at 10 is not.
  expect(await cloud.batch({ minute: 3 })).toMatchObject({ late: 0 });
  await cloud.batch({ minute: 60 });
  await cloud.advance(60);
  expect(cloud.standing.slice(0, 2)).toEqual([
    [-5, 5, 1, 0],
    [0, 10, 2, 0],
  ]);
});

test('windows that follow each other are one alert with the default cooldown, told as far as time has come', async () => {
  const cloud = new Cloud(hopping);
  await cloud.batch({ minute: 1 }, { minute: 6 }, { minute: 17, customer: 'bob' });
  await cloud.advance(17);
  expect(cloud.standing).toEqual([[-5, 10, 2, 0]]);
  await cloud.batch({ minute: 22, customer: 'bob' });
  await cloud.advance(22);
  expect(cloud.standing).toEqual([[-5, 15, 1, 1]]);
});

test('results so far are told at each boundary of the period, also where nothing came since the last', async () => {
  const cloud = new Cloud(soFar);
  await cloud.batch({ minute: 12 }, { minute: 31 });
  await cloud.batch({ minute: 70, customer: 'bob' });
  await cloud.advance(70);
  expect(cloud.standing).toEqual([
    [0, 20, 1, 0],
    [0, 30, 1, 0],
    [0, 40, 2, 0],
    [0, 50, 2, 0],
    [0, 60, 2, 0],
  ]);
});

test('a process that remembers nothing reads the whole period, and a late event amends what came after it', async () => {
  const cloud = new Cloud(soFarAtOnce);
  await cloud.batch({ minute: 2 }, { minute: 3 });
  await cloud.batch({ minute: 15 });
  expect(cloud.standing).toEqual([[0, 20, 3, 0]]);
  await cloud.batch({ minute: 9 });
  expect(cloud.standing).toEqual([
    [0, 10, 3, 0],
    [0, 20, 4, 1],
  ]);
});
