/** What becomes of windows when the pipeline is deployed with another allowedLateness, and what is past its time to live is deleted. */
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { frontierOf, type Lateness, learnLateness } from '../../../engine/protocol/frontier.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import { redrive } from '../../../engine/protocol/redrive.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { EpochMillis, Millis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const day = 24 * 60;
const owned = withRules(rules['tumbling, threshold'] ?? '');
const shared = owned.replace('customer: event.customer', 'kind: event.kind');
const windowed = (window: string) => owned.replace('tumbling: 10m', window);
let processes = 0;

class Cloud {
  readonly world = new MemoryWorld();
  readonly #text: string;
  #pipeline = compiled(owned);

  constructor(text: string) {
    this.#text = text;
    this.deploy('5m');
  }

  /** From now on each batch has a process of this deployment. */
  deploy(allowedLateness: string): this {
    this.#pipeline = compiled(this.#text.replaceAll('allowedLateness: 5m', `allowedLateness: ${allowedLateness}`));
    return this;
  }

  batch(...given: readonly Given[]) {
    const orders = new StreamProcessor(this.#pipeline, 'orders', this.world.ports(), `p${++processes}`);
    return orders.process('0', given.map(record));
  }

  /** A minute of somebody else, who moves the watermark; what is too old is deleted. */
  async at(now: number): Promise<void> {
    this.world.now = (noon + now * minute) as EpochMillis;
    await this.batch({ minute: now, customer: 'bob', kind: 'b' });
    const port = {
      shards: async (stream: string) => (stream === 'orders' ? [openShard('0')] : []),
      atTip: async () => false,
    };
    await advanceTime(this.#pipeline, this.world.ports(), port, this.world.now);
    for (const [key, { ttl }] of this.world.state.items)
      if (ttl * 1000 < this.world.now) this.world.state.items.delete(key);
  }

  redrive(letter: InputRecord) {
    return redrive(this.#pipeline, this.world.ports(), [{ record: letter }], { late: true, dryRun: false });
  }

  /** How many events of ann's, or of kind a, the alerts that stand tell of. */
  get counts() {
    return alertsOf(this.world)
      .filter(
        ({ status, content }) =>
          status !== 'withdrawn' && ['ann', 'a'].some((one) => one === Object.values(content.key)[0]),
      )
      .map(({ content }) => content.values['n']);
  }
}

const at = (...minutes: number[]): Given[] => minutes.map((one) => ({ minute: one }));

describe.each([
  ['keys that are owned', owned],
  ['keys that are shared', shared],
  ['sessions', windowed('session: 4m\n      max: 10m')],
  ['windows until a time', windowed('until: event.at + 480000\n      max: 10m')],
])('a longer allowedLateness, with %s', (_, text) => {
  test('brings no window back that was frozen', async () => {
    const cloud = new Cloud(text);
    await cloud.batch(...at(1, 2, 3));
    await cloud.at(5 * day);
    cloud.deploy('10d');
    expect(await cloud.batch(...at(4))).toMatchObject({ late: 1 });
    await cloud.at(5 * day + 1);
    expect(await cloud.batch(...at(4))).toMatchObject({ late: 1 });
    expect(cloud.counts).toEqual([3]);
  });

  test('is not for windows in flight: what they have is deleted before', async () => {
    const cloud = new Cloud(text);
    await cloud.batch(...at(1, 2, 3));
    await cloud.at(4);
    cloud.deploy('10d');
    await cloud.at(5);
    expect(await cloud.batch(...at(4))).toMatchObject({ late: 0 });
    for (const now of [6, 30, 5 * day]) await cloud.at(now);
    expect(await cloud.batch(...at(4))).toMatchObject({ late: 1 });
    expect(cloud.counts).toEqual([4]);
  });

  test('is for windows that begin after it', async () => {
    const cloud = new Cloud(text);
    await cloud.at(0);
    cloud.deploy('10d');
    await cloud.at(1);
    await cloud.batch(...at(day + 1, day + 2, day + 3));
    await cloud.at(6 * day);
    expect(await cloud.batch(...at(day + 4))).toMatchObject({ late: 0 });
    expect(cloud.counts).toEqual([4]);
  });

  test('lets nothing be put back into panes that were deleted', async () => {
    const cloud = new Cloud(text);
    const letter = record({ minute: 4 });
    await cloud.batch(...at(1, 2, 3));
    await cloud.at(5 * day);
    cloud.deploy('10d');
    const refused = [{ reason: expect.stringContaining('deleted') as string }];
    for (const now of [5 * day, 5 * day + 1]) {
      expect(await cloud.redrive(letter)).toMatchObject({ letters: [{ putBack: [], refused }] });
      await cloud.at(now);
    }
    expect(cloud.counts).toEqual([3]);
  });
});

test('a shorter allowedLateness is for all windows, at once', async () => {
  const cloud = new Cloud(owned);
  await cloud.batch(...at(1, 2, 3));
  await cloud.at(14);
  cloud.deploy('1m');
  expect(await cloud.batch(...at(4))).toMatchObject({ late: 1 });
});

test('windows that are frozen stay so, however often allowedLateness changes', () => {
  const [plan] = compiled(owned).plan.rules;
  let known: readonly Lateness[] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < 400; step++) {
    const now = (noon + step * 7 * minute) as EpochMillis;
    const allowedLateness = ([5, 90, 30, 600, 600, 1, 240][Math.floor(step / 11) % 7]! * minute) as Millis;
    const rule = { ...plan!, allowedLateness };
    // Also as a batch judges that comes before it is published what changed.
    for (const publish of [false, true]) {
      if (publish) known = learnLateness(known, rule, now);
      const frontier = frontierOf(rule, (now - 2 * minute) as EpochMillis, known);
      if (publish) expect(frontier).toBeGreaterThanOrEqual(before);
      if (publish) before = frontier;
    }
    expect(known.length).toBeLessThanOrEqual(6);
  }
});
