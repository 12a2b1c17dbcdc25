/** What a producer sends twice and nobody could read is put back once. */
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { redrive, type RedriveOptions } from '../../../engine/protocol/redrive.ts';
import { paneKept } from '../../../engine/protocol/retention.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { type Given, minute, noon, openShard, record } from './batches.ts';
import { alertsOf, type Disturbance, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

const hourly = (name: string, sum: string): string => `  ${name}:
    from: orders
    groupBy:
      customer: event.customer
    window:
      tumbling: 1h
    aggregate:
      n: count()
      total: sum(${sum})
    emit: changes
    alert:
      severity: low
      title: 'x'`;
const pipeline = compiled(withRules(hourly('often', 'event.total')));
const sent = (id: string, minute: number, more: Partial<Given> = {}): InputRecord => record({ minute, id, ...more });
const unreadable = (one: InputRecord): InputRecord => ({ ...one, event: undefined, unreadable: 'not JSON' });

let processes = 0;
class Shard {
  readonly world = new MemoryWorld();
  pipeline = pipeline;
  #process = this.#started();

  restarted(next = this.pipeline): void {
    this.pipeline = next;
    this.#process = this.#started();
  }

  #started(): StreamProcessor {
    return new StreamProcessor(this.pipeline, 'orders', this.world.ports(), `p${++processes}`);
  }

  batch(...records: readonly InputRecord[]) {
    return this.#process.process(records[0]?.shard ?? '0', records);
  }

  /** Puts records back; answers what came of each. */
  async putBack(
    records: readonly InputRecord[],
    { rule, disturb, ...more }: Partial<RedriveOptions> & { readonly disturb?: Disturbance } = {},
  ): Promise<string[]> {
    const letters = records.map((one) => ({ record: one, ...(rule !== undefined && { rule }) }));
    const options = { late: false, dryRun: false, ...more };
    const report = await redrive(this.pipeline, this.world.ports(disturb), letters, options);
    return report.letters.map(({ putBack, alreadyThere, refused }) =>
      putBack.length > 0 ? 'put back' : alreadyThere.length > 0 ? 'there' : JSON.stringify(refused),
    );
  }

  get counted(): unknown {
    return alertsOf(this.world).map(({ content }) => content.values['n']);
  }
}

test('both letters of an event that was sent twice are one event, in one call', async () => {
  const shard = new Shard();
  const twice = [sent('x', 0), sent('x', 0.1)];
  await shard.batch(...twice.map(unreadable));
  expect(await shard.putBack(twice, { dryRun: true })).toEqual(['put back', 'there']);
  expect(await shard.putBack(twice)).toEqual(['put back', 'there']);
  expect(await shard.putBack(twice)).toEqual(['there', 'there']);
  expect(shard.counted).toEqual([1]);
});

test('and in two calls, whichever comes first', async () => {
  const shard = new Shard();
  const twice = [sent('x', 0), sent('x', 0.1)];
  await shard.batch(...twice.map(unreadable));
  expect(await shard.putBack(twice.slice(1))).toEqual(['put back']);
  expect(await shard.putBack(twice)).toEqual(['there', 'there']);
  expect(shard.counted).toEqual([1]);
});

test('and in two calls at the same time', async () => {
  const shard = new Shard();
  const twice = [sent('x', 0), sent('x', 0.1)];
  await shard.batch(...twice.map(unreadable));
  let meanwhile: Promise<string[]> | undefined;
  const disturb: Disturbance = async ({ operation, moment }) => {
    if (meanwhile !== undefined || operation !== 'put' || moment !== 'before') return;
    meanwhile = shard.putBack(twice.slice(1));
    await meanwhile;
  };
  expect(await shard.putBack(twice.slice(0, 1), { disturb })).toEqual(['there']);
  expect(await meanwhile).toEqual(['put back']);
  expect(shard.counted).toEqual([1]);
});

test('a call that was given up is made again', async () => {
  for (let calls = 0, done = false; !done; calls++) {
    const shard = new Shard();
    const twice = [sent('x', 0), sent('x', 0.1)];
    await shard.batch(...twice.map(unreadable));
    let left = calls;
    const disturb: Disturbance = () => {
      if (--left < 0) throw new Error('no answer');
    };
    done = await shard.putBack(twice, { disturb }).then(
      () => true,
      () => false,
    );
    await shard.putBack(twice);
    expect(shard.counted).toEqual([1]);
  }
});

test('a letter that is refused as late stands in the way of no other letter of its event', async () => {
  const shard = new Shard();
  const twice = [sent('x', 0), sent('x', 0.1)];
  const later = sent('y', 3 * 60);
  await shard.batch(...twice.map(unreadable), later);
  shard.world.now = later.arrival!;
  const port = { shards: async () => [openShard('0')], atTip: async () => true };
  await advanceTime(shard.pipeline, shard.world.ports(), port, shard.world.now);
  const refused = expect.stringContaining('forgotten') as string;
  expect(await shard.putBack(twice)).toEqual([refused, refused]);
  expect(await shard.putBack(twice.slice(1), { late: true })).toEqual(['put back']);
  expect(await shard.putBack(twice, { late: true })).toEqual(['there', 'there']);
  expect(shard.counted).toEqual([1, 1]);
});

describe('a letter that is refused for what its pane is', () => {
  const lost = [sent('x', 58), sent('x', 59)];
  const kept = sent('x', 61);
  const refused = expect.stringContaining('deleted') as string;
  /** Time when the panes of the first hour may be deleted, and those of the second may not. */
  async function muchLater(third = unreadable(kept)): Promise<Shard> {
    const shard = new Shard();
    await shard.batch(...lost.map(unreadable), third, sent('y', 3 * 60));
    shard.world.now = (noon + 60 * minute + paneKept(pipeline.plan.rules[0]!)) as EpochMillis;
    const port = { shards: async () => [openShard('0')], atTip: async () => true };
    await advanceTime(shard.pipeline, shard.world.ports(), port, shard.world.now);
    shard.world.reset();
    return shard;
  }

  test('claims nothing, and neither is there another of its event', async () => {
    const shard = await muchLater();
    expect(await shard.putBack(lost, { late: true })).toEqual([refused, refused]);
    for (const one of lost) expect(await shard.putBack([one], { late: true })).toEqual([refused]);
    expect(shard.world.state.writes).toEqual([]);
  });

  test('stands in the way of no other letter of its event, and is there once that one is', async () => {
    for (const [calls, expected] of [
      [[[...lost, kept]], ['there', 'there', 'put back']],
      [
        [lost, [kept]],
        [refused, refused, 'put back'],
      ],
      [
        [[lost[0]!], [kept, lost[1]!]],
        [refused, 'put back', 'there'],
      ],
    ] as const) {
      const shard = await muchLater();
      const said: string[] = [];
      for (const some of calls) said.push(...(await shard.putBack(some, { late: true })));
      expect(said).toEqual(expected);
      expect(await shard.putBack([...lost, kept], { late: true })).toEqual(['there', 'there', 'there']);
      expect(shard.counted).toEqual([1, 1]);
    }
  });

  test('is there where its event was counted by another record as it came', async () => {
    const shard = await muchLater(kept);
    expect(await shard.putBack(lost, { late: true })).toEqual(['there', 'there']);
  });
});

test.each([
  ['before', [sent('x', 0), sent('x', 1)], 1],
  ['after', [sent('x', 2), sent('x', 1)], 1],
  ['on another shard', [sent('x', 0, { shard: '1' }), sent('x', 1)], 1],
  ['beyond the horizon', [sent('x', 0), sent('x', 10.1)], 2],
])('what was counted when another record of it came %s is there within the horizon', async (_, [good, bad], n) => {
  const shard = new Shard();
  await shard.batch(good!);
  await shard.batch(unreadable(bad!));
  expect(await shard.putBack([bad!])).toEqual([n === 1 ? 'there' : 'put back']);
  expect(shard.counted).toEqual([n]);
});

test.each(['the same', 'another'])(
  '%s process knows the id of what was put back, when it comes again',
  async (which) => {
    const shard = new Shard();
    const bad = sent('x', 0);
    await shard.batch(unreadable(bad), sent('y', 0.1));
    await shard.putBack([bad]);
    if (which === 'another') shard.restarted();
    expect(await shard.batch(sent('x', 1), sent('z', 2))).toMatchObject({ resent: 1 });
    expect(shard.counted).toEqual([3]);
  },
);

test('a letter of one rule is put back for it, though its own record was counted by another', async () => {
  const shard = new Shard();
  shard.restarted(compiled(withRules(`${hourly('often', 'event.total')}\n${hourly('all', 'event.at')}`)));
  const wrong = [sent('x', 0), sent('x', 1)].map(
    (one): InputRecord => ({
      ...one,
      event: { ...(one.event as object), total: 'seven' },
    }),
  );
  await shard.batch(...wrong);
  shard.restarted(compiled(withRules(`${hourly('often', '7')}\n${hourly('all', 'event.at')}`)));
  expect(await shard.putBack(wrong, { rule: 'often' })).toEqual(['put back', 'there']);
  expect(shard.counted).toEqual([1, 1]);
});

test('a stream whose ids are not remembered has every letter put back', async () => {
  const shard = new Shard();
  shard.restarted(
    compiled(withRules(hourly('often', 'event.total')).replace('eventId: event.id', '$&\n    dedupeWithin: 0s')),
  );
  const twice = [sent('x', 0), sent('x', 0.1)];
  await shard.batch(...twice.map(unreadable));
  expect(await shard.putBack(twice)).toEqual(['put back', 'put back']);
  expect(shard.counted).toEqual([2]);
});
