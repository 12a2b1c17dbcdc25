/** A letter that is put back while the owner of its key takes in newer events: what they make true together stands. */
import { redrive } from '../../../engine/protocol/redrive.ts';
import { StreamProcessor } from '../../../engine/protocol/stream-processor.ts';
import { minute, noon, record } from './batches.ts';
import { alertsOf, type Call, type Disturbance, MemoryWorld } from './memory-ports.ts';
import { compiled, rules, withRules } from './pipelines.ts';

const sliding = rules['sliding, owned key'] ?? '';
const forms = [
  ['sliding', sliding],
  ['sliding, with a short cooldown', rules['sliding, owned key, short cooldown'] ?? ''],
  ['hopping', sliding.replace('sliding: 10m', 'hopping: 10m\n      every: 4m')],
] as const;

/** Counts the calls of a kind, and works before one of them. */
class Interrupted {
  calls = 0;
  readonly #nth: number;
  readonly #work: () => Promise<unknown>;
  readonly #isOne: (call: Call) => boolean;

  constructor(nth: number, work: () => Promise<unknown>, isOne: (call: Call) => boolean = () => true) {
    this.#nth = nth;
    this.#work = work;
    this.#isOne = isOne;
  }

  readonly disturb: Disturbance = async (call) => {
    if (call.moment === 'before' && this.#isOne(call) && ++this.calls === this.#nth) await this.#work();
  };
}

/**
 * An owner that has taken in one event of a key, and could not read the letter; what it takes in next makes three, where
 * the letter is of an early minute.
 */
async function begun(rule: string, shard = '0', letterAt = 8) {
  const pipeline = compiled(withRules(rule));
  const world = new MemoryWorld();
  let disturb: Disturbance = () => undefined;
  const ports = world.ports((call) => disturb(call));
  const owner = new StreamProcessor(pipeline, 'orders', ports, 'owner');
  const letter = record({ minute: letterAt });
  await owner.process('0', [record({ minute: 4.5 }), { ...letter, event: undefined, unreadable: 'not JSON' }]);
  return {
    takesIn: (minutes: readonly number[], by: Disturbance = () => undefined) => {
      disturb = by;
      return owner.process(
        shard,
        minutes.map((at) => record({ minute: at })),
      );
    },
    putsBack: (by?: Disturbance) =>
      redrive(pipeline, world.ports(by), [{ record: letter }], { late: false, dryRun: false }),
    /** The minutes of the events that each standing alert shows. */
    standing: () =>
      alertsOf(world).flatMap(({ status, content: { events } }) =>
        status === 'withdrawn' ? [] : [events.map(({ at }) => (at - noon) / minute)],
      ),
  };
}

describe.each(forms)('windows that join, %s', (_, rule) => {
  test('are told with a newer event, at whatever call of its owner the letter is put back', async () => {
    for (let nth = 1; ; nth++) {
      const { takesIn, putsBack, standing } = await begun(rule);
      const owner = new Interrupted(nth, putsBack);
      await takesIn([10.5], owner.disturb);
      if (nth > owner.calls) break;
      expect([nth, standing()]).toEqual([nth, [[4.5, 8, 10.5]]]);
    }
  });

  test('are told with the first event of a new shard, at whatever call of its owner the letter is put back', async () => {
    for (let nth = 1; ; nth++) {
      const { takesIn, putsBack, standing } = await begun(rule, '1');
      const owner = new Interrupted(nth, putsBack);
      await takesIn([10.5], owner.disturb);
      if (nth > owner.calls) break;
      expect([nth, standing()]).toEqual([nth, [[4.5, 8, 10.5]]]);
      await takesIn([11]);
      expect([nth, standing()]).toEqual([nth, [[8, 10.5, 11]]]);
    }
  });

  test('are told with events of a new shard, at whatever call of who puts a newer letter back its first comes', async () => {
    for (let nth = 1; ; nth++) {
      const { takesIn, putsBack, standing } = await begun(rule, '1', 26);
      const redriving = new Interrupted(nth, () => takesIn([31]));
      await putsBack(redriving.disturb);
      if (nth > redriving.calls) break;
      await takesIn([31.5]);
      expect([nth, standing()]).toEqual([nth, [[26, 31, 31.5]]]);
    }
  });

  test('are told with a newer event that its owner takes in at whatever call of who puts the letter back', async () => {
    for (let nth = 1; ; nth++) {
      const { takesIn, putsBack, standing } = await begun(rule);
      const redriving = new Interrupted(nth, () => takesIn([10.5]));
      await putsBack(redriving.disturb);
      if (nth > redriving.calls) break;
      expect([nth, standing()]).toEqual([nth, [[4.5, 8, 10.5]]]);
    }
  });
});

/**
 * Before one of its puts, the redrive meets the owner with a newer event; before a later call, with a batch that makes
 * their windows begin earlier and end later. That one stands still at a call of its own until the letter is put back.
 */
async function standsStill(put: number, call: number, nth: number) {
  const { takesIn, putsBack, standing } = await begun(sliding);
  let finished: Promise<unknown> | undefined;
  let goOn = (): void => undefined;
  const isPutBack = new Promise<void>((resolve) => (goOn = resolve));
  let stalled = false;
  const first = new Interrupted(
    put,
    () => takesIn([10.5]),
    ({ on, operation }) => on === 'state' && operation === 'put',
  );
  const then = new Interrupted(
    call,
    () =>
      new Promise<void>((arrived) => {
        const owner = new Interrupted(nth, async () => {
          stalled = true;
          arrived();
          await isPutBack;
        });
        finished = takesIn([9.5, 20.1, 20.3], owner.disturb).then(() => arrived());
      }),
    () => first.calls >= put,
  );
  await putsBack(async (one) => {
    await first.disturb(one);
    await then.disturb(one);
  });
  goOn();
  await finished;
  return { met: [first.calls >= put, finished !== undefined, stalled], standing: standing() };
}

test.each([
  ['of the pane', 3],
  ['of the shards', 4],
])(
  'an episode has one name, wherever its owner stands still while a letter is put back, from the put %s on',
  async (_, put) => {
    for (let call = 1; ; call++) {
      let met: readonly boolean[] = [];
      for (let nth = 1; ; nth++) {
        const found = await standsStill(put, call, nth);
        ({ met } = found);
        if (met.includes(false)) break;
        expect([call, nth, found.standing]).toEqual([call, nth, [[10.5, 20.1, 20.3]]]);
      }
      expect(met[0]).toBe(true);
      if (met[1] === false) return;
    }
  },
);

test.each([
  ['beside one that it had told of', [9], 9],
  ['that nothing was told of', [], undefined],
] as const)(
  'the owner of a key tells what follows from an event that was put back in the middle of its batch, %s',
  async (_, before, told) => {
    const pipeline = compiled(withRules(sliding));
    const world = new MemoryWorld();
    let [arrive, goOn] = [(): void => undefined, (): void => undefined];
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const isPutBack = new Promise<void>((resolve) => (goOn = resolve));
    let stalls = false;
    const disturb = async ({ on, operation, moment }: Call): Promise<void> => {
      if (!stalls || on !== 'state' || operation !== 'put' || moment !== 'before') return;
      stalls = false;
      arrive();
      await isPutBack;
    };
    const owner = new StreamProcessor(pipeline, 'orders', world.ports(disturb), 'owner');
    const letter = record({ minute: 8 });
    await owner.process('0', [record({ minute: 1 }), { ...letter, event: undefined, unreadable: 'not JSON' }]);
    if (before.length > 0)
      await owner.process(
        '0',
        before.map((minute) => record({ minute })),
      );
    stalls = true;
    const working = owner.process('0', [record({ minute: 10 }), record({ minute: 11 })].slice(before.length));
    await arrived;
    await redrive(pipeline, world.ports(), [{ record: letter }], { late: false, dryRun: false });
    expect(alertsOf(world).map(({ content: { at } }) => at)).toEqual(told === undefined ? [] : [noon + told * 60_000]);
    goOn();
    await working;
    expect(alertsOf(world)).toMatchObject([{ content: { at: noon + 11 * 60_000, values: { n: 3 } } }]);
  },
);
