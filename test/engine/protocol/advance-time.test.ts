/** How a minute is shared between the rules. */
import type { Compiled } from '../../../engine/plan/program.ts';
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { dueSlots, perSlot } from '../../../engine/protocol/due-slot.ts';
import type { Ports } from '../../../engine/protocol/ports.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const rule = (name: string, where: string, group: string, emit: string): string => `  ${name}:
    from: orders
    where: ${where}
    groupBy:
      group: ${group}
    window:
      tumbling: 10m
    aggregate:
      n: count()
    having: n >= 1
    emit: ${emit}
    alert:
      severity: low
      title: 'x'
      limit: 100000 per 1h`;
const final = [
  rule('all', 'event.total > 0', 'event.customer', 'final'),
  rule('few', 'event.total > 5', 'event.customer', 'final'),
];
const kinds = rule('kinds', 'event.total > 0', 'event.kind', 'threshold');
const port = {
  // So many that keys of several are marked.
  shards: async (stream: string) => (stream === 'orders' ? Array.from('012345678', openShard) : []),
  atTip: async () => true,
};

/** A page of the rule `all` takes a share of the minute, and a process without time is killed. */
function slowly(world: MemoryWorld, share: number): { readonly ports: Ports; readonly timeLeft: () => number } {
  let left = 1;
  const ports = world.ports();
  const due: Ports['state']['due'] = async (slot, until, limit) => {
    if (!slot.startsWith('all#')) return ports.state.due(slot, until, limit);
    if (!slot.endsWith('#0')) return [];
    left -= share;
    if (left < 0) throw new Error('killed');
    const slots = await Promise.all(
      Array.from({ length: dueSlots }, (_, one) => ports.state.due(slot.replace(/0$/, String(one)), until, 10_000)),
    );
    return slots.flat().slice(0, limit);
  };
  return { ports: { ...ports, state: { ...ports.state, due } }, timeLeft: () => left };
}

test.each([
  ['first', final],
  ['last', final.toReversed()],
])('a rule with a backlog keeps neither other rules nor marked keys waiting, where it comes %s', async (_, texts) => {
  const pipeline = compiled(withRules([...texts, kinds].join('\n')));
  const world = new MemoryWorld();
  world.now = noon as EpochMillis;
  await advanceTime(pipeline, world.ports(), port, world.now);
  const customers = Array.from({ length: 3 * perSlot }, (__, i) => `c${i}`);
  await new StreamProcessor(pipeline, 'orders', world.ports(), 'p').process('0', [
    ...customers.map((customer, i) => record({ minute: 1, customer, total: i === perSlot ? 9 : 1 })),
    record({ minute: 40, customer: 'c0' }),
  ]);
  const told = (name: string) => alertsOf(world).filter((one) => one.rule === name).length;
  expect(told('kinds')).toBe(0);
  for (const [minutes, all] of [
    [45, 2 * perSlot],
    [46, 3 * perSlot],
  ] as const) {
    world.now = (noon + minutes * minute) as EpochMillis;
    const { ports, timeLeft } = slowly(world, 0.45);
    await advanceTime(pipeline, ports, port, world.now, undefined, undefined, timeLeft);
    expect([told('all'), told('few')]).toEqual([all, 1]);
    expect(told('kinds')).toBeGreaterThan(0);
  }
});

/** Everything that waits, as an older version would have put it: in the first half of the slots, or in the first of them. */
function inOlderSlots(world: MemoryWorld): void {
  let at = 0;
  for (const items of [world.state.items, world.alerts.items])
    for (const [key, item] of items) {
      if (item.due === undefined) continue;
      const slot = item.due.slot.replace(/^(pending)#\d+$/, '$1').replace(/#\d+$/, `#${at++ % (dueSlots / 2)}`);
      items.set(key, { ...item, due: { ...item.due, slot } });
    }
}

/** The same orders over nine shards, the last after `moved`; the alerts, all told, and how much still waits. */
async function closedBy(pipeline: Compiled, moved: (world: MemoryWorld) => void) {
  const world = new MemoryWorld();
  const at = async (minutes: number, ports: Ports): Promise<void> => {
    world.now = (noon + minutes * minute) as EpochMillis;
    await advanceTime(pipeline, ports, port, world.now);
  };
  await at(0, world.ports());
  for (const shard of '012345678') {
    if (shard === '8') moved(world);
    await new StreamProcessor(pipeline, 'orders', world.ports(), shard).process(shard, [
      ...Array.from({ length: 40 }, (_, i) => record({ shard, minute: 1, customer: `c${i}`, total: i })),
      record({ shard, minute: 40, customer: 'c0' }),
    ]);
  }
  // Closed while nobody takes the messages, so that alerts wait too.
  await at(45, { ...world.ports(), publish: async (messages) => new Set(messages.map(({ id }) => id)) });
  expect(world.messages).toEqual([]);
  moved(world);
  await at(50, world.ports());
  return {
    alerts: alertsOf(world)
      .map(({ id, status }) => `${id} ${status}`)
      .sort(),
    told: new Set(world.messages.map(({ id }) => id)).size,
    waiting: [...world.state.items.values(), ...world.alerts.items.values()].filter(({ due }) => due !== undefined)
      .length,
  };
}

test('what waits in the slots of an older version is closed and told', async () => {
  const pipeline = compiled(withRules(final.join('\n')));
  const usual = await closedBy(pipeline, () => undefined);
  expect(await closedBy(pipeline, inOlderSlots)).toEqual(usual);
  // The last order's window is open yet.
  expect(usual).toMatchObject({ told: usual.alerts.length, waiting: 1 });
  expect(usual.alerts.length).toBeGreaterThan(2 * 30);
});
