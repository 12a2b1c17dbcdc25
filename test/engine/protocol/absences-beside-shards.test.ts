/** What advance-time tells of what did not come, and an event that another shard takes in meanwhile, too late to arm its pane. */
import { advanceTime, type ShardPort } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Disturbance, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const shards: ShardPort = {
  shards: (stream) => Promise.resolve(stream === 'orders' ? [openShard('0'), openShard('1')] : []),
  atTip: () => Promise.resolve(true),
};

/** An order, its delivery, and that it does not come back for two minutes: 11, 21 and 31 are of one order. */
const rule = `  kept:
    from: orders
    groupBy:
      kind: event.kind
    sequence:
      - placed: { where: event.total < 20 }
      - delivered: { where: event.total == placed.total + 10 }
      - not: { where: event.total == placed.total + 20, for: 2m }
    within: 20m
    after: next-event
    alert:
      severity: low
      title: 'x'
      evidence: 3`;

/** What is told by the tenth minute: of the orders 11 and 13. Order 12 comes between them, and is told by the fifteenth. */
const toldFirst: readonly Given[] = [
  { minute: -5, total: 11 },
  { minute: -4, total: 21 },
  { minute: 0, total: 12 },
  { minute: 1, total: 99, shard: '1' },
  { minute: 3, total: 13 },
  { minute: 4, total: 23 },
];
const toldThen: readonly Given[] = [
  { minute: 9, total: 22 },
  { minute: 9.2, total: 24 },
];

/**
 * The minutes of the events of each alert that stands after an event came at the nth call of advance-time, which died some
 * calls later; undefined: it has none.
 */
async function standing(text: string, late: Given, nth: number, diesAfter: number): Promise<number[][] | undefined> {
  const pipeline = compiled(withRules(text));
  const world = new MemoryWorld();
  const comes = (given: Given, now = given.minute) => {
    world.now = (noon + now * minute) as EpochMillis;
    const { shard = '0' } = given;
    const one = { ...record(given), arrival: world.now };
    return new StreamProcessor(pipeline, 'orders', world.ports(), shard).process(shard, [one]);
  };
  const passes = (now: number, disturb?: Disturbance) => {
    world.now = (noon + now * minute) as EpochMillis;
    return advanceTime(pipeline, world.ports(disturb), shards, world.now);
  };
  for (const shard of ['0', '1']) await comes({ minute: -60, total: 99, shard });
  for (const given of toldFirst) await comes(given);
  await passes(10);
  for (const given of toldThen) await comes(given, 10);
  let calls = 0;
  await passes(15, async ({ moment }) => {
    if (moment === 'before' && ++calls === nth) await comes({ ...late, shard: '1' }, 15);
    if (calls > nth + diesAfter) throw new Error('dies');
  }).catch((cause: unknown) => expect(cause).toEqual(new Error('dies')));
  // The shard has been idle for long enough by then; what is told late is settled in the minute after.
  for (const now of [18, 19]) await passes(now);
  if (nth > calls) return undefined;
  return alertsOf(world)
    .flatMap(({ status, content: { events } }) =>
      status === 'withdrawn' ? [] : [events.map(({ at }) => (at - noon) / minute)],
    )
    .sort(([a = 0], [b = 0]) => a - b);
}

const cases = [
  ['disproves the last of an episode', '\n      cooldown: 30m', { minute: 5, total: 33 }, [[0, 9]]],
  [
    'gives one another event',
    '',
    { minute: 6, total: 22 },
    [
      [-5, -4],
      [0, 6],
      [3, 4],
    ],
  ],
  [
    'begins one',
    '',
    { minute: 6, total: 14 },
    [
      [-5, -4],
      [0, 9],
      [3, 4],
      [6, 9.2],
    ],
  ],
] as const;

test.each(cases)('what stands is the same at whatever call an event comes that %s', async (_, more, late, expected) => {
  for (let nth = 1; ; nth++) {
    const found = await standing(rule + more, late, nth, Number.POSITIVE_INFINITY);
    if (found === undefined) break;
    expect([nth, found]).toEqual([nth, expected]);
  }
  expect.hasAssertions();
});

test.each(cases)('and where advance-time dies soon after an event came that %s', async (_, more, late, expected) => {
  for (let nth = 1; ; nth++) {
    const found = await standing(rule + more, late, nth, 3);
    if (found === undefined) break;
    expect([nth, found]).toEqual([nth, expected]);
  }
  expect.hasAssertions();
});
