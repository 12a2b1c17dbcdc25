import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { type DeadLetter, redrive } from '../../../engine/protocol/redrive.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const pipelineOf = (rule: string) => compiled(withRules(rules[rule] ?? ''));
let processes = 0;
const day = 24 * 60;

/** A shard with one process for as long as it lives, and letters that are put back beside it. */
class Cloud {
  readonly world = new MemoryWorld();
  processor: StreamProcessor;
  pipeline: Compiled;

  constructor(pipeline: Compiled) {
    this.pipeline = pipeline;
    this.processor = this.restarted(pipeline);
  }

  restarted(pipeline = this.pipeline): StreamProcessor {
    this.pipeline = pipeline;
    return (this.processor = new StreamProcessor(pipeline, 'orders', this.world.ports(), `p${++processes}`));
  }

  batch(...given: readonly Given[]) {
    const records = given.map(record);
    this.world.now = Math.max(this.world.now, ...records.map(({ arrival = 0 }) => arrival)) as EpochMillis;
    return this.processor.process('0', records);
  }

  /** A record that cannot be read when it is delivered; the letter holds it as it should have been. */
  async broken(...given: readonly Given[]): Promise<DeadLetter[]> {
    const records = given.map(record);
    await this.processor.process(
      '0',
      records.map((one): InputRecord => ({ ...one, event: undefined, unreadable: 'not JSON' })),
    );
    return records.map((one) => ({ record: one }));
  }

  advance(at: number) {
    this.world.now = (noon + at * minute) as EpochMillis;
    const port = { shards: async () => [openShard('0')], atTip: async () => true };
    return advanceTime(this.pipeline, this.world.ports(), port, this.world.now);
  }

  redrive(letters: readonly DeadLetter[], { late = false, dryRun = false, rule }: Parameters<typeof options>[0] = {}) {
    return redrive(this.pipeline, this.world.ports(), letters, options({ late, dryRun, ...(rule && { rule }) }));
  }

  get counts(): unknown[] {
    return alertsOf(this.world)
      .filter(({ status }) => status !== 'withdrawn')
      .map(({ content }) => content.values['n']);
  }
}

function options({ late = false, dryRun = false, rule }: { late?: boolean; dryRun?: boolean; rule?: string }) {
  return { late, dryRun, ...(rule !== undefined && { rule }) };
}

const at = (...minutes: number[]): Given[] => minutes.map((one) => ({ minute: one }));

test('a letter that was put back counts, and is there when it is put back again', async () => {
  const cloud = new Cloud(pipelineOf('tumbling, threshold'));
  const letters = await cloud.broken({ minute: 1 });
  await cloud.batch(...at(2));
  expect(await cloud.redrive(letters)).toMatchObject({ letters: [{ putBack: ['often'] }], told: { opened: 1 } });
  expect(await cloud.redrive(letters)).toMatchObject({
    letters: [{ putBack: [], alreadyThere: ['often'] }],
    told: { opened: 0, amended: 0 },
  });
  expect(cloud.counts).toEqual([2]);
});

test('the same event in two letters counts once', async () => {
  const cloud = new Cloud(pipelineOf('tumbling, threshold'));
  const [letter] = await cloud.broken({ minute: 1 });
  await cloud.batch(...at(2));
  const twice = [letter!, { record: { ...letter!.record } }];
  expect(await cloud.redrive(twice)).toMatchObject({ letters: [{ putBack: ['often'] }, { alreadyThere: ['often'] }] });
  expect(cloud.counts).toEqual([2]);
});

test('the owner of a key sees what was put back into a pane that it only reads', async () => {
  const cloud = new Cloud(pipelineOf('sliding, owned key'));
  await cloud.batch(...at(1));
  const letters = await cloud.broken({ minute: 8 });
  await cloud.batch(...at(9));
  await cloud.redrive(letters);
  await cloud.batch(...at(11));
  expect(cloud.counts).toEqual([3]);
});

test('a process that begins later knows of panes newer than all that its shard has read', async () => {
  const cloud = new Cloud(pipelineOf('sliding, owned key'));
  await cloud.batch(...at(1));
  await cloud.redrive(await cloud.broken({ minute: 12 }));
  await cloud.batch({ minute: 1.5, customer: 'bob' });
  cloud.restarted();
  await cloud.batch(...at(21, 21.5));
  await cloud.batch(...at(21.6));
  expect(cloud.counts).toEqual([4]);
});

test('a dry run says what would be done, and writes nothing', async () => {
  const cloud = new Cloud(pipelineOf('sliding, shared key'));
  await cloud.batch(...at(1, 2));
  const letters = await cloud.broken({ minute: 3 });
  cloud.world.reset();
  expect(await cloud.redrive(letters, { dryRun: true })).toMatchObject({ letters: [{ putBack: ['often'] }] });
  expect([...cloud.world.state.writes, ...cloud.world.alerts.writes, ...cloud.world.messages]).toEqual([]);
  expect(await cloud.redrive(letters)).toMatchObject({ letters: [{ putBack: ['often'] }] });
  expect(cloud.counts).toEqual([3]);
});

const two = (sum: string) =>
  compiled(
    withRules(`  spent:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m
    aggregate:
      n: count()
      total: sum(${sum})
    alert:
      severity: low
      title: 'x'
  all:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m
    aggregate:
      n: count()
    alert:
      severity: low
      title: 'x'`),
  );

test('a letter of one rule is put back for that rule, and counts once for the others', async () => {
  const cloud = new Cloud(two('event.total'));
  const bad = { ...record({ minute: 1 }), event: { id: 'e', customer: 'ann', total: '7', at: noon } };
  await cloud.processor.process('0', [bad]);
  const [letters] = [...cloud.world.letters.values()];
  expect(letters?.lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ rule: 'spent' }]);
  cloud.restarted(two('double(event.total)'));
  const done = await cloud.redrive([{ record: bad, rule: 'spent' }]);
  expect(done).toMatchObject({ letters: [{ putBack: ['spent'], alreadyThere: [], refused: [] }] });
  expect(alertsOf(cloud.world).map(({ rule, content }) => [rule, content.values])).toEqual(
    expect.arrayContaining([
      ['spent', { n: 1, total: 7 }],
      ['all', { n: 1 }],
    ]),
  );
});

test('a letter that its rule still cannot take is refused with the reason', async () => {
  const cloud = new Cloud(two('event.total'));
  const bad = { ...record({ minute: 1 }), event: { id: 'e', customer: 'ann', total: '7', at: noon } };
  await cloud.processor.process('0', [bad]);
  expect(await cloud.redrive([{ record: bad, rule: 'spent' }])).toMatchObject({
    letters: [{ putBack: [], refused: [{ rule: 'spent', reason: expect.stringContaining('total') as string }] }],
  });
  expect(await cloud.redrive([{ record: bad, rule: 'gone' }])).toMatchObject({
    letters: [{ putBack: [], refused: [{ reason: 'the pipeline has no rule "gone" that is on' }] }],
  });
});

test('what a rule makes of its letter is put back for the rules that read it, and for nobody else', async () => {
  const cloud = new Cloud(
    compiled(
      withRules(`${rules['rule over rule'] ?? ''}
  direct:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m
    aggregate:
      n: count()
    alert:
      severity: low
      title: 'x'`),
    ),
  );
  const [first, second] = await cloud.broken({ minute: 1, total: 5 }, { minute: 2, total: 5 });
  const letters = [first!, second!].map((letter) => ({ ...letter, rule: 'tidy' }));
  expect(await cloud.redrive(letters)).toMatchObject({ letters: [{ putBack: ['often'] }, { putBack: ['often'] }] });
  expect(alertsOf(cloud.world).map(({ rule }) => rule)).toEqual(['often']);
});

describe('a late event', () => {
  async function lateFor(rule: string): Promise<readonly [Cloud, DeadLetter[]]> {
    const cloud = new Cloud(pipelineOf(rule));
    await cloud.batch(...at(1, 2));
    const letters = await cloud.broken({ minute: 3 });
    await cloud.batch(...at(60));
    await cloud.advance(60);
    return [cloud, letters];
  }

  test.each(['tumbling, threshold', 'sliding, owned key, long cooldown', 'sliding, two streams'])(
    'stays late unless it is asked for, and then counts as if it had come in time: %s',
    async (rule) => {
      const [cloud, letters] = await lateFor(rule);
      const before = cloud.counts;
      expect(await cloud.redrive(letters)).toMatchObject({
        letters: [
          { putBack: [], refused: [{ rule: 'often', reason: expect.stringContaining('forgotten') as string }] },
        ],
      });
      expect(cloud.counts).toEqual(before);
      expect(await cloud.redrive(letters, { late: true })).toMatchObject({ letters: [{ putBack: ['often'] }] });
      expect(cloud.counts).toEqual([3]);
      expect(await cloud.redrive(letters, { late: true })).toMatchObject({ letters: [{ alreadyThere: ['often'] }] });
    },
  );

  test('is refused in each letter that holds it', async () => {
    const [cloud, [letter]] = await lateFor('tumbling, threshold');
    const twice = [letter!, { ...letter!, record: { ...letter!.record } }];
    expect(await cloud.redrive(twice)).toMatchObject({
      letters: [
        { alreadyThere: [], refused: [{ rule: 'often' }] },
        { alreadyThere: [], refused: [{ rule: 'often' }] },
      ],
    });
    expect(await cloud.redrive(twice, { late: true })).toMatchObject({
      letters: [{ putBack: ['often'] }, { alreadyThere: ['often'] }],
    });
    expect(cloud.counts).toEqual([3]);
  });

  test('whose windows may have lost events is refused, and what stands goes on to stand', async () => {
    const [cloud, letters] = await lateFor('tumbling, two streams');
    await cloud.advance(10 * day);
    for (const [key, item] of cloud.world.state.items)
      if (!item.pk.startsWith('@') && item.ttl * 1000 < cloud.world.now) cloud.world.state.items.delete(key);
    expect(await cloud.redrive(letters, { late: true })).toMatchObject({
      letters: [{ refused: [{ reason: expect.stringContaining('deleted') as string }] }],
    });
    expect(cloud.counts).toEqual([2]);
  });

  test('is not put into a window whose final result is told', async () => {
    const [cloud, letters] = await lateFor('tumbling, final, shared key');
    expect(await cloud.redrive(letters, { late: true })).toMatchObject({
      letters: [{ refused: [{ reason: 'the final result of its window is told, and is never revised' }] }],
    });
    expect(cloud.counts).toEqual([2]);
  });
});

test('what was put back into a final window is told with it, were it alone there', async () => {
  const cloud = new Cloud(pipelineOf('tumbling, final, shared key'));
  await cloud.redrive(await cloud.broken({ minute: 1 }, { minute: 2 }));
  await cloud.batch(...at(40));
  await cloud.advance(41);
  expect(cloud.counts).toEqual([2]);
});

test('a letter whose batch may still be delivered again is refused until it is finished', async () => {
  const cloud = new Cloud(pipelineOf('tumbling, threshold'));
  await cloud.batch(...at(1));
  const letter = { record: record({ minute: 2 }) };
  expect(await cloud.redrive([letter])).toMatchObject({
    letters: [{ putBack: [], refused: [{ reason: expect.stringContaining('not finished') as string }] }],
  });
  await cloud.batch(...at(3));
  expect(await cloud.redrive([letter])).toMatchObject({ letters: [{ putBack: ['often'] }] });
});

test('more letters than one item tells of are put back into a window, each once', async () => {
  const cloud = new Cloud(pipelineOf('tumbling, threshold'));
  const letters = await cloud.broken(...at(...Array.from({ length: 500 }, (_, i) => i / 100)));
  for (const some of [letters.slice(0, 300), letters.slice(200), letters]) await cloud.redrive(some);
  expect(cloud.counts).toEqual([500]);
  const panes = [...cloud.world.state.items.values()].filter(({ pk }) => !pk.startsWith('@'));
  expect(Math.max(...panes.map(({ body }) => body.length))).toBeLessThan(20_000);
  await cloud.batch(...at(6));
  expect(cloud.counts).toEqual([501]);
});
