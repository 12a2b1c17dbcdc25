import type { AlertRecord } from '../../../engine/alert/alert.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { redrive } from '../../../engine/protocol/redrive.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { InMemoryRun } from '../../../engine/run/in-memory-run.ts';
import { record } from './batches.ts';
import { alertsOf, type Disturbance, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const pipeline = compiled(
  withRules(`  asks:
    from: orders
    where: event.kind == "asks" && tables.kinds[event.customer].kind == "gold"
    select:
      kind: tables.kinds[event.customer].kind
      other: tables.kinds[?tables.kinds[event.customer].kind].kind.orValue("none")
    alert: { severity: low, title: '{{ tables.kinds[event.customer].kind }}' }
  counts:
    from: orders
    groupBy: { customer: event.customer }
    window: { tumbling: 1h }
    aggregate:
      n: count()
      kinds: collect(tables.kinds[?event.customer].kind.orValue("none"), 50)
    alert: { severity: low, title: 'x' }
  needs:
    from: orders
    where: event.kind == "needs"
    select:
      kind: tables.kinds[event.customer].kind
    alert: { severity: low, title: 'x' }
  changed:
    from: carts
    where: event.kind != tables.kinds[event.customer].kind
    alert: { severity: low, title: '{{ tables.kinds[event.customer].kind }}' }`).replace(
    'rules:',
    'tables:\n  kinds: { from: carts, key: event.customer, value: { kind: event.kind } }\nrules:',
  ),
);

let processes = 0;
function process(world: MemoryWorld, records: readonly InputRecord[], disturb?: Disturbance) {
  const [first] = records;
  return new StreamProcessor(pipeline, first?.stream ?? '', world.ports(disturb), `p${++processes}`).process(
    first?.shard ?? '',
    records,
  );
}

/** What stands, by id. */
function standing(alerts: readonly AlertRecord[]): unknown {
  const found = alerts.flatMap(({ id, status, content: { values, title } }) =>
    status === 'withdrawn' ? [] : [{ id, values, title }],
  );
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function inMemory(records: readonly InputRecord[]): unknown {
  const newest = new Map<string, AlertRecord>();
  const run = new InMemoryRun(pipeline, { alert: (one) => newest.set(one.id, one), rejected: () => undefined });
  for (const one of records) run.process(one);
  return standing([...newest.values()]);
}

const cart = (minute: number, customer: string, kind: string, shard = '0') =>
  record({ stream: 'carts', minute, customer, kind, shard });
const order = (minute: number, customer: string, kind = 'asks') => record({ minute, customer, kind });

function randomOf(first: number): (below: number) => number {
  let seed = first;
  return (below) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
}

/** Events of both streams in the order of their times, cut into batches of one stream. */
function history(random: (below: number) => number): InputRecord[][] {
  const batches: InputRecord[][] = [];
  let minute = 0;
  for (let batch = 0; batch < 12; batch++) {
    const isCart = random(2) === 0;
    const length = 1 + random(4);
    batches.push(
      Array.from({ length }, () => {
        minute += random(3) + 1;
        const customer = ['ann', 'bob', 'gold'][random(3)] ?? '';
        return isCart ? cart(minute, customer, random(2) === 0 ? 'gold' : 'tin') : order(minute, customer);
      }),
    );
  }
  return batches;
}

test('functions say what a run in memory says, where no row comes late, whatever call dies and however often batches come', async () => {
  let died = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomOf(seed);
    const batches = history(random);
    const world = new MemoryWorld();
    for (const batch of batches) {
      for (let calls = 0, dies = random(3) === 0 ? -1 : random(14); ; calls = 0, dies = -1) {
        try {
          await process(world, batch, () => {
            if (calls++ === dies) throw new Error('died');
          });
          break;
        } catch (cause) {
          if (!(cause instanceof Error) || cause.message !== 'died') throw cause;
          died++;
        }
      }
      if (random(4) === 0) await process(world, batch);
    }
    expect([seed, standing(alertsOf(world))]).toEqual([seed, inMemory(batches.flat())]);
  }
  expect(died).toBeGreaterThan(100);
});

test('the rows of a batch are read at once, each key once', async () => {
  const world = new MemoryWorld();
  const names = Array.from({ length: 250 }, (_, i) => `c${i}`);
  await process(
    world,
    names.map((name, i) => cart(i / 100, name, 'gold')),
  );
  const read: string[][] = [];
  const ports = world.ports();
  const state = {
    ...ports.state,
    get: (keys: Parameters<typeof ports.state.get>[0]) => {
      const rows = keys.flatMap(({ pk }) => (pk.startsWith('@table#') ? [pk] : []));
      if (rows.length > 0) read.push(rows);
      return ports.state.get(keys);
    },
  };
  await new StreamProcessor(pipeline, 'orders', { ...ports, state }, 'reader').process(
    '0',
    [...names, ...names].map((name, i) => order(4 + i / 100, name)),
  );
  expect(read.map(({ length }) => length)).toEqual([250, 1]);
});

test('shards that write one key at the same time both keep their rows', async () => {
  const world = new MemoryWorld();
  const [first, second] = [cart(1, 'ann', 'gold', '0'), cart(2, 'ann', 'tin', '1')];
  let isBetween = false;
  const ports = world.ports();
  const put: typeof ports.state.put = async (items) => {
    if (!isBetween && items.some(({ pk }) => pk.startsWith('@table#'))) {
      isBetween = true;
      await process(world, [first]);
    }
    return ports.state.put(items);
  };
  await new StreamProcessor(pipeline, 'carts', { ...ports, state: { ...ports.state, put } }, 'late').process('1', [
    second,
  ]);
  expect(world.state.counts.conflicts).toBeGreaterThan(0);
  await process(world, [order(1.5, 'ann'), order(3, 'ann')]);
  const titles = alertsOf(world).flatMap(({ rule, content }) => (rule === 'asks' ? [content.title] : []));
  expect(titles).toEqual(['gold']);
});

test('a row of a batch that was finished is not put again', async () => {
  const world = new MemoryWorld();
  const batch = [cart(1, 'ann', 'gold')];
  await process(world, batch);
  world.reset();
  await process(world, batch);
  expect(world.state.writes).toEqual([]);
});

test('a batch that comes again, after its rows were put, says what it said', async () => {
  const world = new MemoryWorld();
  const batch = [cart(1, 'ann', 'gold'), cart(2, 'ann', 'tin'), cart(2, 'ann', 'gold'), cart(1.5, 'ann', 'silver')];
  let rowsArePut = false;
  const died = process(world, batch, ({ on, operation, moment }) => {
    // The first put after the rows is that of the shard's record.
    if (rowsArePut && on === 'state' && operation === 'put' && moment === 'before') throw new Error('died');
    rowsArePut = [...world.state.items.keys()].some((name) => name.startsWith('@table#'));
  });
  await expect(died).rejects.toThrow('died');
  const said = standing(alertsOf(world));
  expect(said).toHaveLength(3);
  await process(world, batch);
  expect(standing(alertsOf(world))).toEqual(said);
  expect(said).toEqual(inMemory(batch));
});

test('what was left for want of time finds the rows that it would have found', async () => {
  const newestOnly = compiled(
    withRules(`  seen:
    from: orders
    where: tables.totals[?event.customer].total.orValue(0) == 1
    groupBy: { customer: event.customer }
    window: { tumbling: 1h }
    aggregate: { n: count() }
    alert: { severity: low, title: x }`).replace(
      'rules:',
      'tables:\n  totals: { from: orders, key: event.customer, value: { total: event.total }, keep: 0s }\nrules:',
    ),
  );
  const world = new MemoryWorld();
  const batch = [1, 2, 3].map((total) => record({ minute: total, total }));
  const report = await new StreamProcessor(newestOnly, 'orders', world.ports(), 'first').process('0', batch, () => 0);
  expect(report.unfinished).toBe(batch[1]?.sequenceNumber);
  await new StreamProcessor(newestOnly, 'orders', world.ports(), 'second').process('0', batch.slice(1));
  expect(alertsOf(world).map(({ content }) => content.values)).toEqual([{ n: 1 }]);
});

test('an event without a row is a dead letter, and is put back once the row is there', async () => {
  const world = new MemoryWorld();
  const asks = order(2, 'ann', 'needs');
  await process(world, [asks]);
  const lines = [...world.letters.values()].flatMap((letters) =>
    letters.lines.map((line) => JSON.parse(line) as object),
  );
  expect(lines).toEqual([expect.objectContaining({ rule: 'needs' })]);
  await process(world, [cart(1, 'ann', 'gold')]);
  const { letters } = await redrive(pipeline, world.ports(), [{ record: asks, rule: 'needs' }], {
    late: false,
    dryRun: false,
  });
  expect(letters).toEqual([{ putBack: ['needs'], alreadyThere: [], refused: [] }]);
  const found = alertsOf(world).filter(({ rule }) => rule === 'needs');
  expect(found.map(({ content }) => content.values)).toEqual([{ kind: 'gold' }]);
});
