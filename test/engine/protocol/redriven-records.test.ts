/** A record of which a rule counts several events: a letter is of one of them. */
import { advanceTime } from '../../../engine/protocol/advance-time.ts';
import { deadLettersName } from '../../../engine/protocol/dead-letters.ts';
import { type DeadLetter, redrive } from '../../../engine/protocol/redrive.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import type { InputRecord } from '../../../engine/intake/input-record.ts';
import type { Compiled } from '../../../engine/plan/program.ts';
import type { EpochMillis } from '../../../engine/time.ts';
import { minute, noon, openShard, record } from './batches.ts';
import { often, tidy } from './derived-rules.ts';
import { alertsOf, MemoryWorld } from './memory-ports.ts';
import { compiled, withRules } from './pipelines.ts';

class Cloud {
  readonly world = new MemoryWorld();
  readonly #pipeline: Compiled;

  constructor(pipeline: Compiled) {
    this.#pipeline = pipeline;
  }

  /** Reads records; answers the letters that are there then, without the records, as they are written. */
  async batch(...records: readonly InputRecord[]): Promise<Omit<DeadLetter, 'record'>[]> {
    await new StreamProcessor(this.#pipeline, 'orders', this.world.ports(), 'p').process('0', records);
    return [...this.world.letters.values()].flatMap(({ lines }) =>
      lines.map((line) => {
        const { rule, except } = JSON.parse(line) as { readonly rule: string; readonly except?: readonly string[] };
        return { rule, ...(except !== undefined && { except }) };
      }),
    );
  }

  redrive(letters: readonly DeadLetter[], late = false) {
    return redrive(this.#pipeline, this.world.ports(), letters, { late, dryRun: false });
  }

  async advance(at: number): Promise<void> {
    this.world.now = (noon + at * minute) as EpochMillis;
    const port = { shards: async () => [openShard('0')], atTip: async () => true };
    await advanceTime(this.#pipeline, this.world.ports(), port, this.world.now);
  }

  get values(): unknown[] {
    return alertsOf(this.world).map(({ content: { values } }) => [values['n'], values['spent']]);
  }
}

describe.each([
  ['the one that its stream brings', '[orders, tidied]', tidy('tidy', 'event.kind'), { total: 5, kind: 'seven' }],
  ['the one that was made of it', '[orders, tidied]', tidy('tidy', 'event.kind'), { total: 'five', kind: 7 }],
  [
    'the first that was made',
    'tidied',
    tidy('one', 'event.total') + tidy('two', 'event.kind'),
    { total: 5, kind: 'x' },
  ],
  ['the second', 'tidied', tidy('one', 'event.total') + tidy('two', 'event.kind'), { total: 'x', kind: 7 }],
])('of the events of a record, %s counts', (_, from, others, given) => {
  const pipeline = compiled(withRules(others + often(from)));
  const bad = record({ minute: 1 });
  const sent = { ...bad, event: { ...(bad.event as object), ...given } };
  const counts = Object.values(given).filter((value) => typeof value === 'number');

  test('and is not counted again, when the letter of the other is put back', async () => {
    const cloud = new Cloud(pipeline);
    const [letter, ...more] = await cloud.batch(sent);
    expect(more).toEqual([]);
    expect(await cloud.redrive([{ ...letter, record: sent }])).toMatchObject({
      letters: [{ putBack: [], alreadyThere: [], refused: [{ rule: 'often' }] }],
    });
    expect(cloud.values).toEqual([[1, counts[0]]]);
  });

  test('and the other counts once, when its letter was put right', async () => {
    const cloud = new Cloud(pipeline);
    const [letter] = await cloud.batch(sent);
    const right = { ...sent, event: { ...sent.event, total: 5, kind: 7 } };
    const letters = [{ ...letter, record: right }];
    expect(await cloud.redrive(letters)).toMatchObject({ letters: [{ putBack: ['often'], alreadyThere: [] }] });
    expect(await cloud.redrive(letters)).toMatchObject({ letters: [{ putBack: [], alreadyThere: ['often'] }] });
    expect(cloud.values).toEqual([[2, 12]]);
  });
});

test('a letter of a rule that derives events makes none again of the others of its record', async () => {
  const second = `  second:
    from: [orders, tidied]
    select:
      customer: event.customer
      total: event.first
    into: twice
`;
  const first = tidy('tidy', 'event.total').replace('into', '  first: event.total\n    into');
  const cloud = new Cloud(compiled(withRules(first + second + often('twice'))));
  const sent = record({ minute: 1, total: 5 });
  const [letter, ...more] = await cloud.batch(sent);
  expect([letter?.rule, more]).toEqual(['second', []]);
  expect(cloud.values).toEqual([[1, 5]]);
  await cloud.redrive([{ ...letter, record: sent }]);
  expect(cloud.values).toEqual([[1, 5]]);
});

test('what a record brings only since it was put right counts with the event of the letter', async () => {
  const rule = tidy('tidy', 'event.total').replace('    select:', '    where: event.total > 3\n    select:');
  const cloud = new Cloud(compiled(withRules(rule + often('[orders, tidied]'))));
  const bad = record({ minute: 1 });
  const [letter, ...more] = await cloud.batch({ ...bad, event: { ...(bad.event as object), total: 'five' } });
  expect(more).toEqual([]);
  await cloud.redrive([{ ...letter, record: { ...bad, event: { ...(bad.event as object), total: 5 } } }]);
  expect(cloud.values).toEqual([[2, 10]]);
});

test('each late event of a record has its letter, and a letter that names none is of all of them', async () => {
  const letters = async (): Promise<readonly [Cloud, DeadLetter[]]> => {
    const cloud = new Cloud(compiled(withRules(tidy('tidy', 'event.total + 2') + often('[orders, tidied]'))));
    await cloud.batch(record({ minute: 60, customer: 'bob' }));
    await cloud.advance(60);
    const late = { ...record({ minute: 1, total: 5 }), arrival: (noon + 60 * minute) as EpochMillis };
    return [cloud, (await cloud.batch(late)).map((letter) => ({ ...letter, record: { ...late } }))];
  };
  const [cloud, each] = await letters();
  expect(each.map(({ except }) => except)).toEqual([
    [expect.not.stringMatching(/tidy$/)],
    [expect.stringMatching(/tidy$/)],
  ]);
  await cloud.redrive(each.slice(0, 1), true);
  expect(cloud.values).toContainEqual([1, 7]);
  await cloud.redrive(each, true);
  expect(cloud.values).toContainEqual([2, 12]);
  const [other, [first]] = await letters();
  await other.redrive([{ record: first!.record, rule: 'often' }], true);
  expect(other.values).toContainEqual([2, 12]);
});

test('letters of one event of a record never overwrite those of another', () => {
  const one = { kind: 'invalid', record: record({ minute: 1 }), rule: 'often', reason: 'x' } as const;
  const names = ['e', 'e/tidy', 'e/other'].map((event) => deadLettersName([{ ...one, event }]));
  expect(new Set(names).size).toBe(3);
});
