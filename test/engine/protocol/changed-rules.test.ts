/** What becomes of windows in flight when the pipeline is deployed with other rules. */
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

let processes = 0;
class Cloud {
  readonly world = new MemoryWorld();
  #pipeline: Compiled | undefined;

  deploy(text: string): this {
    this.#pipeline = compiled(withRules(text));
    return this;
  }

  /** Each batch in a process of its own. */
  batch(given: readonly Given[]) {
    const records = given.map(record);
    const { shard = '0' } = given[0] ?? {};
    this.world.now = Math.max(this.world.now, ...records.map(({ arrival = 0 }) => arrival)) as EpochMillis;
    return new StreamProcessor(this.#pipeline!, 'orders', this.world.ports(), `p${++processes}`).process(
      shard,
      records,
    );
  }

  advance() {
    const port = { shards: async () => ['0', '1'].map(openShard), atTip: async () => true };
    return advanceTime(this.#pipeline!, this.world.ports(), port, this.world.now);
  }

  get alerts() {
    return alertsOf(this.world)
      .map(({ status, revision, content: { values, window, partial } }) => ({
        status,
        revision,
        n: values['n'],
        start: ((window?.start ?? 0) - noon) / minute,
        partial,
      }))
      .sort((a, b) => a.start - b.start);
  }
}

const at = (...minutes: number[]): Given[] => minutes.map((one) => ({ minute: one }));
const rule = (name: string, having: string): string =>
  (rules[name] ?? '')
    .replace(/having: .*/, `having: ${having}`)
    // What need not grow must say when it speaks.
    .replace(/^(?!.*emit:)(.*)$/s, (text) => text.replace('    alert:', '    emit: changes\n    alert:'));

describe.each(['tumbling, threshold', 'tumbling, two streams', 'sliding, owned key', 'sliding, two streams'])(
  'when only having changes: %s',
  (name) => {
    test('an alert that stands is not withdrawn, and not told again', async () => {
      const cloud = new Cloud().deploy(rule(name, 'n >= 2'));
      await cloud.batch(at(1, 2));
      expect(cloud.alerts).toMatchObject([{ status: 'open', n: 2 }]);
      cloud.deploy(rule(name, 'n >= 4'));
      await cloud.batch(at(3));
      expect(cloud.alerts).toMatchObject([{ status: 'open', n: 2 }]);
      expect(cloud.world.messages).toHaveLength(1);
    });

    test('one that the new having is true of too goes on under its id', async () => {
      const cloud = new Cloud().deploy(rule(name, 'n >= 2'));
      await cloud.batch(at(1, 2));
      cloud.deploy(rule(name, 'n >= 2 && n < 9'));
      await cloud.batch(at(2.5));
      expect(cloud.alerts).toMatchObject([{ status: 'amended', n: 3 }]);
      expect(cloud.world.messages).toHaveLength(1);
    });

    test('windows in flight are told where the new one is true of them, with the events from before', async () => {
      const cloud = new Cloud().deploy(rule(name, 'n >= 4'));
      await cloud.batch(at(1, 2));
      cloud.deploy(rule(name, 'n >= 3'));
      await cloud.batch(at(3));
      expect(cloud.alerts).toMatchObject([{ status: 'open', n: 3 }]);
    });
  },
);

test('what the new having has told, late data can disprove', async () => {
  const cloud = new Cloud().deploy(rule('tumbling, changes', 'n == 1'));
  await cloud.batch(at(4));
  cloud.deploy(rule('tumbling, changes', 'n == 2'));
  await cloud.batch(at(5));
  await cloud.batch(at(6));
  expect(cloud.alerts).toMatchObject([{ status: 'withdrawn', n: 2 }]);
});

describe('a window that began before its rule is partial', () => {
  test.each(['tumbling, threshold', 'tumbling, two streams', 'tumbling, final'])(
    'and the next one is not: %s',
    async (name) => {
      const cloud = new Cloud().deploy(rule(name, 'n >= 1'));
      await cloud.batch(at(2));
      await cloud.batch(at(12));
      await cloud.batch(at(40));
      await cloud.advance();
      expect(cloud.alerts.map(({ start, partial }) => [start, partial]).slice(0, 2)).toEqual([
        [0, true],
        [10, false],
      ]);
    },
  );

  test('where it slides, for as long as it reaches back', async () => {
    const cloud = new Cloud().deploy(rule('sliding, owned key, no cooldown', 'n >= 1'));
    await cloud.batch(at(0));
    await cloud.batch(at(9, 10, 11));
    expect(cloud.alerts.map(({ start, partial }) => [start, partial])).toEqual([
      [-10, true],
      [-1, true],
      [0, false],
      [1, false],
    ]);
  });

  test('also where the stream was read before, for other rules', async () => {
    const cloud = new Cloud().deploy(rules['stateless'] ?? '');
    await cloud.batch(at(2));
    await cloud.batch([{ minute: 14, shard: '1' }]);
    cloud.deploy(rule('tumbling, threshold', 'n >= 1'));
    await cloud.batch(at(9));
    await cloud.batch(at(15));
    await cloud.batch(at(21));
    expect(cloud.alerts.map(({ start, partial }) => [start, partial])).toEqual([
      [0, true],
      [10, true],
      [20, false],
    ]);
  });

  test('however many processes begin, and whatever comes later', async () => {
    const cloud = new Cloud().deploy(rule('tumbling, threshold', 'n >= 1'));
    await cloud.batch(at(10));
    await cloud.batch([{ minute: 25, shard: '1', customer: 'bob' }]);
    await cloud.advance();
    await cloud.batch([{ minute: 15, customer: 'cid' }]);
    expect(cloud.alerts.map(({ start, partial }) => [start, partial])).toEqual([
      [10, false],
      [10, false],
      [20, false],
    ]);
  });

  test('and so is one that was open while the rule was off', async () => {
    const on = rule('tumbling, threshold', 'n >= 1');
    const off = `${rules['stateless'] ?? ''}\n${on}\n    mode: 'off'`;
    const cloud = new Cloud().deploy(on);
    await cloud.batch(at(0, 10));
    cloud.deploy(off);
    await cloud.advance();
    await cloud.batch(at(22));
    cloud.deploy(on);
    await cloud.batch(at(24));
    await cloud.batch(at(31));
    expect(cloud.alerts.map(({ start, partial }) => [start, partial])).toEqual([
      [0, false],
      [10, false],
      [20, true],
      [30, false],
    ]);
  });
});
